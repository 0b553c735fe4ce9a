package sqlite

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
)

// older is a journal as servers wrote it when operators had no room of their own.
type older struct {
	t       *testing.T
	s       *Store
	tickets protocol.Ticket
}

func (o *older) commit(author uuid.UUID, entries ...journal.Entry) {
	for i := range entries {
		entries[i].Author = author
		room, _ := protocol.ParseRoom(strings.TrimLeft(string(entries[i].Stream), "@0123456789abcdef-"))
		entries[i].Event = entries[i].Event.WithMeta(protocol.Meta{ID: uuid.New(), Time: time.Now().UTC().Truncate(time.Millisecond), Room: room})
	}
	journaltest.Commit(o.t, o.s, entries...)
}

// operator comes in as the console does, and guest to a room.
func (o *older) operator(to journal.Stream) uuid.UUID {
	id := uuid.New()
	o.commit(id, journal.Entry{Stream: to, Event: protocol.Joined{From: protocol.MustNick("operator")}},
		journal.Entry{Stream: journal.Desk, Event: protocol.DutyChanged{From: protocol.MustNick("operator"), On: true}})
	return id
}

func (o *older) guest(to journal.Stream) uuid.UUID {
	id := uuid.New()
	o.commit(id, journal.Entry{Stream: to, Event: protocol.Joined{From: protocol.MustNick("bob")}})
	return id
}

// visitor comes to the desk: from nowhere, or from a room.
func (o *older) visitor(id uuid.UUID, from journal.Stream) uuid.UUID {
	var entries []journal.Entry
	if from != "" {
		entries = append(entries, journal.Entry{Stream: from, Event: protocol.Left{From: protocol.MustNick("bob"), Reason: protocol.Moved}})
	}
	if id == (uuid.UUID{}) {
		id = uuid.New()
	}
	o.tickets++
	o.commit(id, append(entries, journal.Entry{Stream: journal.Conversation(id), Event: protocol.Joined{From: protocol.MustNick("bob")}},
		journal.Entry{Stream: journal.Desk, Event: protocol.TicketChanged{Ticket: o.tickets, From: protocol.MustNick("bob"), Event: protocol.VisitorWaits}})...)
	return id
}

func (o *older) says(id uuid.UUID, in journal.Stream, words ...string) {
	for _, w := range words {
		o.commit(id, journal.Entry{Stream: in, Event: protocol.Said{From: protocol.MustNick("someone"), Text: protocol.MustText(w)}})
	}
}

func (o *older) leaves(id uuid.UUID, in journal.Stream) {
	o.commit(id, journal.Entry{Stream: in, Event: protocol.Left{From: protocol.MustNick("someone"), Reason: protocol.Departed}})
}

// Each is a journal of some runs, and what was said in which room afterwards.
var olderJournals = map[string]struct {
	play             func(o *older)
	lobby, operators []string
}{
	"only a desk": {func(o *older) {
		op := o.operator("#lobby")
		o.says(op, "#lobby", "before anybody came")
		bob := o.visitor(uuid.UUID{}, "")
		o.says(op, "#lobby", "what a fool")
		o.leaves(bob, journal.Conversation(bob))
		o.says(op, "#tea", "and another")
	}, nil, []string{"before anybody came", "what a fool", "and another"}},
	"a visitor who became an operator": {func(o *older) {
		bob := o.visitor(uuid.UUID{}, "")
		o.commit(bob, journal.Entry{Stream: journal.Conversation(bob), Event: protocol.Left{From: protocol.MustNick("bob"), Reason: protocol.Moved}},
			journal.Entry{Stream: journal.Desk, Event: protocol.TicketChanged{Ticket: 1, From: protocol.MustNick("bob"), Event: protocol.VisitorLeft}},
			journal.Entry{Stream: "#lobby", Event: protocol.Joined{From: protocol.MustNick("bob")}},
			journal.Entry{Stream: journal.Desk, Event: protocol.DutyChanged{From: protocol.MustNick("bob"), On: true}})
		o.says(bob, "#lobby", "between us")
	}, nil, []string{"between us"}},
	"never only a desk": {func(o *older) {
		op := o.operator("#lobby")
		o.says(op, "#lobby", "is anybody here?")
		bob := o.guest("#lobby")
		o.says(bob, "#lobby", "I am")
		o.visitor(bob, "#lobby")
		o.says(op, "#lobby", "he is at the desk")
		o.leaves(op, "#lobby")
		alone := o.operator("#lobby")
		o.says(alone, "#lobby", "alone again")
	}, []string{"is anybody here?", "I am", "he is at the desk", "alone again"}, nil},
	"now this, now that": {func(o *older) {
		op, ann := o.operator("#lobby"), o.guest("#lobby")
		o.says(op, "#lobby", "to the room")
		o.says(ann, "#lobby", "from the room")
		o.leaves(ann, "#lobby")
		o.leaves(op, "#lobby")
		op = o.operator("#lobby")
		bob := o.visitor(uuid.UUID{}, "")
		o.says(op, "#lobby", "behind the desk")
		o.leaves(bob, journal.Conversation(bob))
		o.leaves(op, "#lobby")
		op = o.operator("#lobby")
		o.says(op, "#lobby", "who knows where")
		o.leaves(op, "#lobby")
		cem := o.guest("#lobby")
		o.says(cem, "#lobby", "the room again")
	}, []string{"to the room", "from the room", "the room again"}, []string{"behind the desk", "who knows where"}},
	"who became an operator in the room": {func(o *older) {
		bob := o.guest("#lobby")
		o.says(bob, "#lobby", "as a guest")
		o.commit(bob, journal.Entry{Stream: journal.Desk, Event: protocol.DutyChanged{From: protocol.MustNick("bob"), On: true}})
		o.says(bob, "#lobby", "as an operator")
		o.leaves(bob, "#lobby")
		o.visitor(uuid.UUID{}, "")
	}, []string{"as a guest", "as an operator"}, nil},
	"the room of that name": {func(o *older) {
		ann := o.guest("#operators")
		o.says(ann, "#operators", "anybody's room")
		o.leaves(ann, "#operators")
		op := o.operator("#lobby")
		o.visitor(uuid.UUID{}, "")
		o.says(op, "#lobby", "behind the desk")
	}, nil, []string{"anybody's room", "behind the desk"}},
}

func play(t *testing.T, f func(o *older)) (path string) {
	path = newPath(t)
	s := opened(t, path, Options{})
	f(&older{t: t, s: s})
	_, _, err := s.Search(t.Context(), []journal.Stream{"#lobby"}, "room", s.Head(), 1) // so that the index has all
	require.NoError(t, err)
	require.NoError(t, s.Close())
	makeOlder(t, path, 2)
	return path
}

// After a migration only operators can read what operators said behind a desk, in histories and in searches; what was
// said to all sessions stays so.
func TestOlderJournalsOfADeskAreForOperators(t *testing.T) {
	t.Parallel()
	for name, r := range olderJournals {
		t.Run(name, func(t *testing.T) {
			path := play(t, r.play)
			s := opened(t, path, Options{})
			checkSeparated(t, s, r.lobby, r.operators)
			journaltest.Commit(t, s, journaltest.Said("#lobby", "hi"), journaltest.Said("#operators", "ho"))
			require.NoError(t, s.Close())
			found, err := Verify(path)
			require.NoError(t, err)
			assert.Empty(t, found.Problems)
		})
	}
}

func checkSeparated(t *testing.T, s *Store, lobby, operators []string) {
	t.Helper()
	assert.Equal(t, lobby, wordsOfAll(everything(t, s, "#lobby", "#tea")))
	assert.Equal(t, operators, wordsOfAll(everything(t, s, "#operators")))
	for _, e := range everything(t, s, "#operators") {
		assert.Equal(t, protocol.OperatorsRoom, protocol.MetaOf(e.Event).Room)
	}
	for _, words := range append(lobby, operators...) {
		in, _, err := s.Search(t.Context(), []journal.Stream{"#lobby", "#tea"}, words, s.Head(), 9)
		require.NoError(t, err)
		own, _, err := s.Search(t.Context(), []journal.Stream{"#operators"}, words, s.Head(), 9)
		require.NoError(t, err)
		assert.Equal(t, cmp.Compare(len(in), len(own)) > 0, contains(lobby, words), words)
		assert.Equal(t, cmp.Compare(len(in), len(own)) < 0, contains(operators, words), words)
	}
}

func contains(all []string, s string) bool {
	for _, one := range all {
		if one == s {
			return true
		}
	}
	return false
}

func wordsOfAll(entries []journal.Entry) (all []string) {
	for _, e := range entries {
		if said, ok := e.Event.(protocol.Said); ok {
			all = append(all, said.Text.String())
		}
	}
	return all
}

// An export that an older version made is brought forward by the import.
func TestOlderExportsOfADeskAreForOperators(t *testing.T) {
	t.Parallel()
	for name, r := range olderJournals {
		t.Run(name, func(t *testing.T) {
			path := play(t, r.play)
			s, err := open(path, Options{}, slices.Concat(migrations[:2], []string{"SELECT 1"}, migrations[3:])) // as it was, and can be exported
			require.NoError(t, err)
			require.NoError(t, s.Close())
			var out bytes.Buffer
			require.NoError(t, Export(path, &out, JSON))
			was := strings.Replace(out.String(), `"version":3`, `"version":1`, 1)
			require.NotEqual(t, out.String(), was)
			path = newPath(t)
			require.NoError(t, imported(path, strings.NewReader(was)))
			checkSeparated(t, opened(t, path, Options{}), r.lobby, r.operators)
		})
	}
}

// Where the desk has lost entries, an operator whose coming on duty is one of them is not taken for another client.
func TestAnOlderJournalThatHasLostEntriesShowsNothingMore(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{})
	o := &older{t: t, s: s}
	op := o.operator("#lobby")
	s.opts.Lines = 2
	for range 5 {
		v := o.visitor(uuid.UUID{}, "")
		o.commit(v, journal.Entry{Stream: journal.Desk, Event: protocol.VisitorSaid{Ticket: o.tickets, From: protocol.MustNick("bob"), Text: protocol.MustText("hello")}})
	}
	pruneAll(t, s)
	require.Empty(t, dutiesOf(everything(t, s, journal.Desk)), "that is gone")
	o.says(op, "#lobby", "behind the desk")
	o.visitor(uuid.UUID{}, "")
	require.NoError(t, s.Close())
	makeOlder(t, path, 2)
	checkSeparated(t, opened(t, path, Options{}), nil, []string{"behind the desk"})
}

func dutiesOf(entries []journal.Entry) (found []journal.Entry) {
	for _, e := range entries {
		if _, ok := e.Event.(protocol.DutyChanged); ok {
			found = append(found, e)
		}
	}
	return found
}
