//go:build unix

package e2e

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stopped is the whole log of a server that a signal has ended.
func (h *server) stopped() string {
	h.t.Helper()
	h.stranger().expect("-- Welcome...") // it listens to signals by now
	h.process.signal(terminate)
	h.process.exits()
	return h.log.ends()
}

func listensOn(n int) func(*trial) {
	return func(tr *trial) {
		assert.Equal(tr.t, n, strings.Count(tr.stopped(), "msg=listening"))
	}
}

// Without --listen the port is 12345, also where another program has that.
func TestTheDefaultPort(t *testing.T) {
	t.Parallel()
	if l, err := net.Listen("tcp", ":12345"); err == nil {
		defer l.Close()
	}
	h := launch(t, exec.Command(program(t), "serve"), nil)
	assert.Equal(t, 1, h.process.exits())
	assert.Contains(t, h.log.ends(), ":12345")
}

func hearsWithoutLines(tr *trial) {
	ann := tr.enter("ann")
	tr.log.expect("...door=plain...")
	tr.tutorial(tr.bareAddr()).send("你好")
	ann.expect("<guest-2> 你好")
}

func hasNoBareDoor(tr *trial) { assert.NotContains(tr.t, tr.stopped(), "door=bare") }

func greetsWith(words string) func(*trial) {
	return func(tr *trial) {
		tr.log.expect("...door=plain...")
		ann, client := tr.enter("ann"), tr.tutorial(tr.bareAddr())
		ann.expect("-- guest-2 joined")
		ann.types("hello")
		got := make([]byte, len(words)+len("hello"))
		_, err := io.ReadFull(client.conn, got)
		require.NoError(tr.t, err)
		assert.Equal(tr.t, words+"hello", string(got))
	}
}

func refusesLinesOver(n int) func(*trial) {
	return func(tr *trial) {
		ann, bob := tr.enter("ann"), tr.enter("bob")
		ann.types(strings.Repeat("x", n), "/ping", strings.Repeat("x", n+1))
		bob.expect("<ann> " + strings.Repeat("x", n))
		ann.expect("-- pong", fmt.Sprintf("-- that line is longer than %d bytes...", n))
	}
}

const tooFast = "-- that is faster than the room can follow..."

// readsTwoLinesIn is that time at the least: whether it is not much longer no test can tell on a machine that does
// other things, too.
func readsTwoLinesIn(d time.Duration) func(*trial) {
	return func(tr *trial) {
		ann, began := tr.stranger(), time.Now()
		ann.types("/ping", "/ping")
		ann.expect("-- pong", tooFast, "-- pong")
		assert.Greater(tr.t, time.Since(began), d*9/10)
	}
}

func takesAtOnce(n int) func(*trial) {
	return func(tr *trial) {
		ann := tr.stranger()
		for range n {
			ann.types("/ping")
			ann.expect("-- pong")
		}
		assert.NotContains(tr.t, ann.all(), "faster")
		ann.types("/ping")
		ann.expect(tooFast)
	}
}

func takesConnections(n int, why string) func(*trial) {
	return func(tr *trial) {
		for range n {
			tr.stranger().expect("-- Welcome...")
		}
		assertRefused(tr.t, tr.stranger(), why)
	}
}

func logsRate(n int) func(*trial) {
	return func(tr *trial) {
		tr.stranger().expect("-- Welcome...")
		assertRefused(tr.t, tr.stranger(), "too often")
		tr.log.expect(fmt.Sprintf("...since it makes more than %d a minute...", n))
	}
}

func spends(tr *trial) {
	eve := tr.enter("eve")
	for range 50 {
		eve.types(strings.Repeat("x", 3000))
	}
	eve.expect("-- your address has said as much as this server keeps...")
}

// forgetsLines waits until the journal has forgotten what it does not keep: a start may need the last second of it.
func (h *server) forgetsLines() {
	h.t.Helper()
	p := h.enter("eve")
	for {
		p.types("/history all")
		if told := p.until("-- end of history..."); strings.Count(told, "\n") < 100 {
			return
		}
		require.NoError(h.t, h.ctx.Err())
	}
}

const toldMuch = 1500 // lines that no system holds for a client that does not read

// muchTold is a client that has been told much, and has read nothing.
func (h *server) muchTold() *net.TCPConn {
	h.t.Helper()
	ann, bob := h.enter("ann"), h.enter("bob")
	late := h.dial(smallWindow)
	_, err := io.WriteString(late, "/nick late\nhello\n")
	require.NoError(h.t, err)
	ann.expect("<late> hello")
	padding := strings.Repeat(".", 4000)
	for n := range toldMuch {
		ann.types(fmt.Sprint(n, padding))
		if n%50 == 49 { // what is under way has a bound of its own
			bob.expect(fmt.Sprint("<ann> ", n, padding))
		}
	}
	ann.types("the end")
	bob.expect("<ann> the end")
	return late
}

// feeds is whether all waits for a slow reader, or what the journal has lost is lost.
func feeds(all bool) func(*trial) {
	return func(tr *trial) {
		late, seen := tr.muchTold(), newScreen(tr.t, tr.ctx, "late")
		tr.forgetsLines()
		go func() { _, err := io.Copy(seen, late); seen.end(err) }()
		seen.expect("<ann> the end")
		assert.Equal(tr.t, all, strings.Count(seen.all(), "<ann> ") == toldMuch+1)
		assert.Equal(tr.t, !all, strings.Contains(seen.all(), "missing here: more was said than is kept for those who read slowly"))
	}
}

func dropsWhoTakesNothing(tr *trial) {
	ann := tr.enter("ann")
	tr.stuck(ann)
	ann.expect("-- stuck left (took nothing for too long)")
}

// endsBeforeOneWithASecond is whether the end takes less than where --grace is a second: a client that takes nothing
// holds up both.
func endsBeforeOneWithASecond(sooner bool) func(*trial) {
	return func(tr *trial) {
		other := open(tr.t, "--rate", "0", "--stall", "0", "--grace", "1s")
		first := make(chan bool, 2)
		for _, h := range []*server{other, tr.server} {
			h.muchTold()
		}
		for _, h := range []*server{other, tr.server} {
			h.process.signal(terminate)
			go func() { <-h.process.done; first <- h == tr.server }()
		}
		assert.Equal(tr.t, sooner, <-first)
	}
}

func replays(n int) func(*trial) {
	return func(tr *trial) {
		ann := tr.enter("ann")
		for i := range 30 {
			ann.types(fmt.Sprint("line ", i))
		}
		ann.types("/ping")
		ann.expect("-- pong")
		late := tr.stranger().until("-- You are...")
		assert.Equal(tr.t, n, strings.Count(late, "<ann>"), late)
	}
}

func hasTwoRooms(tr *trial) {
	ann, bob := tr.enter("ann"), tr.enter("bob")
	ann.types("/join tea")
	ann.expect("-- you are in #tea now (1 here)")
	bob.types("/join milk")
	bob.expect("-- there are 2 rooms already...")
}

// watchesRooms has ann watch so many rooms beside that in which she is, and no more.
func watchesRooms(n int) func(*trial) {
	return func(tr *trial) {
		ann := tr.enter("ann")
		for i := range n {
			ann.types(fmt.Sprintf("/watch r%d", i))
			ann.expect(fmt.Sprintf("-- you watch #r%d now (1 here)", i))
		}
		ann.types("/watch more")
		ann.expect(fmt.Sprintf("-- you are in %d rooms, and nobody is in more: /part ROOM leaves one", n+1))
	}
}

// broken is a member that sees that the connection of another, ann, has broken after a few lines.
func (h *server) broken() *person {
	ann, bob := h.enter("ann"), h.enter("bob")
	ann.types("one", "two", "three", "four")
	bob.expect("<ann> four")
	require.NoError(h.t, ann.conn.SetLinger(0))
	require.NoError(h.t, ann.conn.Close())
	bob.expect("-- ann left (the connection broke)")
	return bob
}

func freesTheName(tr *trial) {
	bob := tr.broken()
	for {
		bob.types("/nick ann")
		if line := bob.expect("-- ..."); line == "-- you are now ann" {
			return
		}
		require.NoError(tr.t, tr.ctx.Err())
	}
}

func holdsTheName(tr *trial) {
	bob := tr.broken()
	bob.types("/nick ann")
	bob.expect("-- ann is held for whoever has lost the connection...")
}

func keepsNoFile(tr *trial) {
	ann := tr.enter("ann")
	ann.types("hello", "/ping")
	ann.expect("-- pong")
	found, err := filepath.Glob(filepath.Join(tr.home, "*", "*", journalFile))
	require.NoError(tr.t, err)
	assert.Empty(tr.t, found)
}

// keepsIn is that folder of the server's home.
func keepsIn(folder string) func(*trial) {
	return func(tr *trial) {
		tr.enter("ann")
		assert.FileExists(tr.t, filepath.Join(tr.home, folder, journalFile))
	}
}

// logs is whether a whole life has these words in its log.
func logs(words string, are bool) func(*trial) {
	return func(tr *trial) {
		assert.Equal(tr.t, are, strings.Contains(tr.stopped(), words), tr.log.all())
	}
}

// makeJournal makes one of what bob said, and when.
func makeJournal(t *testing.T, home string, lines []string, at func(i int) time.Time) {
	var b strings.Builder
	fmt.Fprintf(&b, `{"chinwag":"history","version":3,"epoch":"01000000-0000-0000-0000-000000000000"}`+"\n"+`{"stream":"#lobby","count":%d,"last":%[1]d}`+"\n", len(lines))
	for i, words := range lines {
		ms := at(i).UnixMilli()
		fmt.Fprintf(&b, `{"seq":%d,"nth":%[1]d,"stream":"#lobby","author":"02000000-0000-0000-0000-000000000000","event":{"type":"said","seq":%[1]d,"id":"%08x-%04x-7000-8000-%012x","time":%q,"room":"#lobby","from":"bob","text":%q}}`+"\n",
			i+1, ms>>16, ms&0xffff, i, at(i).UTC().Format(time.RFC3339), words)
	}
	fmt.Fprintf(&b, `{"end":"history","streams":1,"entries":%d,"last":%[1]d}`+"\n", len(lines))
	folder := filepath.Join(home, "data", "chinwag")
	require.NoError(t, os.MkdirAll(folder, 0o700))
	says, code := importInto(t, filepath.Join(folder, journalFile), strings.NewReader(b.String()))
	require.Zero(t, code, says)
}

// oldLine makes a journal of which one line is old, and one has just been said.
func oldLine(t *testing.T, home string) {
	makeJournal(t, home, []string{"an old line", "a new line"}, func(i int) time.Time { return time.Now().AddDate(i-1, 0, 0) })
}

// manyLines makes a journal of which --keep-size 10M keeps a part: once, since it is large.
func manyLines(t *testing.T, home string) {
	large.Do(func() {
		large.home = filepath.Join(scratch, "large")
		lines := slices.Repeat([]string{strings.Repeat("x", 4000)}, 2500)
		lines[0], lines[len(lines)-1] = "the first of many", "a new line"
		makeJournal(t, large.home, lines, func(int) time.Time { return time.Now() })
	})
	require.NoError(t, os.CopyFS(filepath.Join(home, "data"), os.DirFS(filepath.Join(large.home, "data"))))
}

var large struct {
	sync.Once
	home string
}

// forgets waits until a line that is in the journal at first is in it no more.
func forgets(words string) func(*trial) {
	return func(tr *trial) {
		p := tr.stranger()
		for {
			p.types("/history all")
			told := p.until("-- end of history...")
			require.Contains(tr.t, told, "a new line")
			if !strings.Contains(told, words) {
				return
			}
			require.NoError(tr.t, tr.ctx.Err())
		}
	}
}

func remembers(words string) func(*trial) {
	return func(tr *trial) { assert.Contains(tr.t, journalOf(tr.t, tr.server), words) }
}

// keepsLines is of thirty that are said.
func keepsLines(n int) func(*trial) {
	return func(tr *trial) {
		ann := tr.enter("ann")
		for i := range 30 {
			ann.types(fmt.Sprint("line ", i))
		}
		for left := 30 + 1; left > n; { // what a start needs goes a second later
			require.NoError(tr.t, tr.ctx.Err())
			ann.types("/history all")
			told := ann.until("-- end of history")
			left = strings.Count(told, "<ann>")
			require.GreaterOrEqual(tr.t, left, n, told)
		}
	}
}

func newcomersAre(where string) func(*trial) {
	return func(tr *trial) { tr.stranger().expect("-- You are guest-1 " + where + "...") }
}

func takesVisitors(n int, full string) func(*trial) {
	return func(tr *trial) {
		for range n {
			v := tr.stranger()
			v.types("/ping") // a client that sends a command has arrived
			v.expect("-- You are...", "-- pong")
		}
		late := tr.stranger()
		late.types("/ping")
		assert.Contains(tr.t, late.ends(), full)
	}
}

// keepsMessages is so many that wait, with what operators are told when there is one more.
func keepsMessages(n int, told string) func(*trial) {
	return func(tr *trial) {
		tr.console.types("/duty off")
		tr.console.expect("-- you are off duty...")
		for i := range n + 1 {
			assert.NotContains(tr.t, tr.console.all(), "dropped")
			v := tr.stranger()
			v.types(fmt.Sprint("message ", i), "/quit")
			v.ends()
		}
		tr.console.expect("-- 1 message was dropped at the desk, the oldest first: " + told)
	}
}

func relieves(tr *trial) {
	tr.console.types("/ping")
	tr.console.expect("-- pong")
	tr.stranger().types("hello?")
	tr.console.expect("-- you have said nothing for a long while...")
}

func writeReplies(t *testing.T, home string) {
	require.NoError(t, os.WriteFile(filepath.Join(home, "replies.toml"), []byte("hours = \"from 9 to 5, 九点到五点\"\n"), 0o600))
}

func hasReplies(names string) func(*trial) {
	return func(tr *trial) {
		tr.console.types("/canned")
		if names == "" {
			tr.console.expect("-- there are no ready replies here...")
		} else {
			tr.console.expect("-- ready replies: " + names)
		}
	}
}

func writePassword(t *testing.T, home string) {
	b, err := os.ReadFile(passwordFile(t))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(home, "password"), b, 0o600))
}

func asksForPassword(tr *trial) {
	olga := tr.enter("olga")
	olga.types("/operator", sesame)
	olga.expect("-- you are an operator now, and on duty...")
}

func hasNoPassword(tr *trial) {
	olga := tr.enter("olga")
	olga.types("/operator")
	olga.expect("-- nobody becomes an operator that way here...")
}

const otherScreen = "\x1b[?1049h"

func isPlain(tr *trial) {
	tr.console.shows("-- You are operator in #lobby")
	assert.NotContains(tr.t, tr.console.all(), otherScreen)
}

func isScreen(tr *trial) { tr.console.shows(otherScreen, "operator in #lobby") }

func hasNoOperator(tr *trial) {
	ann := tr.enter("ann")
	ann.types("/who")
	ann.expect("-- 1 in #lobby: ann")
	assert.Empty(tr.t, tr.console.all())
}

func hasOperator(tr *trial) {
	tr.console.expect("-- You are operator...")
	ann := tr.enter("ann")
	ann.types("/who")
	ann.expect("-- 2 in #lobby: operator, ann")
}

// writeConfigs puts one file where the server looks only when it is told to, and one where it always looks.
func writeConfigs(t *testing.T, home string) {
	require.NoError(t, os.WriteFile(filepath.Join(home, "my.toml"), []byte("line-max = 100\n"), 0o600))
	configure(t, home, "line-max = 200\n")
}

func atNoon(int) time.Time { return time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC) }
