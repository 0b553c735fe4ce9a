//go:build unix

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An effect is what a flag of serve does, as it is seen from outside: on the server's connections, in its log, at its
// console and in its files.
type effect struct {
	flag    string
	value   string // {home} in it is the server's home
	with    []string
	prepare func(t *testing.T, home string)
	console bool // the console is at a pipe
	pty     bool // or at a terminal
	given   func(*trial)
	left    func(*trial) // the default's effect; nil: it cannot be seen here
	unseen  string       // why
}

// trial is a server with the setting, or without it.
type trial struct {
	*server
	home string
	open func(env []string, args ...string) // starts it
}

// settingsByEffect has a row for each flag of serve.
func settingsByEffect() []effect {
	return []effect{
		{flag: "listen", value: "127.0.0.1:0,127.0.0.1:0", given: listensOn(2), unseen: "see TestTheDefaultPort"},
		{flag: "bare", value: "127.0.0.1:0", given: hearsWithoutLines, left: hasNoBareDoor},
		{flag: "bare-greeting", value: "欢迎", with: []string{"--bare", "127.0.0.1:0"}, given: greetsWith("欢迎"), left: greetsWith("")},
		{flag: "line-max", value: "100", given: refusesLinesOver(100), left: refusesLinesOver(4096)},
		{flag: "rate", value: "2", with: []string{"--burst", "1"}, given: readsTwoLinesIn(time.Second / 2), left: readsTwoLinesIn(time.Second / 5)},
		{flag: "burst", value: "3", with: []string{"--rate", "0.01"}, given: takesAtOnce(3), left: takesAtOnce(10)},
		{flag: "per-address", value: "2", with: []string{"--per-address-rate", "0"}, given: takesConnections(2, "too many"), left: takesConnections(64, "too many")},
		{flag: "per-address-rate", value: "7", with: []string{"--per-address-burst", "1"}, given: logsRate(7), left: logsRate(20)},
		{flag: "per-address-burst", value: "2", with: []string{"--per-address-rate", "0.01"}, given: takesConnections(2, "too often"), left: takesConnections(40, "too often")},
		{flag: "per-address-bytes", value: "100K", with: []string{"--journal", "sqlite", "--rate", "0"}, given: spends, unseen: "256 MB are many lines"},
		{flag: "outbox", value: "33554432", with: []string{"--keep-lines", "10", "--rate", "0", "--stall", "0"}, given: feeds(true), left: feeds(false)},
		{flag: "stall", value: "200ms", with: []string{"--rate", "0"}, given: dropsWhoTakesNothing, unseen: "30 s are long"},
		{flag: "grace", value: "100ms", with: []string{"--rate", "0", "--stall", "0"}, given: endsBeforeOneWithASecond(true), left: endsBeforeOneWithASecond(false)},
		{flag: "replay", value: "3", with: []string{"--rate", "0"}, given: replays(3), left: replays(20)},
		{flag: "rooms", value: "2", given: hasTwoRooms, unseen: "each of 1,000 rooms needs somebody in it"},
		{flag: "rooms-per-session", value: "3", with: []string{"--rate", "0"}, given: watchesRooms(2), left: watchesRooms(63)},
		{flag: "hold", value: "1s", with: []string{"--rate", "0"}, given: freesTheName, left: holdsTheName},
		{flag: "journal", value: "memory", given: keepsNoFile, left: keepsIn("data/chinwag")},
		{flag: "data", value: "{home}/elsewhere", with: []string{"--journal", "sqlite"}, given: keepsIn("elsewhere"), left: keepsIn("data/chinwag")},
		{flag: "sync", value: "normal", with: []string{"--journal", "sqlite"}, given: logs("a power cut may cost lines", true), left: logs("a power cut may cost lines", false)},
		{flag: "keep", value: "24h", with: []string{"--journal", "sqlite"}, prepare: oldLine, given: forgets("an old line"), left: remembers("an old line")},
		{flag: "keep-lines", value: "3", with: []string{"--rate", "0"}, given: keepsLines(3), left: keepsLines(30)},
		{flag: "keep-size", value: "10M", with: []string{"--journal", "sqlite"}, prepare: manyLines, given: forgets("the first of many"), left: remembers("the first of many")},
		{flag: "desk", value: "true", given: newcomersAre("at the desk"), left: newcomersAre("in #lobby")},
		{flag: "desk-visitors", value: "2", with: []string{"--desk"}, given: takesVisitors(2, "the queue is full just now"), unseen: "1,000 visitors need as many connections"},
		{flag: "desk-per-address", value: "2", with: []string{"--desk", "--per-address", "0", "--per-address-rate", "0"}, given: takesVisitors(2, "2 from your address"), left: takesVisitors(64, "64 from your address")},
		{flag: "desk-messages", value: "7", with: []string{"--desk", "--desk-messages-per-address", "1"}, console: true, given: keepsMessages(1, "1 of one address are kept, and 7 in all"), left: keepsMessages(1, "1 of one address are kept, and 1000 in all")},
		{flag: "desk-messages-per-address", value: "2", with: []string{"--desk"}, console: true, given: keepsMessages(2, "2 of one address are kept, and 1000 in all"), left: keepsMessages(8, "8 of one address are kept, and 1000 in all")},
		{flag: "desk-silence", value: "200ms", with: []string{"--desk"}, console: true, given: relieves, unseen: "ten minutes are long"},
		{flag: "replies", value: "{home}/replies.toml", prepare: writeReplies, console: true, given: hasReplies("hours"), left: hasReplies("")},
		{flag: "operator-password-file", value: "{home}/password", prepare: writePassword, given: asksForPassword, left: hasNoPassword},
		{flag: "console", value: "plain", pty: true, given: isPlain, left: isScreen},
		{flag: "console", value: "off", console: true, given: hasNoOperator, left: hasOperator},
		{flag: "log-level", value: "debug", given: logs("level=DEBUG", true), left: logs("level=DEBUG", false)},
		{flag: "log-format", value: "json", given: logs(`{"time":`, true), left: logs(`{"time":`, false)},
		{flag: "config", value: "{home}/my.toml", prepare: writeConfigs, given: refusesLinesOver(100), left: refusesLinesOver(200)},
	}
}

// Every setting does what it says, from wherever it comes, and without it the default does.
func TestEverySettingByEffect(t *testing.T) {
	t.Parallel()
	rows := settingsByEffect()
	flags := map[string]string{} // and what the help says of each
	for _, m := range regexp.MustCompile(`(?m)^  (?:-\w, |    )--([a-z-]+)(.*\n(?: {10}.*\n)*)`).FindAllStringSubmatch(printed(t, "serve", "--help"), -1) {
		flags[m[1]] = m[2]
	}
	delete(flags, "help")
	for flag := range flags {
		has := slices.ContainsFunc(rows, func(s effect) bool { return s.flag == flag })
		assert.True(t, has, "no row tells what --%s does", flag)
	}
	for _, s := range rows {
		if !assert.Contains(t, flags, s.flag, "--%s is no flag", s.flag) {
			continue
		}
		many := strings.Contains(strings.Join(strings.Fields(flags[s.flag]), " "), "may be given again")
		assert.Equal(t, s.left == nil, s.unseen != "", "--%s says why its default is not seen, or shows it", s.flag)
		for _, source := range []string{"flag", "variable", "file"} {
			if s.flag == "config" && source == "file" {
				continue // a file names no other
			}
			t.Run(s.flag+" "+filepath.Base(s.value)+" by "+source, func(t *testing.T) {
				t.Parallel()
				tr := s.begin(t)
				value := strings.ReplaceAll(s.value, "{home}", tr.home)
				switch {
				case source == "flag" && many:
					var args []string
					for one := range strings.SplitSeq(value, ",") {
						args = append(args, "--"+s.flag, one)
					}
					tr.open(nil, args...)
				case source == "flag":
					tr.open(nil, "--"+s.flag+"="+value)
				case source == "variable":
					tr.open([]string{variableOf(s.flag) + "=" + value})
				default:
					configure(t, tr.home, s.flag+" = "+inTOML(value, many)+"\n")
					tr.open(nil)
				}
				s.given(tr)
			})
		}
		if s.left != nil {
			t.Run(s.flag+" "+filepath.Base(s.value)+" by default", func(t *testing.T) {
				t.Parallel()
				tr := s.begin(t)
				tr.open(nil)
				s.left(tr)
			})
		}
	}
}

func inTOML(value string, many bool) string {
	if many {
		return `["` + strings.ReplaceAll(value, ",", `", "`) + `"]`
	}
	if _, err := strconv.ParseFloat(value, 64); err == nil || value == "true" {
		return value
	}
	return strconv.Quote(value)
}

func variableOf(flag string) string {
	return "CHINWAG_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func configure(t *testing.T, home, toml string) {
	require.NoError(t, os.WriteFile(filepath.Join(home, "config", "chinwag", "config.toml"), []byte(toml), 0o600))
}

// begin makes a home for a server.
func (s effect) begin(t *testing.T) *trial {
	path := program(t) // builds it, perhaps, for which the patience is not
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	tr := &trial{home: t.TempDir()}
	require.NoError(t, os.MkdirAll(filepath.Join(tr.home, "config", "chinwag"), 0o700))
	if s.prepare != nil {
		s.prepare(t, tr.home)
	}
	tr.open = func(env []string, args ...string) {
		line := `exec "$@"`
		if len(env) == 0 {
			line = "unset CHINWAG_JOURNAL; " + line // which the tests set
		}
		all := []string{"-c", line, "sh", path, "serve"}
		if s.flag != "listen" {
			all = append(all, "--listen", "127.0.0.1:0")
		}
		if s.flag != "journal" && !slices.Contains(s.with, "sqlite") {
			all = append(all, "--journal", "memory")
		}
		cmd := exec.Command("sh", append(append(all, s.with...), args...)...)
		cmd.Env = append(env, "HOME="+tr.home, "XDG_CONFIG_HOME="+filepath.Join(tr.home, "config"), "XDG_DATA_HOME="+filepath.Join(tr.home, "data"))
		switch {
		case s.pty:
			cmd.Env = append(os.Environ(), cmd.Env...)
			tr.server = &server{t: t, ctx: ctx, console: atTerminal(t, ctx, cmd)}
			tr.process = tr.console.process
			return
		case s.console:
			r, w, err := os.Pipe()
			require.NoError(t, err)
			tr.server = launch(t, cmd, r)
			require.NoError(t, r.Close())
			t.Cleanup(func() { _ = w.Close() })
			tr.console.hands = w
		default:
			tr.server = launch(t, cmd, nil)
		}
		tr.addr = tr.listening()
	}
	return tr
}

var listeningAt = regexp.MustCompile(`addr"?[=:]"?(127\.0\.0\.1:\d+)`)

// listening is the first address in the log.
func (h *server) listening() string {
	h.t.Helper()
	for {
		text, grew, over := h.log.now()
		if m := listeningAt.FindStringSubmatch(text); m != nil {
			return m[1]
		}
		require.False(h.t, over, "the server has ended: %s", text)
		select {
		case <-grew:
		case <-h.ctx.Done():
			require.FailNow(h.t, "it takes too long", text)
		}
	}
}
