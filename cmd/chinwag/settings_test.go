//go:build unix

package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// loaded is the settings of a command line and of the environment, and the flags as they are set.
func loaded(t *testing.T, args ...string) (*settings, *pflag.FlagSet, error) {
	t.Helper()
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	s := addFlags(f)
	if err := f.Parse(args); err != nil {
		return s, f, wrongFlag(err)
	}
	return s, f, s.load(f)
}

// alone takes the environment away that a setting could come from.
func alone(t *testing.T) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, envPrefix) {
			t.Setenv(name, value) // so that it is back at the end
			require.NoError(t, os.Unsetenv(name))
		}
	}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
}

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.toml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

const (
	tooMany  = "1000000001"
	wildTime = "9999999d"
	wildSize = "99999T"
)

// wrongSettings is, for each setting, a value that it cannot have, and one that is too large where there is such a
// thing.
var wrongSettings = map[string]struct{ wrong, large string }{
	"listen":                    {"nowhere", ":65536"},
	"bare":                      {"1:2:3", ":65536"},
	"bare-greeting":             {"", ""},
	"line-max":                  {"0", "4097"},
	"rate":                      {"nan", "1000001"},
	"burst":                     {"2.5", tooMany},
	"outbox":                    {"-1", "2G"},
	"stall":                     {"30", wildTime},
	"per-address":               {"three", tooMany},
	"per-address-rate":          {"1e1", "Inf"},
	"per-address-burst":         {"-3", tooMany},
	"per-address-bytes":         {"many", wildSize},
	"rooms":                     {"1e3", tooMany},
	"rooms-per-session":         {"0", "257"},
	"replay":                    {"all", tooMany},
	"hold":                      {"0", "25h"},
	"journal":                   {"paper", ""},
	"data":                      {"~ann/chat", ""},
	"sync":                      {"maybe", ""},
	"keep":                      {"90", wildTime},
	"keep-lines":                {"-1", tooMany},
	"keep-size":                 {"1M", wildSize},
	"desk":                      {"perhaps", ""},
	"desk-visitors":             {"3 of them", tooMany},
	"desk-per-address":          {"三", tooMany},
	"desk-messages":             {"+3", tooMany},
	"desk-messages-per-address": {"3.", tooMany},
	"desk-silence":              {"never", wildTime},
	"replies":                   {"~ann/replies", ""},
	"operator-password-file":    {"~ann/password", ""},
	"console":                   {"loud", ""},
	"log-level":                 {"INFO", ""},
	"log-format":                {"xml", ""},
	"config":                    {"~ann/config.toml", ""},
	"grace":                     {"-5s", wildTime},
}

// inQuotes are those of which a bare value in the file is no TOML.
func inQuotes(value string) bool {
	return strings.Trim(value, "0123456789.") != "" && value != "true" && value != "nan"
}

// Every setting says in each source where a wrong value stands, what it is, and what is right.
func TestWrongSettings(t *testing.T) {
	alone(t)
	home := t.TempDir()
	t.Setenv("HOME", home)
	dir := t.TempDir()
	file := filepath.Join(dir, "chat.toml")
	fromFile := func(words string) error {
		require.NoError(t, os.WriteFile(file, []byte("# chinwag\n\n"+words+"\n"), 0o600))
		_, _, err := loaded(t, "--config", file)
		return err
	}
	fromVariable := func(name, value string) error {
		t.Setenv(name, value)
		defer func() { require.NoError(t, os.Unsetenv(name)) }()
		_, _, err := loaded(t)
		return err
	}
	_, flags, err := loaded(t)
	require.NoError(t, err)
	flags.VisitAll(func(flag *pflag.Flag) {
		name := flag.Name
		row, there := wrongSettings[name]
		require.True(t, there, "%s has no row", name)
		v, ok := settingOf(flag)
		require.True(t, ok, name)
		refused := func(err error, want string) {
			t.Helper()
			if assert.EqualError(t, err, want) {
				forbiddenInSettings(t, err.Error())
			}
		}
		for _, value := range []string{row.wrong, row.large} {
			if value == "" {
				continue
			}
			is := fmt.Sprintf(" is %s, not %q", v.expects(), value)
			_, _, err := loaded(t, "--"+name+"="+value)
			refused(err, "--"+name+is)
			refused(fromVariable(variable(name), value), "the variable "+variable(name)+is)
			if name == "config" {
				continue
			}
			refused(fromFile(fmt.Sprintf("%s = %q", name, value)), file+", line 3: "+name+is)
			if !inQuotes(value) {
				shown := strings.NewReplacer("nan", "NaN").Replace(value)
				refused(fromFile(fmt.Sprintf("%s = %s", name, value)), file+", line 3: "+name+fmt.Sprintf(" is %s, not %q", v.expects(), shown))
			}
		}
		// Empty.
		refused(fromVariable(variable(name), ""), fmt.Sprintf("the variable %[1]s is empty: remove it (unset %[1]s), or let it be %[2]s", variable(name), v.expects()))
		empty := fmt.Sprintf(" is %s, not %q", v.expects(), "")
		if v.Type() != kindText {
			_, _, err := loaded(t, "--"+name+"=")
			refused(err, "--"+name+empty)
		}
		if name == "config" {
			refused(fromFile(`config = "x"`), file+`, line 3: "config" is no setting of the file: chinwag serve --help lists them all`)
			return
		}
		if v.Type() != kindText {
			refused(fromFile(name+` = ""`), file+", line 3: "+name+empty)
		}
		refused(fromFile(name+" = "), fmt.Sprintf(`%s, line 3: "%s =" is not NAME = VALUE: text stands in quotes, and a number does not`, file, name))
		// Of another type.
		refused(fromFile(name+" = {a = 1}"), file+", line 3: "+name+" is "+v.expects()+", not a table")
		refused(fromFile("["+name+"]\na = 1"), file+", line 3: "+name+" is "+v.expects()+", not a table")
		refused(fromFile(name+".a = 1"), file+", line 3: "+name+" is "+v.expects()+", not a table")
		if _, list := v.(*addressList); list {
			refused(fromFile(name+` = [":4000", "`+row.wrong+`"]`), file+", line 3: "+name+fmt.Sprintf(" is %s, not %q", v.expects(), row.wrong))
			refused(fromFile(name+" = [[1]]"), file+", line 3: "+name+" is "+v.expects()+`, not "[…]"`)
			refused(fromFile("[["+name+"]]\na = 1"), file+", line 3: "+name+" is "+v.expects()+`, not "{…}"`)
		} else {
			refused(fromFile(name+" = [1]"), file+", line 3: "+name+" is "+v.expects()+", not a list")
		}
		switch v.Type() {
		case kindText, kindFile, kindFolder:
			refused(fromFile(name+" = 2020-02-02"), fmt.Sprintf(`%s, line 3: %s is text, which stands in quotes: %s = "2020-02-02"`, file, name, name))
		default:
			refused(fromFile(name+" = 2020-02-02"), file+", line 3: "+name+" is "+v.expects()+`, not "2020-02-02"`)
		}
		// With another name.
		wrong := strings.Replace(name, name[1:2], "x", 1)
		refused(fromFile(wrong+" = 1"), fmt.Sprintf("%s, line 3: %q is no setting of the file: do you mean %s? chinwag serve --help lists them all", file, wrong, name))
		t.Setenv(variable(wrong), "1")
		s, _, err := loaded(t)
		require.NoError(t, err)
		assert.Equal(t, []string{"the variable " + variable(wrong) + " is no setting, and nothing is set by it: do you mean " + variable(name) + "?"}, s.warnings)
		require.NoError(t, os.Unsetenv(variable(wrong)))
	})
	assert.Len(t, wrongSettings, countOf(flags), "a row of no setting")
}

func countOf(flags *pflag.FlagSet) (n int) {
	flags.VisitAll(func(*pflag.Flag) { n++ })
	return n
}

// Every setting is the same from each source, and the command line beats the variable, which beats the file.
func TestEverySettingFromEachSource(t *testing.T) {
	alone(t)
	examples := map[string]string{}
	for _, g := range new(settings).table() {
		for _, row := range g.settings {
			examples[row.name] = row.example
		}
	}
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	addFlags(flags)
	flags.VisitAll(func(flag *pflag.Flag) {
		good := examples[flag.Name]
		require.NotEmpty(t, good, flag.Name)
		require.NotEqual(t, flag.DefValue, good, flag.Name)
		if flag.Value.Type() == kindFile {
			return // it is to be there: see TestPaths
		}
		is := func(want, source string, args ...string) {
			t.Helper()
			_, f, err := loaded(t, args...)
			require.NoError(t, err, flag.Name)
			assert.Equal(t, want, f.Lookup(flag.Name).Value.String(), "%s from %s", flag.Name, source)
		}
		written := []string{fmt.Sprintf("%s = %q", flag.Name, good), fmt.Sprintf("%q = '''%s'''", flag.Name, good)}
		if !inQuotes(good) {
			written = append(written, flag.Name+" = "+good)
		}
		if _, list := flag.Value.(pflag.SliceValue); list {
			written = append(written, fmt.Sprintf("%s = [%q]", flag.Name, good))
		}
		for _, words := range written {
			is(good, "the file", "--config", settingsFile(t, words))
		}
		file := settingsFile(t, written[0])
		t.Setenv(variable(flag.Name), good)
		is(good, "the variable")
		is(good, "the command line", "--"+flag.Name+"="+good)
		if other := flag.DefValue; other != "" {
			is(other, "the command line before the variable", "--"+flag.Name+"="+other)
			t.Setenv(variable(flag.Name), other)
			is(other, "the variable before the file", "--config", file)
		}
		require.NoError(t, os.Unsetenv(variable(flag.Name)))
	})
}

func TestAFlagAloneMeansYes(t *testing.T) {
	alone(t)
	for arg, want := range map[string]bool{"--desk": true, "--desk=true": true, "--desk=false": false} {
		s, _, err := loaded(t, arg)
		require.NoError(t, err, arg)
		assert.Equal(t, want, s.Desk, arg)
	}
}

func TestListsOfAddresses(t *testing.T) {
	alone(t)
	both := []string{":4001", "[::1]:4002"}
	for _, args := range [][]string{
		{"--listen", ":4001", "--listen", "[::1]:4002"},
		{"--listen", "4001,[::1]:4002"},
		{"-l", " :4001 , [::1]:4002"},
		{"--config", settingsFile(t, `listen = [":4001", "[::1]:4002"]`)},
		{"--config", settingsFile(t, `listen = [4001, "[::1]:4002"]`)},
		{"--config", settingsFile(t, `listen = ":4001,[::1]:4002"`)},
	} {
		s, _, err := loaded(t, args...)
		require.NoError(t, err, args)
		assert.Equal(t, both, s.Listen, args)
	}
	t.Setenv("CHINWAG_LISTEN", ":4001,[::1]:4002")
	s, _, err := loaded(t)
	require.NoError(t, err)
	assert.Equal(t, both, s.Listen)
	_, _, err = loaded(t, "--listen", ":4001,")
	assert.EqualError(t, err, `--listen is an address like :12345, 192.0.2.1:12345 or [::1]:12345, not ":4001,"`)
	require.NoError(t, os.Unsetenv("CHINWAG_LISTEN"))
	_, _, err = loaded(t, "--config", settingsFile(t, `listen = []`))
	assert.EqualError(t, err, "there is no address to listen on: --listen :12345")
	s, _, err = loaded(t, "--config", settingsFile(t, "listen = []\nbare = 4003"))
	require.NoError(t, err)
	assert.Empty(t, s.Listen)
	assert.Equal(t, []string{":4003"}, s.Bare)
}

// The programs that come to the bare door know one port: the default of --listen makes room for it.
func TestBareMayHaveTheOrdinaryPort(t *testing.T) {
	alone(t)
	for _, c := range []struct{ flags, listen, bare []string }{
		{nil, []string{":12345"}, nil},
		{[]string{"--bare", ":4000"}, []string{":12345"}, []string{":4000"}},
		{[]string{"--bare", ":12345"}, nil, []string{":12345"}},
		{[]string{"--bare", "12345,[::1]:12345"}, nil, []string{":12345", "[::1]:12345"}},
		{[]string{"--bare", "12345", "--listen", "4000"}, []string{":4000"}, []string{":12345"}},
		{[]string{"--bare", "127.0.0.1:12345", "--listen", "[::1]:12345"}, []string{"[::1]:12345"}, []string{"127.0.0.1:12345"}},
	} {
		s, _, err := loaded(t, c.flags...)
		require.NoError(t, err, c.flags)
		assert.ElementsMatch(t, c.listen, s.Listen, c.flags)
		assert.ElementsMatch(t, c.bare, s.Bare, c.flags)
	}
}

// Where addresses do not tell clients apart, those of one have no common budget, unless that is wished.
func TestWithoutLimitsByAddressThereIsNoBudget(t *testing.T) {
	alone(t)
	for _, c := range []struct {
		flags []string
		want  size
	}{
		{nil, 256 << 20},
		{[]string{"--per-address", "0"}, 0},
		{[]string{"--per-address", "0", "--per-address-bytes", "256M"}, 256 << 20},
		{[]string{"--per-address-bytes", "0"}, 0},
	} {
		s, _, err := loaded(t, c.flags...)
		require.NoError(t, err, c.flags)
		assert.Equal(t, c.want, s.PerAddressBytes, c.flags)
	}
}

// A path is absolute, from wherever it comes, and ~ is as the shell has it.
func TestPaths(t *testing.T) {
	alone(t)
	home, work := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Chdir(work)
	work, err := os.Getwd()
	require.NoError(t, err)
	config := filepath.Join(home, "chat", "config.toml")
	replies, password := filepath.Join(home, "chat", "replies"), filepath.Join(home, "chat", "password")
	require.NoError(t, os.Mkdir(filepath.Dir(config), 0o700))
	require.NoError(t, os.WriteFile(replies, []byte("\ufeffhours = '9 to 5'"), 0o600))
	require.NoError(t, savePassword(password, "芝麻开门"))
	for chosen, want := range map[string]struct{ file, other string }{
		"~/x":       {home + "/x", home + "/x"},
		"~":         {home, home},
		"x~":        {home + "/chat/x~", work + "/x~"},
		"x/~":       {home + "/chat/x/~", work + "/x/~"},
		"./~/x":     {home + "/chat/~/x", work + "/~/x"},
		"../x":      {home + "/x", filepath.Dir(work) + "/x"},
		"/srv/chat": {"/srv/chat", "/srv/chat"},
	} {
		require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, "\ufeffdata = %q\nreplies = 'replies'\noperator-password-file = '~/chat/password'\r\n", chosen), 0o600))
		s, _, err := loaded(t, "--config=~/chat/config.toml")
		require.NoError(t, err, chosen)
		assert.Equal(t, want.file, s.Data, chosen)
		assert.Equal(t, config, s.configRead)
		assert.Equal(t, replies, s.Replies)
		assert.Equal(t, password, s.PasswordFile)
		assert.Len(t, s.replies, 1)
		assert.NotNil(t, s.password)
		s, _, err = loaded(t, "--data="+chosen)
		require.NoError(t, err, chosen)
		assert.Equal(t, want.other, s.Data, chosen)
		t.Setenv("CHINWAG_DATA", chosen)
		t.Setenv("CHINWAG_CONFIG", "~/chat/config.toml")
		s, _, err = loaded(t)
		require.NoError(t, err, chosen)
		assert.Equal(t, want.other, s.Data, chosen)
		assert.Equal(t, config, s.configRead)
		require.NoError(t, os.Unsetenv("CHINWAG_DATA"))
		require.NoError(t, os.Unsetenv("CHINWAG_CONFIG"))
	}
	require.NoError(t, os.Unsetenv("HOME"))
	_, _, err = loaded(t, "--data=~/x")
	assert.ErrorContains(t, err, "--data is the path of a folder (~ is your home folder; ")
}

// Of variables that mean nothing here no more than a few are told.
func TestFewStrangeVariablesAreTold(t *testing.T) {
	alone(t)
	for i := range 3 * maxUnknown {
		t.Setenv(fmt.Sprint("CHINWAG_STRANGE_", i), "")
	}
	for _, own := range ownVariables {
		t.Setenv(own, "")
	}
	s, _, err := loaded(t)
	require.NoError(t, err)
	assert.Len(t, s.warnings, maxUnknown)
}

// Every variable that anything here reads is a setting or in the table of the others.
func TestEveryVariableIsKnown(t *testing.T) {
	alone(t)
	_, flags, err := loaded(t)
	require.NoError(t, err)
	known := map[string]bool{}
	for _, own := range ownVariables {
		known[own] = true
	}
	flags.VisitAll(func(f *pflag.Flag) { known[variable(f.Name)] = true })
	read := regexp.MustCompile(`(?:Getenv\(|LookupEnv\(|= |cmp\.Or\(os\.Getenv\()"(CHINWAG_[A-Z_]+)"|\bexport (?:\w+=\S+ )*(CHINWAG_[A-Z_]+)=|^\t@?(CHINWAG_[A-Z_]+)=`)
	found := 0
	look := func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == ".bin" {
			return cmp.Or(err, fs.SkipDir)
		}
		if d.IsDir() || filepath.Ext(path) != ".go" && d.Name() != "Makefile" && d.Name() != "test" {
			return nil
		}
		b, err := os.ReadFile(path)
		for i, line := range strings.Split(string(b), "\n") {
			for _, m := range read.FindAllStringSubmatch(line, -1) {
				found++
				name := cmp.Or(m[1:]...)
				assert.True(t, known[name], "%s:%d: %s is in no table", path, i+1, name)
			}
		}
		return err
	}
	for _, root := range []string{"../../cmd", "../../conn", "../../hub", "../../protocol", "../../.ci", "../../Makefile"} {
		require.NoError(t, filepath.WalkDir(root, look))
	}
	assert.GreaterOrEqual(t, found, len(ownVariables))
}
