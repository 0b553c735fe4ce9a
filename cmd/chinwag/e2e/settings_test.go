//go:build unix

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What was set shows in a refusal: the flag beats the environment, which beats the file.
func TestFlagBeatsEnvironmentBeatsFile(t *testing.T) {
	t.Parallel()
	file := settingsFile(t, "line-max = 100\nburst = 100\n")
	for _, c := range []struct {
		env, flags []string
		want       int
	}{
		{nil, []string{"--config", file}, 100},
		{[]string{"CHINWAG_CONFIG=" + file}, nil, 100},
		{[]string{"CHINWAG_CONFIG=" + file, "CHINWAG_LINE_MAX=200"}, nil, 200},
		{[]string{"CHINWAG_LINE_MAX=200"}, []string{"--config", file, "--line-max", "300"}, 300},
		{[]string{"XDG_CONFIG_HOME=" + filepath.Dir(filepath.Dir(file))}, nil, 100},
		{nil, nil, 4096},
	} {
		h := openWith(t, withEnv(t, c.env, serveArgs(c.flags)...), nil)
		ann := h.enter("ann")
		ann.types(strings.Repeat("x", c.want), "/ping", strings.Repeat("x", c.want+1))
		ann.expect("-- pong", fmt.Sprintf("-- that line is longer than %d bytes...", c.want))
	}
}

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "chinwag", "config.toml")
	require.NoError(t, os.Mkdir(filepath.Dir(file), 0o700))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func withEnv(t *testing.T, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(program(t), args...)
	cmd.Env = env
	return cmd
}

// What cannot be meant is told in a sentence, before a client comes in; TestWrongSettings has a row for each setting.
func TestSettingsThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	unknown := settingsFile(t, "line-max = 100\nper-adress = 3\n")
	broken := settingsFile(t, "line-max = \n")
	wrong := settingsFile(t, "\nline-max = \"many\"\n")
	replies := settingsFile(t, "hours = 9\n")
	for name, c := range map[string]struct {
		env, flags []string
		want       string
	}{
		"a key that is none": {nil, []string{"--config", unknown}, unknown + `, line 2: "per-adress" is no setting of the file: do you mean per-address? chinwag serve --help lists them all`},
		"no TOML":            {nil, []string{"--config", broken}, broken + `, line 1: "line-max =" is not NAME = VALUE: text stands in quotes, and a number does not`},
		"no file":            {nil, []string{"--config", "/nowhere/at.all"}, "the configuration file /nowhere/at.all is not there: name another, or make it"},
		"a wrong value":      {nil, []string{"--config", wrong}, wrong + `, line 2: line-max is a size from 1 to 4K, like 1000 or 4K, not "many"`},
		"a wrong variable":   {[]string{"CHINWAG_STALL=soon"}, nil, `the variable CHINWAG_STALL is a time with its unit, like 30s, 10m, 12h or 90d, up to 36500d, not "soon"`},
		"an empty variable":  {[]string{"CHINWAG_PER_ADDRESS="}, nil, "the variable CHINWAG_PER_ADDRESS is empty: remove it (unset CHINWAG_PER_ADDRESS), or let it be a whole number from 0 to 1000000000"},
		"a wrong flag":       {nil, []string{"--burst", "2.5"}, `--burst is a whole number from 0 to 1000000000, not "2.5"`},
		"no such flag":       {nil, []string{"--louder"}, `chinwag serve has no flag --louder: "chinwag serve --help" lists them`},
		"no such address":    {nil, []string{"--listen", "127.0.0.1:name:1"}, `--listen is an address like :12345, 192.0.2.1:12345 or [::1]:12345, not "127.0.0.1:name:1"`},
		"two doors in one":   {nil, []string{"--listen", "127.0.0.1:4000", "--bare", "127.0.0.1:4000"}, "cannot listen on 127.0.0.1:4000 and on 127.0.0.1:4000 at once: leave one of them out, or give it another port"},
		"wrong replies":      {nil, []string{"--replies", replies}, replies + `, line 1: the ready reply "hours" is text, which stands in quotes: hours = "9"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := launch(t, withEnv(t, c.env, serveArgs(c.flags)...), nil)
			assert.Equal(t, 2, h.process.exits())
			assert.Equal(t, "chinwag: "+c.want+"\n", h.log.ends())
		})
	}
}

// What was read is told at the start, and what looks like a setting and is none.
func TestTheSettingsAreTold(t *testing.T) {
	t.Parallel()
	file := settingsFile(t, "\ufeffburst = 20\r\n")
	h := openWith(t, withEnv(t, []string{"CHINWAG_BRUST=3", "CHINWAG_NICK=ann", "CHINWAG_JOURNAL=memory", "CHINWAG_KEEP=90d", "CHINWAG_CONFIG=" + file}, serveArgs(nil)...), nil)
	h.enter("ann")
	h.process.signal(terminate)
	assert.Zero(t, h.process.exits())
	said := h.log.ends()
	assert.Contains(t, said, `level=INFO msg="the configuration file is read" file=`+file+"\n")
	assert.Contains(t, said, `level=WARN msg="the variable CHINWAG_BRUST is no setting, and nothing is set by it: do you mean CHINWAG_BURST?"`)
	assert.Equal(t, 1, strings.Count(said, "is no setting"))
	assert.Contains(t, said, "--keep and --keep-size bound the file")
}

// 0 means that there is no limit, for each of them.
func TestZeroIsNoLimit(t *testing.T) {
	t.Parallel()
	var flags []string
	for _, name := range []string{
		"rate", "burst", "per-address", "per-address-rate", "per-address-burst", "per-address-bytes", "outbox", "stall", "grace", "replay", "rooms", "keep", "keep-lines", "keep-size",
		"desk-visitors", "desk-per-address", "desk-messages", "desk-messages-per-address", "desk-silence",
	} {
		flags = append(flags, "--"+name+"=0")
	}
	h := open(t, flags...)
	ann, bob := h.enter("ann"), h.enter("bob")
	for range 70 {
		h.stranger().expect("-- Welcome...")
	}
	var said []string
	for i := range 1500 { // more than any default keeps
		said = append(said, fmt.Sprintf("line %d", i))
	}
	ann.types(said...)
	bob.expect("<ann> line 0", "<ann> line 1499")
	assert.NotContains(t, bob.all(), "missing")
	ann.types("/join #tea", "/history all")
	ann.expect("-- you are in #tea now (1 here)", "-- end of history")
	assert.NotContains(t, ann.all(), "faster")
	carol := h.enter("carol")
	assert.NotContains(t, carol.all(), "<ann>", "nothing is replayed")
	carol.types("/history all")
	carol.expect("...<ann> line 0", "...<ann> line 1499", "-- end of history")
	h.process.signal(terminate)
	assert.True(t, strings.HasSuffix(bob.ends(), farewell))
	assert.Zero(t, h.process.exits())
}

func TestTheVersionIsThatOfTheBuild(t *testing.T) {
	t.Parallel()
	assert.Contains(t, printed(t, "--help"), "chinwag serve")
	assert.Equal(t, "chinwag version v9-test\n", printed(t, "--version"))
}

func TestCompletions(t *testing.T) {
	t.Parallel()
	for _, sh := range []string{"bash", "zsh", "fish", "powershell"} {
		assert.Contains(t, printed(t, "completion", sh), "chinwag", sh)
	}
	assert.Contains(t, printed(t, "__complete", "serve", "--per-"), "--per-address-rate")
	for arg, want := range map[string]string{
		"--journal=":   "sqlite\nmemory\n:4\n",
		"--sync=":      "full\nnormal\noff\n:4\n",
		"--console=":   "auto\nplain\noff\n:4\n",
		"--log-level=": "debug\ninfo\nwarn\nerror\n:4\n",
		"--rate=":      ":4\n", // nothing, and no files
		"--stall=":     ":4\n",
		"--replies=":   ":0\n",  // files
		"--data=":      ":16\n", // folders
		"":             ":4\n",
	} {
		assert.Equal(t, want, printed(t, "__complete", "serve", arg), arg)
	}
}

// printed is what the program prints for these arguments.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(program(t), args...)
	cmd.Env = append(cmd.Environ(), "HOME="+scratch)
	out, err := cmd.Output()
	require.NoError(t, err)
	return string(out)
}

// --keep-lines counts lines that were said: comings and goings push none out of the journal.
func TestKeepLinesCountsLines(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"memory", "sqlite"} {
		h := open(t, "--keep-lines", "3", "--journal", where, "--data", t.TempDir(), "--per-address-rate", "0")
		ann := h.enter("ann")
		ann.types("one", "two", "three")
		for i := range 2 { // which are four entries
			bob := h.enter(fmt.Sprint("bob", i))
			bob.types("/quit")
			bob.ends()
			ann.expect(fmt.Sprintf("-- bob%d left...", i))
		}
		ann.types("/history all")
		ann.expect("...<ann> one", "...<ann> two", "...<ann> three", "-- end of history")
		if where == "memory" { // the other takes out what is too much once in a minute
			ann.types("four", "/ping", "/history all")
			ann.expect("-- pong", "...<ann> two", "...<ann> three", "...<ann> four", "-- end of history")
		}
	}
}
