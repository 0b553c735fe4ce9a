//go:build unix

package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exampleShows is what each example of the help shows when it is run as it is written, with an address of this machine
// in the place of a host, a port that is free, and less to measure.
var exampleShows = map[string]string{
	`chinwag serve`: "msg=listening",
	`chinwag serve --listen 127.0.0.1:4000 --listen '[::1]:4000'`:   `addr=\[::1\]:\d+`,
	`chinwag serve --listen :4000 --bare :12345 --bare-greeting 欢迎`: "door=bare",
	`printf 'hello\n/shutdown\n' | chinwag serve`:                   "-- goodbye: the server is shutting down\n",
	`chinwag join`: "-- You are ",
	`chinwag join chat.example.com --nick bob --room tea`:                                      "-- You are bob in #tea",
	`echo 'the build is done' | chinwag join chat.example.com --nick builder`:                  "-- You are builder in #lobby",
	`chinwag join --bare tutorial.example.com:12345`:                                           "^$",
	`chinwag history verify chinwag.db`:                                                        "all is well\n$",
	`chinwag history export chinwag.db > backup.jsonl`:                                         "^$",
	`chinwag history export --format text chinwag.db | less`:                                   "<bob> hello",
	`chinwag history import new.db < backup.jsonl`:                                             "^$",
	`chinwag password operators.txt`:                                                           "",
	`head -c 15 /dev/urandom | base64 | tee /dev/tty | chinwag password --force operators.txt`: `^[A-Za-z0-9+/]{20}\n`,
	`chinwag bench flood`:                                                                      `"lost":0`,
	`chinwag bench paced --members 200 --rate 100 --runs 5`:                                    `(?s)("lost":0.*){5}`,
	`chinwag bench flood --dialect irc --serve 'ngircd -n -f my.conf' --addr 127.0.0.1:6667`:   `"lost":0`,
	`chinwag bench compare --runs 5`:                                                           `"server":"chinwag sqlite"`,
}

// less to do, and nothing of it elsewhere: what stands behind an example counts.
var lessToDo = map[string]string{
	`chinwag join`:                   " $HOST",
	`chinwag password operators.txt`: " <<< 'a few words do well'",
	`chinwag bench flood`:            " --members 4 --lines 40",
	`chinwag bench paced --members 200 --rate 100 --runs 5`:                                  " --members 12 --rate 1000 --lines 20",
	`chinwag bench compare --runs 5`:                                                         " --runs 1 --only idle --idle 3 --without 'chinwag memory'",
	`chinwag bench flood --dialect irc --serve 'ngircd -n -f my.conf' --addr 127.0.0.1:6667`: " --members 4 --lines 40",
	`chinwag serve`: " --listen 127.0.0.1:0",
	`printf 'hello\n/shutdown\n' | chinwag serve`: " --listen 127.0.0.1:0",
}

// examplesOf are those of a command and of all below it.
func examplesOf(t *testing.T, command ...string) (lines []string) {
	help := printed(t, append([]string{"help"}, command...)...)
	section := func(heading string) string {
		_, rest, _ := strings.Cut(help, "\n"+heading+":\n")
		rest, _, _ = strings.Cut(rest, "\n\n")
		return rest
	}
	for line := range strings.Lines(section("Examples")) {
		lines = append(lines, strings.TrimSpace(line))
	}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+) `).FindAllStringSubmatch(section("Available Commands"), -1) {
		if m[1] != "help" && m[1] != "completion" {
			lines = append(lines, examplesOf(t, append(slices.Clip(command), m[1])...)...)
		}
	}
	return lines
}

// The help of every command fits on a terminal of 80 columns.
func TestTheHelpFitsOnATerminal(t *testing.T) {
	t.Parallel()
	for _, of := range [][]string{{}, {"serve"}, {"join"}, {"password"}, {"history"}, {"history", "export"}, {"history", "import"}, {"history", "verify"}, {"history", "vacuum"}, {"completion"}, {"bench"}, {"help"}, {"exit-codes"}} {
		said, err := exec.Command(program(t), append([]string{"help"}, of...)...).Output()
		require.NoError(t, err)
		require.NotEmpty(t, said, "%q", of)
		help, more, _ := strings.Cut(string(said), "Examples:\n") // which are there to be copied
		_, more, _ = strings.Cut(more, "\n\n")
		for line := range strings.Lines(help + more) {
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, "%q: %s", of, line)
		}
	}
}

func TestEveryExampleOfTheHelp(t *testing.T) {
	t.Parallel()
	h, bare := openBare(t, "--rate", "0")
	dir := t.TempDir()
	makeJournal(t, dir, []string{"hello", "a new line"}, atNoon)
	require.NoError(t, os.Rename(filepath.Join(dir, "data", "chinwag", journalFile), filepath.Join(dir, journalFile)))
	as := strings.NewReplacer("chat.example.com", h.addr, "tutorial.example.com:12345", bare, "$HOST", h.addr, "| less", "| cat", "/dev/tty", "/dev/stderr",
		"127.0.0.1:4000", "127.0.0.1:0", "'[::1]:4000'", "'[::1]:0'", ":4000", "127.0.0.1:0", ":12345", "127.0.0.1:0")
	examples := examplesOf(t)
	assert.Len(t, exampleShows, len(examples), "an example that is in no help")
	for _, line := range examples { // in turn: some make what the next ones read
		want, ok := exampleShows[line]
		if !assert.True(t, ok, "nobody runs the example %s", line) {
			continue
		}
		t.Run(line, func(t *testing.T) {
			if strings.Contains(line, "ngircd") {
				onPath(t, "ngircd")
			}
			if l, err := net.Listen("tcp", "[::1]:0"); strings.Contains(line, "[::1]") && err != nil {
				t.Skip("without IPv6")
			} else if err == nil {
				_ = l.Close()
			}
			out, code := inShell(t, dir, as.Replace(line+lessToDo[line]), strings.HasPrefix(line, "chinwag serve"))
			assert.Regexp(t, want, out)
			assert.Zero(t, code, out)
		})
	}
}

// inShell runs a line in a folder, and returns all that it says. A server is ended when it listens.
func inShell(t *testing.T, dir, line string, serves bool) (out string, code int) {
	t.Helper()
	bash := onPath(t, "bash")
	cmd := exec.Command(bash, "-o", "pipefail", "-c", line)
	if serves {
		cmd = exec.Command(bash, "-c", "exec "+line)
	}
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + filepath.Dir(program(t)) + ":" + os.Getenv("PATH"), "XDG_DATA_HOME=" + filepath.Join(dir, "server"), "USER=" + os.Getenv("USER")}
	h := launchIn(t, cmd)
	if serves {
		h.addr = h.listening()
		return h.stopped(), h.process.exits()
	}
	code = h.process.exits()
	return h.console.ends() + h.log.ends(), code
}

// launchIn is launch for what is no server, perhaps.
func launchIn(t *testing.T, cmd *exec.Cmd) *server { return launch(t, cmd, nil) }

// The codes with which join ends are those that its help lists.
func TestEveryExitCodeOfTheHelp(t *testing.T) {
	t.Parallel()
	help := printed(t, "join", "--help")
	h, desk := open(t, "--rate", "0", "--per-address-rate", "0", "--operator-password-file", passwordFile(t)), openPiped(t, "--desk")
	desk.console.expect("-- You are operator...") // before a visitor comes
	other := tutorialServer(t, func(c *tutorial) { c.send("220 mail.example.com\r\n") })
	op := h.enter("olga")
	op.types("/operator", sesame)
	op.expect("-- you are an operator now...")
	dir := t.TempDir()
	run := func(line string) int {
		line = strings.NewReplacer("$HOST", h.addr, "$OTHER", other).Replace(line)
		_, code := inShell(t, dir, line, false)
		return code
	}
	ends := func(h *server, does func(bob *person)) int {
		bob := h.join("--nick", "bob")
		bob.expect("-- You are bob...")
		does(bob)
		return bob.process.exits()
	}
	byWords := map[string]func() []int{
		"all was said and acknowledged, or the desk closed the talk": func() []int {
			return []int{run("echo hello | chinwag join $HOST"), ends(desk, func(bob *person) {
				bob.types("hello?")
				desk.console.expect("[@1 bob] hello?")
				desk.console.types("/close 1")
			})}
		},
		"something was refused or lost, or the server ended it otherwise": func() []int {
			other := openPiped(t)
			return []int{run("echo /nosuch | chinwag join $HOST"), run("echo hello | chinwag join $HOST --nick olga"), ends(other, func(*person) { other.console.types("/shutdown") })}
		},
		"wrong usage: a command, flag or value that cannot be": func() []int {
			return []int{run("chinwag join --louder"), run("chinwag join $HOST 1 2"), run("chinwag join $HOST --nick 'a b' < /dev/null")}
		},
		"no connection, or not a chinwag server": func() []int {
			return []int{run("echo hello | chinwag join 127.0.0.1:1"), run("echo hello | chinwag join $OTHER")}
		},
		"kicked": func() []int { return []int{ends(h, func(*person) { op.types("/kick bob") })} },
	}
	rows := regexp.MustCompile(`(?m)^  (\d)  (.+)$`).FindAllStringSubmatch(help, -1)
	for _, row := range rows {
		play, ok := byWords[row[2]]
		if assert.True(t, ok, "nobody ends with %q", row[0]) {
			for i, code := range play() {
				assert.Equal(t, row[1], fmt.Sprint(code), "%s, number %d", row[2], i+1)
			}
		}
	}
	assert.Len(t, byWords, len(rows))
}
