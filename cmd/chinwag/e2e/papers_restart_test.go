//go:build unix

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// restart is a server that has ended in some way and was started again on its journal, and the sessions of before.
//
//	ann     in the lobby, watches the kitchen, ignores troll, has set the topic; types at nc
//	bob     at the desk, and carol, an operator, has him; dora waits there
//	eve     was kicked
//	bot     a program; joiner our own client
type restart struct {
	*server // the second
	t       *testing.T
	orderly bool              // the end of the first
	witness *person           // the session that came first after the start
	codes   map[string]string // by which people come back
	bot     string            // what its hello says to come back
	joiner  *joined
	nobody  string // of the bare door
}

// restarts are the rows of "What a restart does", in OPERATING.md, and what shows that they are true.
var restarts = []struct {
	row   string
	shows func(*restart)
}{
	{"what was said", (*restart).keepsWhatWasSaid},
	{"nicks, rooms, `/watch`, `/ignore`, `/away`, `/echo`", (*restart).keepsSessions},
	{"who sees it", (*restart).isQuiet},
	{"positions", (*restart).keepsPositions},
	{"`chinwag join`, bots", (*restart).comesBackByItself},
	{"the console, `--bare`", (*restart).endsTheBare},
	{"rooms", (*restart).keepsTopics},
	{"the desk", (*restart).keepsTheDesk},
	{"operators", (*restart).keepsOperators},
	{"who was kicked", (*restart).keepsOut},
	{"who does not come back", (*restart).endsWhoDoesNotComeBack},
	{"limits of addresses", (*restart).forgetsWhatWasSpent},
	{"the configuration, the password's file, the ready replies", (*restart).readsAgain},
	{"`--journal memory`", (*restart).keepsNothingInMemory},
}

// TestG12ARestart does what the table of OPERATING.md says of it, after an end in good order and after a crash.
func TestG12ARestart(t *testing.T) {
	t.Parallel()
	assert.Equal(t, restartRows(t), rowsPlayed())
	for name, signal := range map[string]os.Signal{"an orderly end": terminate, "a crash": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := restarted(t, signal)
			for _, row := range restarts {
				row.shows(r)
			}
		})
	}
}

func rowsPlayed() (rows []string) {
	for _, row := range restarts {
		rows = append(rows, row.row)
	}
	return rows
}

func restartRows(t *testing.T) (rows []string) {
	page, err := os.ReadFile(filepath.Join(root, operating))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "\n## What a restart does\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	for _, m := range regexp.MustCompile(`(?m)^\| ([^|]{2,}) \|`).FindAllStringSubmatch(section, -1) {
		rows = append(rows, m[1])
	}
	return rows
}

// restarted has a server end with much going on in it, and starts it again.
func restarted(t *testing.T, by os.Signal) *restart {
	folder, password := t.TempDir(), passwordFile(t)
	writeReplies(t, folder)
	flags := []string{"--operator-password-file", password, "--replies", filepath.Join(folder, "replies.toml")}
	first := openOn(t, folder, append(flags, "--bare", "127.0.0.1:0")...)
	r := &restart{t: t, orderly: by == terminate, codes: map[string]string{}}
	stranger := first.tutorial(first.bareAddr())
	r.cameIn(first, stranger)
	first.process.signal(by)
	first.process.exits()
	require.Contains(t, printed(t, "history", "verify", filepath.Join(folder, journalFile)), "\nall is well\n")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "replies.toml"), []byte("days = \"not on Sundays\"\n"), 0o600))

	r.server = openOn(t, folder, flags...)
	r.witness = r.enter("witness")
	r.joiner.leadsTo(r.server)
	return r
}

// cameIn fills the first server.
func (r *restart) cameIn(h *server, stranger *tutorial) {
	ann := h.enter("ann")
	stranger.send("I am from the bare door")
	line := ann.expect("...I am from the bare door")
	r.nobody, _, _ = strings.Cut(strings.TrimPrefix(line, "<"), ">")
	h.enter("troll")
	ann.types("/echo on", "/ignore troll", "/watch kitchen", "/topic all about tea", "/away lunch", "hello")
	ann.expect("<ann> hello")
	carol, bob, dora, eve := h.enter("carol"), h.enter("bob"), h.enter("dora"), h.enter("eve")
	carol.types("/operator", sesame)
	carol.expect("-- you are an operator now...")
	bob.types("/desk my card is lost")
	carol.expect("[@1 bob] my card is lost")
	dora.types("/desk where is my parcel?")
	carol.expect("[@2 dora] where is my parcel?")
	carol.types("/take 1", "/kick eve 1h", "/canned")
	carol.expect("-- you have @1 bob...", "-- eve is kicked...", "-- ready replies: hours")
	eve.ends()
	for name, p := range map[string]*person{"ann": ann, "bob": bob, "carol": carol, "dora": dora} {
		r.codes[name] = aCode.FindString(p.all())
		require.NotEmpty(r.t, r.codes[name], name)
	}
	r.joiner = h.joinBy(h.cutter(0))
	r.joiner.until(`..."type":"welcome"...`)
	_, in := h.program(`{"type":"hello","nick":"bot"}`)
	welcome := in.line()
	r.bot = fmt.Sprintf(`"token":%s,"resume":{"epoch":%s,"seq":%s}`, field(welcome, "token"), field(welcome, "epoch"), field(welcome, "seq"))
	ann.types("/ping")
	ann.expect("-- pong")
}

// resumes is a client that has resumed a session with its code.
func (r *restart) resumes(name string) *person {
	p := r.stranger()
	p.types(r.codes[name])
	p.expect("-- Welcome back. What you missed follows.", "-- You are "+name+"...")
	return p
}

func (r *restart) keepsWhatWasSaid() {
	assert.Contains(r.t, journalOf(r.t, r.server), "<ann> hello")
	r.witness.types("/search hello")
	r.witness.expect("...<ann> hello")
}

func (r *restart) keepsSessions() {
	r.witness.types("/watch kitchen", "/say #kitchen is that tea?", "/who", "after the start")
	who := r.witness.expect("...in #lobby: ...")
	assert.Contains(r.t, who, "ann (not connected)")
	r.witness.types("/ping")
	r.witness.expect("-- pong")
	ann := r.resumes("ann")
	if r.orderly { // else the last second may be told again
		assert.NotContains(r.t, ann.all(), "<ann> hello")
	}
	assert.Equal(r.t, 1, strings.Count(ann.all(), "<witness> after the start"))
	assert.Equal(r.t, 1, strings.Count(ann.all(), "#kitchen <witness> is that tea?"))
	ann.types("/watch", "/ignore", "/who", "I am back")
	ann.expect("-- you are in #lobby, and watch #kitchen")
	assert.Contains(r.t, ann.until("<ann> I am back"), "troll")
	assert.Regexp(r.t, `(?m)^-- \d+ in #lobby:.* ann \(away\)`, ann.all())
}

func (r *restart) isQuiet() {
	r.witness.types("/ping")
	r.witness.expect("<ann> I am back", "-- pong")
	assert.NotRegexp(r.t, `(?m)^-- (ann|carol|bob|dora|joiner|bot) (joined|left|is)`, r.witness.all())
}

func (r *restart) keepsPositions() {
	bot, in := r.program(fmt.Sprintf(`{"type":"hello",%s}`, r.bot))
	defer bot.Close()
	assert.Contains(r.t, in.line(), `"resumed":true`)
	for !strings.Contains(in.text, `"text":"after the start"`) {
		assert.NotContains(r.t, in.text, `"type":"gap"`)
		in.line()
	}
}

func (r *restart) comesBackByItself() {
	assert.Contains(r.t, r.joiner.until(`..."type":"welcome"...`), `"resumed":true`)
	r.joiner.until(`..."text":"after the start"...`)
}

func (r *restart) endsTheBare() {
	r.witness.types("/who")
	assert.NotContains(r.t, r.witness.expect("...in #lobby: ..."), r.nobody)
}

func (r *restart) keepsTopics() { r.stranger().expect("-- topic of #lobby: all about tea") }

func (r *restart) keepsTheDesk() {
	carol := r.resumes("carol")
	carol.types("/queue all")
	queue := carol.until("...@2 dora...")
	assert.Contains(r.t, queue, "carol @1")
	assert.Contains(r.t, queue, "-- 1 waiting, 1 being answered")
	bob := r.resumes("bob")
	carol.types("which card?")
	bob.expect("<carol> which card?")
	fay := r.enter("fay")
	fay.types("/desk me, too")
	carol.expect("-- @3 fay waits at the desk")
}

func (r *restart) keepsOperators() {
	folder, password := r.t.TempDir(), passwordFile(r.t)
	for _, same := range []bool{true, false} {
		h := openOn(r.t, folder, "--operator-password-file", password)
		olga := h.enter(fmt.Sprint("olga-", same))
		olga.types("/operator", sesame)
		olga.expect("-- you are an operator now...")
		code := aCode.FindString(olga.all())
		h.process.signal(terminate)
		h.process.exits()
		if !same {
			password = otherPassword(r.t)
		}
		h = openOn(r.t, folder, "--operator-password-file", password)
		olga = h.stranger()
		olga.types(code)
		olga.expect("-- You are olga-...")
		olga.types("/queue", "/ping")
		assert.Equal(r.t, same, strings.Contains(olga.until("-- pong"), "0 waiting"), "an operator, and the password the same: %t", same)
		h.process.signal(terminate)
		h.process.exits()
	}
}

// otherPassword is a file of another password than that of passwordFile.
func otherPassword(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "password")
	cmd := exec.Command(program(t), "password", path)
	cmd.Stdin = strings.NewReader("another password\n")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

func (r *restart) keepsOut() {
	p := r.stranger()
	p.types("/nick eve", "/ping")
	p.expect("-- nobody can be called eve for...", "-- pong")
}

func (r *restart) endsWhoDoesNotComeBack() {
	folder := r.t.TempDir()
	h := openOn(r.t, folder, "--hold", "1s")
	h.enter("ann").types("/topic tea", "/ping")
	h.process.signal(terminate)
	h.process.exits()
	h = openOn(r.t, folder, "--hold", "1s")
	bob := h.enter("bob")
	for {
		bob.types("/who")
		if who := bob.expect("...in #lobby: ..."); !strings.Contains(who, "ann") {
			return
		}
		require.NoError(r.t, h.ctx.Err())
	}
}

func (r *restart) forgetsWhatWasSpent() {
	folder := r.t.TempDir()
	flags := []string{"--per-address-bytes", "100K"}
	h := openOn(r.t, folder, flags...)
	spends(&trial{server: h})
	h.process.signal(terminate)
	h.process.exits()
	ann := openOn(r.t, folder, flags...).enter("ann")
	ann.types("/echo on", "hello")
	ann.expect("<ann> hello")
}

func (r *restart) readsAgain() {
	carol := r.enter("cleo")
	carol.types("/operator", sesame, "/canned")
	carol.expect("-- you are an operator now...", "-- ready replies: days")
	r.keepsWhatIsTooMuch()
	r.opensTheDesk()
}

// keepsWhatIsTooMuch: three messages wait, and then there is a place for one.
func (r *restart) keepsWhatIsTooMuch() {
	folder, password := r.t.TempDir(), passwordFile(r.t)
	h := openOn(r.t, folder, "--operator-password-file", password)
	for i := range 3 {
		h.leavesWord(fmt.Sprint("message ", i))
	}
	h.process.signal(terminate)
	h.process.exits()
	h = openOn(r.t, folder, "--operator-password-file", password, "--desk-messages", "1")
	h.leavesWord("message 3")
	op := h.enter("op")
	op.types("/operator", sesame, "/queue all", "/ping")
	queue := op.until("-- pong")
	for i := range 4 {
		assert.Equal(r.t, i < 3, strings.Contains(queue, fmt.Sprint(": message ", i)), queue)
	}
}

func (h *server) leavesWord(words string) {
	p := h.stranger()
	p.types("/desk "+words, "/quit")
	p.ends()
}

// opensTheDesk: a visitor of a server that was only a desk finds the lobby, and the operators the words.
func (r *restart) opensTheDesk() {
	folder, password := r.t.TempDir(), passwordFile(r.t)
	h := openOn(r.t, folder, "--desk", "--operator-password-file", password)
	vera := h.stranger()
	vera.types("/nick vera", "my parcel is lost", "/ping")
	vera.expect("-- pong")
	code := aCode.FindString(vera.all())
	h.process.signal(terminate)
	h.process.exits()
	h = openOn(r.t, folder, "--operator-password-file", password)
	vera = h.stranger()
	vera.types(code)
	vera.expect("-- You are vera in #lobby...")
	op := h.enter("op")
	op.types("/operator", sesame, "/queue all", "/ping")
	assert.Contains(r.t, op.until("-- pong"), "vera has left a message")
}

func (r *restart) keepsNothingInMemory() {
	h := open(r.t, "--journal", "memory")
	assert.Contains(r.t, h.log.all(), "until the server ends, and so are sessions, topics and the desk: the next start has nothing of it")
	ann := h.enter("ann")
	code := aCode.FindString(ann.all())
	h.process.signal(terminate)
	h.process.exits()
	ann = open(r.t, "--journal", "memory").stranger()
	ann.types(code)
	ann.expect("-- there is no session of that code any more...")
}
