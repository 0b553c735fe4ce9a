//go:build linux

package e2e

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
	"chinwag/protocol"
)

// entriesOf are all of a stream.
func entriesOf(t *testing.T, db *sqlite.Store, stream journal.Stream) (all []journal.Entry) {
	t.Helper()
	cur := journal.Cursor{Streams: []journal.StreamCursor{{Stream: stream}}}
	for cur.Seq < db.Head() {
		page, err := db.Read(&cur, db.Head(), 1000)
		require.NoError(t, err)
		all = append(all, page.Entries...)
	}
	return all
}

// recorded is what the journal holds in the end.
type recorded struct {
	desk     []journal.Entry
	streams  map[journal.Stream][]journal.Entry // the rooms', and each visitor's own
	sessions map[string]uuid.UUID               // by names, which are never changed here
}

// judge compares what each client was told with the journal.
func (k *kills) judge() {
	for _, v := range k.all {
		assert.Empty(k.t, v.wrong, v.name)
	}
	if k.t.Failed() { // it ended early, and much is not answered
		return
	}
	path := filepath.Join(k.folder, journalFile)
	report, err := sqlite.Verify(path)
	require.NoError(k.t, err)
	assert.Empty(k.t, report.Problems)
	r := k.read(path)
	k.checkComings(r)
	k.checkDesk(r)
	said := k.checkWords(r)
	told, moves, again, twice := 0, 0, 0, 0
	for _, v := range k.all {
		told, moves = told+len(v.seen), moves+len(v.rooms)-1
		again, twice = again+v.again, twice+v.twice
		v.check(r)
	}
	k.t.Logf("%d servers, %d clients: %d lines, of which %d were sent again and %d of these had been accepted; %d moves, %d events told, %d entries of the desk",
		k.lives, len(k.all), said, again, twice, moves, told, len(r.desk))
}

func (k *kills) read(path string) *recorded {
	db, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(k.t, err)
	defer db.Close()
	r := &recorded{desk: entriesOf(k.t, db, journal.Desk), streams: map[journal.Stream][]journal.Entry{}, sessions: map[string]uuid.UUID{}}
	rooms := []protocol.Room{protocol.Lobby}
	for i := range len(k.all) {
		rooms = append(rooms, roomOf(i))
	}
	for _, room := range rooms {
		st := journal.OfRoom(room)
		r.streams[st] = entriesOf(k.t, db, st)
		for _, e := range r.streams[st] {
			if at, ok := e.Event.(protocol.Joined); ok {
				r.sessions[at.From.String()] = e.Author
			}
		}
	}
	for _, id := range r.sessions {
		for _, st := range []journal.Stream{journal.Conversation(id), journal.Mailbox(id)} {
			r.streams[st] = entriesOf(k.t, db, st)
		}
	}
	return r
}

// checkComings looks that sessions have left rooms by their own moves only: a kill is not told. The session of a
// visitor whose conversation is closed before the visitor is back has left the desk, and comes back to a room.
func (k *kills) checkComings(r *recorded) {
	assert.Len(k.t, r.sessions, len(k.all), "each has had one session")
	for _, entries := range r.streams {
		for _, e := range entries {
			if at, ok := e.Event.(protocol.Left); ok && !r.wasClosed(at) {
				assert.Contains(k.t, []protocol.Reason{protocol.Moved, protocol.Parted}, at.Reason, "%+v", at)
			}
		}
	}
}

// wasClosed reports whether a visitor has left the desk since the conversation was closed, right before.
func (r *recorded) wasClosed(at protocol.Left) bool {
	return at.Room == protocol.DeskRoom && at.Reason == protocol.Lost && slices.ContainsFunc(r.desk, func(e journal.Entry) bool {
		closed, ok := e.Event.(protocol.TicketChanged)
		return ok && closed.Event == protocol.TicketClosed && closed.From == at.From && e.Seq < at.Seq && e.Seq+3 >= at.Seq
	})
}

// checkWords looks that what was accepted is in the journal once, where its author was told, and what was refused is
// not.
func (k *kills) checkWords(r *recorded) (said int) {
	at := map[string][]uint64{}
	toOperators, toVisitors := map[uuid.UUID]bool{}, map[uuid.UUID]bool{} // ids of what was said at the desk
	for _, e := range r.desk {
		switch e := e.Event.(type) {
		case protocol.Replied:
			at[e.Text.String()] = append(at[e.Text.String()], e.Seq)
			toOperators[e.ID] = true
		case protocol.VisitorSaid:
			toOperators[e.ID] = true
		}
	}
	for st, entries := range r.streams {
		_, private := st.Session()
		for _, e := range entries {
			line, ok := e.Event.(protocol.Said)
			if !ok {
				continue
			}
			if private {
				toVisitors[line.ID] = true
			}
			if !private || e.Author == r.sessions[line.From.String()] && line.From.String()[0] == 'v' {
				at[line.Text.String()] = append(at[line.Text.String()], e.Seq)
			}
		}
	}
	assert.Equal(k.t, toOperators, toVisitors, "what is said at the desk is told to both sides")
	for _, v := range k.all {
		last := uint64(0)
		for n := 1; n <= v.n; n++ {
			ref := protocol.Ref(fmt.Sprint(v.name, "-", n))
			where := at[v.words[ref]]
			switch {
			case v.refused[ref]:
				assert.Empty(k.t, where, "%s was refused", ref)
			case len(where) != 1 || where[0] != v.stands[ref] || where[0] < last:
				k.t.Errorf("%s stands at %v, and %d was told; what its author said before at %d", ref, where, v.stands[ref], last)
			default:
				last, said = where[0], said+1
			}
		}
	}
	return said
}

// stay is a time in a room.
type stay struct {
	stream     journal.Stream
	from, upto uint64 // positions of its Joined and its Left; 0: it lasts
}

// stays are those of a session, as the journal has them.
func (r *recorded) stays(id uuid.UUID) (stays []stay) {
	for st, entries := range r.streams {
		for _, e := range entries {
			if e.Author != id {
				continue
			}
			switch e.Event.(type) {
			case protocol.Joined:
				stays = append(stays, stay{stream: st, from: e.Seq})
			case protocol.Left:
				stays[len(stays)-1].upto = e.Seq
			}
		}
	}
	slices.SortFunc(stays, func(a, b stay) int { return cmp.Compare(a.from, b.from) })
	return stays
}

// check compares what one was told with what there was to tell: all of it, and nothing else.
func (v *survivor) check(r *recorded) {
	id := r.sessions[v.name]
	stays := r.stays(id)
	var rooms []string
	for _, at := range stays {
		rooms = append(rooms, string(at.stream))
	}
	var told []string
	for _, room := range v.rooms {
		st := journal.OfRoom(room)
		if room == protocol.DeskRoom {
			st = journal.Conversation(id)
		}
		told = append(told, string(st))
	}
	assert.Equal(v.t, rooms, told, "the rooms of %s", v.name)
	var want []journal.Entry
	for _, at := range append(stays, stay{stream: journal.Mailbox(id)}) {
		for _, e := range r.streams[at.stream] {
			if e.Seq > max(at.from, v.first) && (e.Seq < at.upto || at.upto == 0) && v.isTold(&e, id) {
				want = append(want, e)
			}
		}
	}
	if v.operator {
		began := slices.IndexFunc(r.desk, func(e journal.Entry) bool { _, ok := e.Event.(protocol.DutyChanged); return ok && e.Author == id })
		for _, e := range r.desk[began+1:] {
			if v.isTold(&e, id) {
				want = append(want, e)
			}
		}
	}
	slices.SortFunc(want, func(a, b journal.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	want = thingsOnce(want)
	for i, e := range want {
		if i == len(v.seen) || v.seen[i] != (sighting{e.Seq, digest(e.Event)}) {
			v.t.Errorf("%s was not told what comes after %d of %d: %d %T %+v", v.name, i, len(want), e.Seq, e.Event, e.Event)
			return
		}
	}
	assert.Equal(v.t, len(want), len(v.seen), "%s was told more than there is", v.name)
}

// isTold reports whether e is told to the clients that hear its stream: the author of a doing is answered instead.
func (*survivor) isTold(e *journal.Entry, id uuid.UUID) bool {
	switch e.Event.(type) {
	case protocol.Joined, protocol.Left, protocol.TicketChanged, protocol.DutyChanged:
		return e.Author != id
	}
	return true
}
