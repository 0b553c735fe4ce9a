package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

func (w *world) opens(name string, change func(*Open)) *client {
	w.t.Helper()
	c := w.client(name)
	w.newSession(c)
	c.id = c.next
	op := Open{As: c.id, Conn: w.connect(c), Nick: protocol.MustNick(name), Code: c.secret, Replay: 20}
	if change != nil {
		change(&op)
	}
	w.decide(Intent{Op: op})
	return c
}

func (w *world) says(name, words string, ref protocol.Ref) {
	w.t.Helper()
	c := w.clients[name]
	w.decide(Intent{Session: c.id, Conn: c.conn, Op: Command{Command: protocol.Say{Text: protocol.MustText(words), Ref: ref}, Ref: ref}})
}

func (w *world) keep() { w.commit(len(w.pending)) }

func TestAPlainLineWritesNoRow(t *testing.T) {
	w := newWorld(t, defaults())
	w.opens("bob", nil)
	for range maxSpoken + 1 {
		w.says("bob", "hello", "")
		assert.Empty(t, w.pending[len(w.pending)-1].Rows)
	}
}

// The rows and so many entries are what a start has to read, however many sessions talk.
func TestTheTailIsBounded(t *testing.T) {
	for _, people := range []int{1, 700, 5000} {
		t.Run(fmt.Sprint(people), func(t *testing.T) {
			w := newWorld(t, defaults())
			w.large = true
			for i := range people {
				w.opens(fmt.Sprint("p", i), nil)
				w.keep()
			}
			longest, written, most := uint64(0), 0, 0
			const lines = 2 * maxTail
			for i := range lines {
				w.says(fmt.Sprint("p", i%people), "hello", protocol.Ref(fmt.Sprint(i)))
				rows := len(w.pending[0].Rows)
				written, most = written+rows, max(most, rows)
				longest = max(longest, w.m.head-w.m.common.Checkpoint)
				w.keep()
			}
			assert.LessOrEqual(t, longest, uint64(softLimit))
			assert.LessOrEqual(t, most, softRows+1)
			assert.Less(t, written, lines+people)
			assert.LessOrEqual(t, w.m.head-w.m.Checkpoint(), uint64(softLimit))
			w.mustLoad()
		})
	}
}

// What a lone server does not decide it does not record: so it must write nothing, however long the tail.
func TestAVoidIntentWritesNoRow(t *testing.T) {
	w := newWorld(t, defaults())
	w.large = true
	for i := range 2 * softRows {
		name := fmt.Sprint("p", i)
		w.opens(name, nil)
		w.says(name, "hello", "1")
	}
	w.keep()
	for w.m.head-w.m.common.Checkpoint < softSpan {
		w.says("p0", "hello", "")
		w.keep()
	}
	before := w.m.dump(true)
	made := w.decide(Intent{Session: w.clients["p0"].id, Conn: 9999, Op: Disconnect{}})[0]
	assert.True(t, made.Void)
	assert.Empty(t, made.Rows)
	assert.Equal(t, before, w.m.dump(true))
}

// One decision may hold more than a load should replay.
func TestTheTailIsBoundedWhereManyGoAtOnce(t *testing.T) {
	w := newWorld(t, defaults())
	w.large = true
	const crowd = 2000
	for i := range crowd {
		w.opens(fmt.Sprint("p", i), func(o *Open) { o.Code = Secret{} })
		w.says(fmt.Sprint("p", i), "hello", "1")
		w.keep()
	}
	w.restart(defaults())
	assert.LessOrEqual(t, w.m.head-w.m.Checkpoint(), uint64(softLimit))
	assert.Empty(t, w.m.sessions)
	w.mustLoad()
}

// What is not recorded may be undone, and then the entries before it are needed.
func TestWhatMustBeKeptIsWhatIsRecorded(t *testing.T) {
	w := newWorld(t, defaults())
	w.opens("bob", nil)
	w.keep()
	for w.m.common.Checkpoint == 0 {
		w.says("bob", "hello", "")
	}
	assert.Zero(t, w.m.Checkpoint())
	whole := w.m.common.Checkpoint
	w.keep()
	assert.Equal(t, whole, w.m.Checkpoint())
}

// With a note of what was seen, or with several where many have spoken, a start needs no entries.
func TestANoteOfWhatWasSeenMakesTheTailShort(t *testing.T) {
	w := newWorld(t, defaults())
	const crowd = 3 * softRows / 2
	for i := range crowd {
		w.opens(fmt.Sprint("p", i), nil)
	}
	for i := range crowd {
		w.says(fmt.Sprint("p", i), "hello", "1")
	}
	w.keep()
	for n := range 2 {
		assert.Less(t, w.m.Checkpoint(), w.m.head, "before note %d", n)
		w.decide(Intent{Op: NoteSeen{}})
		assert.LessOrEqual(t, len(w.pending[0].Rows), softRows+1)
		w.keep()
	}
	assert.Equal(t, w.m.head, w.m.Checkpoint())
	w.decide(Intent{Op: NoteSeen{}})
	assert.Empty(t, w.pending[0].Rows, "there is nothing more to write")
	w.keep()
	w.mustLoad()
}

func TestWhatIsSoftIsReplayedOnce(t *testing.T) {
	w := newWorld(t, defaults())
	w.opens("bob", func(o *Open) { o.Program = true })
	w.opens("ann", nil)
	for i := range MaxStreams + 10 {
		name := fmt.Sprint("p", i)
		w.opens(name, nil)
		c := w.clients["bob"]
		ref := protocol.Ref(fmt.Sprint(i))
		w.decide(Intent{Session: c.id, Conn: c.conn, Op: Command{Command: protocol.Msg{To: protocol.MustNick(name), Text: protocol.MustText("hello"), Ref: ref}, Ref: ref}})
		if i == MaxStreams/2 { // bob's row is written, and holds half of it
			w.decide(Intent{Session: c.id, Conn: c.conn, Op: Command{Command: protocol.Away{Text: protocol.MustText("lunch")}}})
		}
	}
	w.keep()
	w.mustLoad()
	m, tail, err := w.store.load()
	require.NoError(t, err)
	assert.Positive(t, tail)
	s := m.sessions[w.clients["bob"].id]
	assert.True(t, s.authoredCut)
	assert.Len(t, s.authored, MaxStreams)
	assert.Equal(t, w.m.sessions[s.ID].ids.list(), s.ids.list())
}

func TestALoadRefusesDamage(t *testing.T) {
	w := newWorld(t, defaults())
	w.opens("bob", nil)
	w.keep()
	bob := w.m.sessions[w.clients["bob"].id]
	other := *bob
	other.ID[0]++
	var upto uint64
	twice := w.m.encode(ofSession, func(c *coder) { other.fields(c, &upto) })
	for want, rows := range map[string]map[int64][]byte{
		"state: row 2: it ends too early":                                       {2: {}},
		"state: row 2: it is of a kind that nobody knows: 9":                    {2: {9, 1}},
		"state: row 2: a session of a version that nobody knows: 99":            {2: {2, 99}},
		"state: row 2: of a session: it ends too early":                         {2: w.store.rows[2][:30]},
		"state: row 3: it is of what is common":                                 {3: w.store.rows[1]},
		"state: row 1: of what is common: it is missing":                        {1: nil},
		"state: row 3: of a session: its name \"bob\" is another's, too":        {3: twice},
		"state: row 3: of a session: it has no id, or there are two of the id ": {3: w.store.rows[2]},
	} {
		damaged := store{rows: map[int64][]byte{1: w.store.rows[1], 2: w.store.rows[2]}}
		for id, b := range rows {
			damaged.rows[id] = b
			if b == nil {
				delete(damaged.rows, id)
			}
		}
		_, err := Load(damaged.all())
		assert.ErrorContains(t, err, want)
	}
	failing := errors.New("the disk is out of order")
	_, err := Load(func(yield func(Row, error) bool) { yield(Row{}, failing) })
	assert.ErrorIs(t, err, failing)
	m, err := Load(func(func(Row, error) bool) {})
	require.NoError(t, err)
	assert.Equal(t, New().dump(true), m.dump(true))
}

// many are rows of that many sessions, as they are found in a large server.
func many(n int) iter.Seq2[Row, error] {
	m := New()
	rows := []Row{{commonRow, m.encode(ofCommon, m.fields)}}
	for i := range n {
		s := &Session{
			Nick: protocol.MustNick(fmt.Sprint("person-", i)), From: Address{"192.0.2.7", at4}, At: at4, Conn: uint64(i + 1), Echo: true, Program: i%2 == 0,
			Replay: 20, Room: roomOf(fmt.Sprint("room-", i%100)), Entered: uint64(n*7919%(i+1))*1e6 + uint64(i+1), Created: noon,
			Until: noon.Add(time.Duration(i*7919%n) * time.Millisecond), soft: soft{authored: []Stream{OfRoom(protocol.Lobby), "#tea"}},
		}
		binary.BigEndian.PutUint64(s.ID[:], uint64(i+1))
		binary.BigEndian.PutUint64(s.Code[:], uint64(i+1))
		s.Stays = []Stay{{OfRoom(protocol.Lobby), 1, s.Entered}, {OfRoom(s.Room), s.Entered, 0}}
		rows = append(rows, Row{int64(i + 2), m.encode(ofSession, func(c *coder) { s.fields(c, &s.Entered) })})
	}
	return func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1000, 20000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			rows := many(n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Load(rows); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRow(b *testing.B) {
	m, err := Load(many(1))
	require.NoError(b, err)
	s := m.named(protocol.MustNick("person-0"))
	fields := m.sessionFields(s)
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(m.encode(ofSession, fields))))
	}
}

func TestTheListOfThoseHeldIsInOrderAfterALoad(t *testing.T) {
	m, err := Load(many(500))
	require.NoError(t, err)
	assert.True(t, slices.IsSortedFunc(m.held, byUntil))
	assert.Len(t, m.held, 500)
	assert.Len(t, m.rooms, 100)
}

// What was damaged may be read as something else: the reader is told, and nothing panics.
func TestDamageThatCanBeReadIsLookedAt(t *testing.T) {
	set := defaults()
	set.Visitors, set.VisitorsPerAddress, set.MessagesKept, set.MessagesPerAddress = 9, 9, 9, 9
	w := newWorld(t, set)
	for _, name := range []string{"ann", "bob", "cem"} {
		w.opens(name, nil)
	}
	do := func(name string, cmd protocol.Command) {
		c := w.clients[name]
		w.decide(Intent{Session: c.id, Conn: c.conn, Op: Command{Command: cmd, Ref: protocol.Ref(name)}})
	}
	do("ann", protocol.Topic{Text: protocol.MustText("tea")})
	do("bob", protocol.Desk{Text: protocol.MustText("my card is lost"), Ref: "1"})
	do("bob", protocol.LeaveDesk{})
	do("cem", protocol.Desk{Text: protocol.MustText("mine, too"), Ref: "2"})
	w.keep()
	refused, wrong, same := 0, 0, 0
	for id, good := range w.store.rows {
		for i := range good {
			for _, flip := range []byte{1, 0x40, 0x80, 0xff} {
				bad := slices.Clone(good)
				bad[i] ^= flip
				rows := maps.Clone(w.store.rows)
				rows[id] = bad
				m, err := Load((&store{rows: rows}).all())
				if err != nil {
					refused++
					continue
				}
				for _, e := range w.store.entries {
					m.Replay(e.Seq, e.Stream, e.Author, e.What)
				}
				m.SetHead(w.m.head)
				if len(m.Check()) > 0 {
					wrong++
				} else {
					same++ // it may be a letter of a name
				}
			}
		}
	}
	t.Logf("%d were refused, %d did not belong together, %d were read as something else", refused, wrong, same)
	assert.Positive(t, refused)
	assert.Positive(t, wrong)
}
