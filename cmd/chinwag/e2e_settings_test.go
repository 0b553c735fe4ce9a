//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
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

// What cannot be meant is told in a sentence, before anybody comes in.
func TestSettingsThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	unknown := settingsFile(t, "line-max = 100\nper-adress = 3\n")
	broken := settingsFile(t, "line-max = \n")
	wrong := settingsFile(t, "line-max = \"many\"\n")
	bare := settingsFile(t, "keep = 90\n")
	strange := settingsFile(t, "keep = \"a while\"\n")
	for name, c := range map[string]struct {
		env, flags []string
		want       string
	}{
		"a key that is none": {nil, []string{"--config", unknown}, `has a key "per-adress", which is no setting: chinwag serve --help lists them`},
		"no TOML":            {nil, []string{"--config", broken}, "the configuration file " + broken + " cannot be read"},
		"no file":            {nil, []string{"--config", "/nowhere/at.all"}, "the configuration file /nowhere/at.all cannot be read"},
		"a wrong value":      {nil, []string{"--config", wrong}, "has a wrong value"},
		"a wrong variable":   {[]string{"CHINWAG_STALL=soon"}, nil, "has a wrong value"},
		"below nothing":      {nil, []string{"--burst=-1"}, "a limit cannot be below 0, and 0 means none"},
		"keep for 90":        {nil, []string{"--config", bare}, "has a bare number for keep, which is a time with its unit"},
		"keep for a while":   {nil, []string{"--config", strange}, "a time is written like 90d, 2w or 12h"},
		"keep 90, variable":  {[]string{"CHINWAG_KEEP=90"}, nil, "a time is written like 90d, 2w or 12h"},
		"keep 90, flag":      {nil, []string{"--keep", "90"}, "a time is written like 90d, 2w or 12h"},
		"many bytes":         {nil, []string{"--per-address-bytes", "many"}, "a size is written like 100K, 256M or 10G"},
		"keep some bytes":    {nil, []string{"--keep-size", "10 G"}, "a size is written like 100K, 256M or 10G"},
		"keep nearly none":   {nil, []string{"--keep-size", "1M"}, "--keep-size is 10M at the least, or 0 for any size"},
		"keep bytes, env":    {[]string{"CHINWAG_KEEP_SIZE=lots"}, nil, "a size is written like 100K, 256M or 10G"},
		"keep no lines":      {nil, []string{"--keep-lines=-1"}, "a limit cannot be below 0, and 0 means none"},
		"no such journal":    {nil, []string{"--journal", "paper"}, `--journal is sqlite or memory, not "paper"`},
		"no such sync":       {[]string{"CHINWAG_SYNC=maybe"}, nil, `--sync is full, normal or off, not "maybe"`},
		"no such console":    {nil, []string{"--console", "loud"}, `--console is auto, plain or off, not "loud"`},
		"no such flag":       {nil, []string{"--louder"}, "unknown flag: --louder"},
		"no such level":      {nil, []string{"--log-level", "loud"}, `--log-level is debug, info, warn or error, not "loud"`},
		"no such address":    {nil, []string{"--listen", "127.0.0.1:name:1"}, "cannot listen on 127.0.0.1:name:1"},
		"two doors in one":   {nil, []string{"--listen", "127.0.0.1:4000", "--bare", "127.0.0.1:4000"}, "--listen and --bare cannot both have 127.0.0.1:4000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := launch(t, withEnv(t, c.env, serveArgs(c.flags)...), nil)
			assert.NotZero(t, h.process.exits())
			said := h.log.ends()
			assert.Contains(t, said, c.want)
			assert.True(t, strings.HasPrefix(said, "chinwag: "), said)
			assert.Equal(t, 1, strings.Count(strings.TrimSuffix(said, "\n"), "\n")+1, "one sentence: %q", said)
		})
	}
}

// 0 means that there is no limit, for each of them.
func TestZeroIsNoLimit(t *testing.T) {
	t.Parallel()
	var flags []string
	for _, name := range []string{
		"rate", "burst", "per-address", "per-address-rate", "per-address-burst", "per-address-bytes", "outbox", "stall", "grace", "replay", "rooms", "keep", "keep-lines", "keep-size", "line-max",
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

// The programs that come to the bare door know one port: what nobody chose makes room.
func TestBareMayHaveTheOrdinaryPort(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, c := range []struct{ flags, listen, bare []string }{
		{nil, []string{":12345"}, nil},
		{[]string{"--bare", ":4000"}, []string{":12345"}, []string{":4000"}},
		{[]string{"--bare", ":12345"}, nil, []string{":12345"}},
		{[]string{"--bare", "12345,[::1]:12345"}, nil, []string{":12345", "[::1]:12345"}},
		{[]string{"--bare", "12345", "--listen", "4000"}, []string{":4000"}, []string{":12345"}},
		{[]string{"--bare", "127.0.0.1:12345", "--listen", "[::1]:12345"}, []string{"[::1]:12345"}, []string{"127.0.0.1:12345"}},
	} {
		f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		addFlags(f)
		require.NoError(t, f.Parse(c.flags))
		s, err := loadSettings(f)
		require.NoError(t, err, c.flags)
		assert.ElementsMatch(t, c.listen, s.Listen, c.flags)
		assert.ElementsMatch(t, c.bare, s.Bare, c.flags)
	}
}

// Where addresses tell nobody apart, all have no common budget, unless that is wished.
func TestWithoutLimitsByAddressThereIsNoBudget(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, c := range []struct {
		flags []string
		want  size
	}{
		{nil, 256 << 20},
		{[]string{"--per-address", "0"}, 0},
		{[]string{"--per-address", "0", "--per-address-bytes", "256M"}, 256 << 20},
		{[]string{"--per-address-bytes", "0"}, 0},
	} {
		f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		addFlags(f)
		require.NoError(t, f.Parse(c.flags))
		s, err := loadSettings(f)
		require.NoError(t, err, c.flags)
		assert.Equal(t, c.want, s.PerAddressBytes, c.flags)
	}
}

func TestHelpNamesEveryFlag(t *testing.T) {
	t.Parallel()
	help := printed(t, "serve", "--help")
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	addFlags(flags)
	flags.VisitAll(func(f *pflag.Flag) {
		assert.Regexp(t, `(?m)^ +(-\w, +)?--`+f.Name+`\b`, help)
	})
	assert.Contains(t, printed(t, "--help"), "chinwag serve")
	assert.Equal(t, "chinwag version v9-test\n", printed(t, "--version"))
}

func TestCompletions(t *testing.T) {
	t.Parallel()
	for _, sh := range []string{"bash", "zsh", "fish", "powershell"} {
		assert.Contains(t, printed(t, "completion", sh), "chinwag", sh)
	}
	assert.Contains(t, printed(t, "__complete", "serve", "--per-"), "--per-address-rate")
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
