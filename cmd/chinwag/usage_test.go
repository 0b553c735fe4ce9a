package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/bench"
	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/hub/journal/sqlite"
)

// ran runs chinwag with these arguments, in this process, and says how it would end.
func ran(t *testing.T, in string, args ...string) (code int, out, said string) {
	t.Helper()
	root := rootCommand()
	root.SetContext(t.Context())
	root.SetIn(strings.NewReader(in))
	var b bytes.Buffer
	root.SetOut(&b)
	root.SetArgs(args)
	err := oneDash(root, args)
	if err == nil {
		err = root.Execute()
	}
	code, said = exitCodeOf(err)
	return code, b.String(), said
}

// wrongValues are, for each flag of the commands below, a value that it refuses and what it says. A flag that takes
// anything has "", and one that stands alone what it cannot have.
var wrongValues = map[string]map[string][2]string{
	"chinwag join": {
		"nick":          {"a/b", "--nick: "},
		"nick-or-guest": {"maybe", "--nick-or-guest is true or false"},
		"room":          {"a b", "--room: "},
		"replay":        {"many", "--replay is a whole number"},
		"plain":         {"maybe", "--plain is true or false"},
		"json":          {"maybe", "--json is true or false"},
		"once":          {"maybe", "--once is true or false"},
		"bare":          {"maybe", "--bare is true or false"},
	},
	"chinwag history export": {"format": {"xml", `--format is json or text, not "xml"`}},
	"chinwag history import": {"partial": {"maybe", "--partial is true or false"}},
	"chinwag password":       {"force": {"maybe", "--force is true or false"}},
	"chinwag bench compare": {
		"runs":    {"0", "--runs is 1 at the least, not 0"},
		"idle":    {"99999999", "--idle is "},
		"only":    {"flod", "--only is flood, paced, "},
		"old":     {"/nowhere/at.all", "--old is a program, another build of chinwag: there is none at /nowhere/at.all"},
		"without": {"ngirc", "--without is chinwag sqlite, "},
	},
}

func wrongScenarioValues() map[string][2]string {
	return map[string][2]string{
		"dialect":  {"ric", "--dialect is chinwag, json, irc or line, not"},
		"addr":     {"nowhere", "--addr is HOST:PORT"},
		"serve":    {" ", "--serve is a command"},
		"journal":  {"paper", "--journal is sqlite or memory"},
		"pid":      {"-1", "--pid is 0 at the least"},
		"remote":   {"maybe", "--remote is true or false"},
		"members":  {"2", "--members is 3 at the least"},
		"guests":   {"-1", "--guests is 0 at the least"},
		"senders":  {"-1", "--senders is 0 at the least"},
		"time":     {"3", "--time is a time with its unit"},
		"lines":    {"-1", "--lines is 0 at the least"},
		"rate":     {"NaN", "--rate is 0 at the least"},
		"size":     {"99999", "a line of the dialect"},
		"ids":      {"maybe", "--ids is true or false"},
		"window":   {"-1", "--window is 0 at the least"},
		"per-room": {"-1", "--per-room is 0 at the least"},
		"rooms":    {"-1", "--rooms is 0 at the least"},
		"at-once":  {"-1", "--at-once is 0 at the least"},
		"runs":     {"0", "--runs is 1 at the least"},
		"table":    {"maybe", "--table is true or false"},
	}
}

// argsOf is how a command is called that lacks nothing.
func argsOf(c *cobra.Command) []string {
	args := strings.Fields(c.CommandPath())[1:]
	if strings.Contains(c.Use, " FILE") {
		args = append(args, "/nowhere/file")
	}
	return args
}

// Every flag of every command but serve, which has its own table, is given what it cannot have: the command does
// nothing, ends with 2, and says what would be right.
func TestEveryFlagSaysWhatItWants(t *testing.T) {
	for _, s := range bench.Scenarios() {
		wrongValues["chinwag bench "+s.Name] = wrongScenarioValues()
	}
	seen := 0
	for _, c := range allCommands(rootCommand()) {
		if c.Hidden || c.Name() == "serve" || c.Name() == "help" || c.Parent() != nil && c.Parent().Name() == "completion" {
			continue
		}
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Name == "version" {
				return
			}
			t.Run(c.CommandPath()+" --"+f.Name, func(t *testing.T) {
				wrong, ok := wrongValues[c.CommandPath()][f.Name]
				require.True(t, ok, "a row is missing in wrongValues")
				seen++
				refuses := func(want string, args ...string) {
					t.Helper()
					code, out, said := ran(t, "", append(argsOf(c), args...)...)
					assert.Equal(t, exitUsage, code, said)
					assert.Empty(t, out)
					assert.Contains(t, said, want)
					assertPlain(t, said)
				}
				refuses(wrong[1], "--"+f.Name+"="+wrong[0])
				refuses("is it --"+f.Name+"?", "--"+f.Name[:len(f.Name)-1]+"z"+f.Name[len(f.Name)-1:])
				if f.NoOptDefVal == "" {
					refuses("wants its ", "--"+f.Name)
				}
				if f.Value.Type() == "string" || f.Value.Type() == "stringSlice" {
					refuses("--"+f.Name+" is empty: give it its ", "--"+f.Name+"=")
				}
				if f.Value.Type() == "int" {
					refuses("is a smaller whole number", "--"+f.Name+"=99999999999999999999")
					refuses("is a whole number", "--"+f.Name+"=1.5")
					refuses("is a whole number", "--"+f.Name+"=")
				}
			})
		})
	}
	rows := 0
	for _, flags := range wrongValues {
		rows += len(flags)
	}
	assert.Equal(t, rows, seen, "no row without a flag")
}

// Every command says what it wants: too much, too little, and what it does not know.
func TestEveryCommandSaysWhatItWants(t *testing.T) {
	for _, c := range allCommands(rootCommand()) {
		if c.Hidden || c.Name() == "help" {
			continue
		}
		t.Run(c.CommandPath(), func(t *testing.T) {
			path := strings.Fields(c.CommandPath())[1:]
			refuses := func(want string, args ...string) {
				t.Helper()
				code, out, said := ran(t, "", append(slices.Clone(path), args...)...)
				assert.Equal(t, exitUsage, code, said)
				assert.Empty(t, out)
				assert.Contains(t, said, want)
				assertPlain(t, said)
			}
			refuses("has no flag --bogus", "--bogus")
			refuses("has no flag -Z", "-Z")
			refuses("has no flag -é", "-é")
			refuses("is no flag", "--=x")
			switch {
			case c.HasSubCommands():
				refuses(`has no command "bogus": there are `, "bogus")
				refuses(`has no command "bogus": there are `, "bogus", "--bogus")
				first := commandNames(c)[0]
				refuses("is it "+first+"?", first+"x")
				if c.HasParent() {
					refuses("wants one of these after it: ")
				}
			case c.IsAdditionalHelpTopicCommand():
			default:
				refuses(`"bogus"`, "bogus", "bogus", "bogus")
				if strings.Contains(c.Use, " FILE") {
					refuses("wants one more word: " + c.CommandPath() + " FILE")
					refuses("the name of FILE is empty", "")
				}
			}
		})
	}
}

// What was typed is told, and does nothing to the terminal.
func TestWhatIsToldIsHarmless(t *testing.T) {
	assert.Equal(t, "there is no journal at a\nb?[31m?c 文件　é", printable("there is no journal at a\nb\x1b[31m\u202ec 文件\u3000é"))
}

func TestWhatIsMeantIsGuessed(t *testing.T) {
	for typed, want := range map[string]string{
		"serve --port 4000":            "is it --listen?",
		"serve --host 0.0.0.0":         "is it --listen?",
		"serve -p 4000":                "is it --listen?",
		"serve --verbose":              "is it --log-level?",
		"serve --lisen :1":             "is it --listen?",
		"serve --nick bob":             `"chinwag join" has it`,
		"serve --listen":               "--listen wants its ADDRESS after it: chinwag serve --listen ADDRESS",
		"serve 4000":                   `"4000" is none: is it --listen 4000?`,
		"serve here":                   `"here" is none`,
		"join --name bob":              "is it --nick?",
		"join -nick bob":               "a flag that is a word has two dashes: --nick",
		"join --channel tea":           "is it --room?",
		"export chinwag.db":            `is it "chinwag history export"?`,
		"histroy export":               "is it history?",
		"histroy --format text":        "is it history?",
		"server":                       "is it serve?",
		"help histroy":                 "is it history?",
		"help history exprt":           "is it export?",
		"history export --form=x y":    "is it --format?",
		"bench flood --users 3":        "is it --members?",
		"join a b c":                   `does not know what to do with "c"`,
		"join tcp://here:1":            "leave tcp:// out",
		"join here:99999":              "from 1 to 65535",
		"join --bare --nick bob here":  "--bare knows nothing but words",
		"join --replay -1":             "--replay is a number of lines, 0 for none, not -1",
		"bench flood --dialect irc":    "--serve or --addr tell which server does",
		"bench flood --ids":            "--ids wants --dialect json",
		"bench flood --addr 1.2.3.4:5": "wants --remote",
	} {
		code, out, said := ran(t, "", strings.Fields(typed)...)
		assert.Equal(t, exitUsage, code, typed)
		assert.Contains(t, said, want, typed)
		assert.Empty(t, out)
		assertPlain(t, said)
	}
}

// However long what was typed is, the sentence about it can be read.
func TestWhatIsTooLongIsShownInPart(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for _, args := range [][]string{{long}, {"serve", long}, {"serve", "1" + long}, {"password", "a", long}, {"join", "a", "b", long}, {"join", "--replay", long}, {"history", long}, {"bench", "flood", "--dialect", long}, {"join", "a", long}} {
		code, _, said := ran(t, "", args...)
		assert.Equal(t, exitUsage, code)
		assert.Less(t, len(said), 400, args[0])
	}
}

// An empty variable is refused like an empty flag.
func TestAnEmptyNickIsRefused(t *testing.T) {
	t.Setenv("CHINWAG_NICK", "")
	code, _, said := ran(t, "", "join", "localhost:1")
	assert.Equal(t, exitUsage, code)
	assert.Equal(t, "CHINWAG_NICK is empty: give it a NAME, or unset it", said)
}

// What is right shows what it should, and ends with 0.
func TestHelpEndsWell(t *testing.T) {
	for typed, want := range map[string]string{
		"":                    "Available Commands",
		"--help":              "Available Commands",
		"--version":           "chinwag version",
		"help":                "Available Commands",
		"help history export": "chinwag history export FILE",
		"help exit-codes":     "no connection, or not a chinwag server",
		"exit-codes":          "no connection, or not a chinwag server",
		"join --help":         "3  no connection, or not a chinwag server",
	} {
		code, out, said := ran(t, "", strings.Fields(typed)...)
		assert.Zero(t, code, typed)
		assert.Contains(t, out, want, typed)
		assert.Empty(t, said, typed)
	}
}

// Every code that a command ends with stands in the table, and every line of it fits a terminal.
func TestTheExitCodesAreOneTable(t *testing.T) {
	_, out, _ := ran(t, "", "help", "exit-codes")
	for _, line := range strings.Split(out, "\n") {
		assert.LessOrEqual(t, len(line), 80, line)
	}
	for _, c := range rootCommand().Commands() {
		for _, e := range exitCodes {
			if c.Name() == "join" && (e.command == "join") {
				assert.Contains(t, c.Long, e.means)
			}
		}
	}
}

// Whatever is wrong with the file of a journal, history says it plainly, with what to do.
func TestHistorySaysWhatIsWrongWithTheFile(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(at("empty"), nil, 0o600))
	require.NoError(t, os.WriteFile(at("other"), []byte("SQLite format 4\x00 and more"), 0o600))
	require.NoError(t, os.WriteFile(at("garbage"), append([]byte("SQLite format 3\x00"), bytes.Repeat([]byte("x"), 5000)...), 0o600))
	require.NoError(t, os.Mkdir(at("folder"), 0o700))
	s, err := sqlite.Open(at("open"), sqlite.Options{})
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.Commit([]journal.Entry{journaltest.Said("#a", "hello")}, nil))
	for _, verb := range []string{"export", "verify", "import", "vacuum"} {
		for name, want := range map[string]string{
			"none":        "there is no journal at",
			"folder":      "is a folder: please name the file in it",
			"other":       "is not a chinwag journal, so it is left alone",
			"garbage":     "please name another file",
			"other/below": "please",
			"none/below":  "",
			"empty":       "is empty, and no journal yet",
			"open":        "another chinwag",
			"x\x00y":      "",
		} {
			switch {
			case name == "none" && verb == "import", name == "empty" && (verb == "import" || verb == "vacuum"), name == "open" && (verb == "export" || verb == "verify"):
				continue
			}
			code, out, said := ran(t, "", "history", verb, at(name))
			assert.Equal(t, exitFailed, code, "%s %s", verb, name)
			assert.Contains(t, said, want, "%s %s", verb, name)
			assert.Empty(t, out)
			assertPlain(t, said)
			if name == "open" {
				assert.Contains(t, said, "/shutdown at its console")
			}
		}
	}
	files, err := filepath.Glob(at("folder/*"))
	require.NoError(t, err)
	assert.Empty(t, files, "nothing is made in a folder that was meant for a file")
}

// What was typed is told in part where it is long.
func TestLongWordsAreToldInPart(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, args := range [][]string{{long}, {"serve", long}, {"serve", "--" + long}, {"serve", "--" + long + "=" + long}, {"serve", "-" + long}, {"serve", "--rate", long}, {"serve", "--rate=-" + long}, {"history", long}, {"history", "export", "x", long},
		{"history", "export", "--format", long}, {"join", "a", "b", long}, {"join", "--nick", long}, {"join", "--room", long}, {"bench", "flood", "--addr", long}, {"bench", "flood", "--dialect", long}, {"bench", "compare", "--only", long}, {"help", long}, {"serve", "---" + long}} {
		code, _, said := ran(t, "", args...)
		assert.Equal(t, exitUsage, code, said)
		assert.Less(t, len(said), 500, said)
	}
}
