package conn_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// tornStore is a journal that cannot be read while it is torn.
type tornStore struct {
	journal.Store
	torn atomic.Bool
}

var errIll = errors.New("the disk is ill")

func (s *tornStore) Read(cur *journal.Cursor, upto uint64, limit int) (journal.Page, error) {
	if s.torn.Load() {
		return journal.Page{}, errIll
	}
	return s.Store.Read(cur, upto, limit)
}

// asker is a program that gives each line an id, and looks which refusals carry it.
type asker struct {
	*conntest.Client
	t       *testing.T
	n, read int
	refused map[string]int // by code
}

func newAsker(t *testing.T, w *conntest.Server, nick string, id hub.Identity) *asker {
	a := &asker{Client: w.Connect(id), t: t, refused: map[string]int{}}
	a.Say(`{"type":"hello","nick":"` + nick + `","id":"h"}`)
	synctest.Wait()
	a.read = len(a.Text())
	return a
}

// asks says a line, which ends with its brace, or without one where it is torn.
func (a *asker) asks(line string) (codes []string) {
	a.t.Helper()
	a.n++
	id := fmt.Sprint("k", a.n)
	a.Say(`{"id":"` + id + `",` + strings.TrimPrefix(line, "{"))
	return a.answered(id, line)
}

// answered is which refusals have come since, all of which must have that id.
func (a *asker) answered(id, line string) (codes []string) {
	a.t.Helper()
	time.Sleep(3 * time.Second)
	synctest.Wait()
	for l := range strings.Lines(a.Text()[a.read:]) {
		var e struct{ Type, Code, Ref, Text string }
		require.NoError(a.t, json.Unmarshal([]byte(l), &e), l)
		if e.Type == "refused" {
			assert.Equal(a.t, id, e.Ref, "%.100s: %s", line, l)
			codes = append(codes, e.Code)
			a.refused[e.Code]++
		}
	}
	a.read = len(a.Text())
	return codes
}

// lineOf is a command of v as a program writes it.
func lineOf(t *testing.T, v *protocol.Verb) string {
	if v.Name == "hello" {
		return `{"type":"hello"}`
	}
	c, err := protocol.ParseCommand(v.Example)
	require.NoError(t, err)
	return strings.TrimSpace(string(protocol.AppendCommandJSON(nil, c)))
}

// Every refusal carries the id of the command that it is the answer to: of every command, wherever its client is and
// whatever is wrong, and no other refusal has it.
func TestEveryRefusalHasTheIDOfItsCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &tornStore{Store: journal.NewMemory(journal.Bounds{Lines: 1000})}
		w := openServer(t, hubtest.Setup{Options: hub.Options{Arrive: time.Millisecond}, Store: store}, conn.Options{Rate: -1})
		member := newAsker(t, w, "member", hub.Identity{})
		visitor := newAsker(t, w, "visitor", hub.Identity{})
		visitor.asks(`"type":"desk","text":"help"}`)
		op := newAsker(t, w, "op", conntest.Operator())
		everybody := []*asker{op, member, visitor} // the first takes the names of the examples
		for _, ill := range []bool{false, true} {
			if ill {
				w.Store.Fail(errIll)
			} else {
				w.Store.Fail(nil)
			}
			for i, a := range everybody {
				for _, v := range protocol.Verbs() {
					switch v.Name { // what would end a session or ticket that is needed; a kick waits for the journal
					case "quit", "shutdown", "kick":
						if a == op || v.Name == "quit" {
							continue
						}
					case "next", "close", "take", "leave", "join", "desk":
						if !ill {
							continue
						}
					}
					line := lineOf(t, v)
					codes := a.asks(line)
					if v.Operator && a != op {
						assert.NotEmpty(t, codes, "%d: %s", i, line)
					}
					bad := a.asks(line[:len(line)-1] + `,"text":[1],"nick":[1],"ticket":"x","verb":{},"code":1,"on":1,"room":2,"to":3,"sure":"x","lines":"x","all":7}`)
					if !strings.HasSuffix(line, `"`+v.Name+`"}`) || v.Name == "help" { // it has one of these members
						assert.Equal(t, []string{"bad-json"}, bad, "%d: %s", i, line)
					}
					assert.Equal(t, []string{"bad-json"}, a.asks(line[1:len(line)-1]), line)
				}
			}
		}
		w.Store.Fail(nil)
		for _, line := range []string{`"type":"take","ticket":99}`, `"type":"to","ticket":99}`, `"type":"hand","ticket":99,"to":"op"}`, `"type":"hold","ticket":99}`, `"type":"close","ticket":99}`,
			`"type":"close","tickets":"90-99"}`, `"type":"note","ticket":99,"text":"x"}`, `"type":"transcript","ticket":99}`, `"type":"reply","ticket":99,"text":"x"}`} {
			assert.Equal(t, []string{"no-visitor"}, op.asks(line), line)
		}
		for _, line := range []string{
			`"type":"nick","nick":"member"}`, `"type":"kick","nick":"nobody"}`, `"type":"ignore","nick":"nobody"}`,
			`"type":"dance"}`, `"type":"help","verb":"dance"}`, `"type":"operator","password":"x"}`, `"type":"topic","text":"` + strings.Repeat("x", 600) + `"}`,
			`"type":"say","text":"` + strings.Repeat("x", 30_000) + `"}`, `"type":"say","text":"` + strings.Repeat("x", 5_000) + `"}`,
			`"type":"hello"}`, `"type":"resume","code":"abcde-fghij"}`, `"type":"search","text":"` + strings.Repeat("a b ", 40) + `"}`,
			`"type":"history","before":5,"around":5}`, `"type":"msg","to":"ghost","text":"x"}`, "\"type\":\"say\",\"text\":\"\xff\"}",
		} {
			assert.Len(t, op.asks(line), 1, line)
		}
		assert.Len(t, member.asks(`"type":"nick","nick":"server"}`), 1)
		store.torn.Store(true)
		assert.Equal(t, []string{"unreadable"}, op.asks(`"type":"history","all":true}`))
		assert.Equal(t, []string{"unreadable"}, op.asks(`"type":"transcript","ticket":1}`))
		store.torn.Store(false)
		member.Say(`{"type":"who","id":"k"}`) // what follows a command that went well has not its id
		member.answered("", "who")
		for _, a := range everybody {
			for _, line := range []string{`{"type":"dance"}`, `{"type":"nick"}`, `{"type":"nick","nick":"a b","id":""}`, `{"type":"hello"}`, `{"type":"say","id":"` + strings.Repeat("x", 26_000)} {
				a.Say(line)
				assert.NotEmpty(t, a.answered("", line), line)
			}
		}
		assert.NotZero(t, member.refused["not-kept"], member.refused)
		assert.NotZero(t, op.refused["not-kept"])
		for _, a := range everybody {
			_ = a.Close()
		}
		w.End()
	})
}

// So does what a hello is told.
func TestARefusedHelloHasItsID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1})
		ann := w.ConnectAs("ann")
		for line, code := range map[string]string{
			`{"type":"hello","id":"h1","nick":"two words"}`: "bad-name", `{"id":"h1","type":"hello","nick":5}`: "bad-json", `{"id":"h1","type":"say","text":"hi"}`: "hello-first",
			`{"id":"h1","type":"hello","nick":"` + strings.Repeat("x", 5000) + `"}`: "", `{"id":"h1","type":"hel`: "bad-json",
			`{"type":"hello","nick":"ann","id":"h1"}`: "", `{"type":"hello","room":"#operators","id":"h1"}`: "",
		} {
			bot := w.Connect(hub.Identity{})
			from := len(bot.Text())
			bot.Say(line)
			time.Sleep(time.Second)
			synctest.Wait()
			told := bot.Text()[from:]
			assert.Contains(t, told, `"code":"`+code, "%.80s", line)
			assert.Contains(t, told, `,"ref":"h1"}`, "%.80s", line)
			_ = bot.Close()
		}
		_ = ann.Close()
		w.End()
	})
}

// A line of JSON is told its own bound, and the connection stays; text of 4096 bytes fits however it is escaped.
func TestALineOfJSONIsToldItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1})
		a := newAsker(t, w, "bot", hub.Identity{})
		for _, letter := range []string{`x`, `\u0078`, `\n`} {
			text := strings.Repeat(letter, 4095) + `.`
			assert.Empty(t, a.asks(`"type":"msg","to":"` + strings.Repeat(`\u0062`, 32) + `","text":"` + text + `"}`)[1:], letter)
		}
		assert.Empty(t, a.asks(`"type":"say","text":"`+strings.Repeat(`\u4f60`, 1365)+`"}`))
		assert.Empty(t, a.asks(`"type":"say","text":"`+strings.Repeat(`\ud83d\ude00`, 1024)+`"}`))
		before := len(a.Text())
		assert.Len(t, a.asks(`"type":"say","text":"`+strings.Repeat(`\u4f60`, 1366)+`"}`), 1)
		assert.Contains(t, a.Text()[before:], "4096 bytes")
		assert.NotContains(t, a.Text()[before:], "25600")
		before = len(a.Text())
		assert.Len(t, a.asks(`"type":"say","text":"`+strings.Repeat(`x`, 25_600)+`"}`), 1)
		assert.Contains(t, a.Text()[before:], "longer than 25600 bytes, the most that a line of JSON has")
		assert.Empty(t, a.asks(`"type":"say","text":"still here"}`))
		_ = a.Close()
		w.End()
	})
}
