package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// ignoreSet is the set of names that a session ignores, as its listener looks them up. It is replaced when that
// changes, and never written to. nil: it ignores no name.
type ignoreSet struct {
	sessions map[uuid.UUID]bool
	names    map[string]bool // by the first key of each nick
}

func newIgnoreSet(list []state.Ignored) *ignoreSet {
	if len(list) == 0 {
		return nil
	}
	d := &ignoreSet{sessions: map[uuid.UUID]bool{}, names: map[string]bool{}}
	for _, i := range list {
		d.sessions[i.Session], d.names[i.Name.Keys()[0]] = true, true
	}
	return d
}

func (d *ignoreSet) has(session uuid.UUID, name protocol.Nick) bool {
	return d != nil && (d.sessions[session] || d.names[name.Keys()[0]])
}

// ignores reports whether e comes from a session that l ignores: not only its lines, but all events about it.
// What operators do is always heard, a kick too; and what visitors say at the desk is heard by every operator.
func (l *view) ignores(e *journal.Entry) bool {
	if l.ignored == nil || e.Author == l.id {
		return false
	}
	var from protocol.Nick
	switch ev := e.Event.(type) {
	case protocol.Said:
		from = ev.From
	case protocol.Acted:
		from = ev.From
	case protocol.Whispered:
		from = ev.From
	case protocol.TopicSet:
		from = ev.From
	case protocol.AwaySet:
		from = ev.From
	case protocol.Redacted:
		from = ev.From
	case protocol.Joined:
		from = ev.From
	case protocol.Renamed:
		from = ev.From
	case protocol.Left:
		if ev.Reason == protocol.Kicked {
			return false
		}
		from = ev.From
	default:
		return false
	}
	return l.ignored.has(e.Author, from)
}

func (l *view) ignoresAny(entries []*journal.Entry) bool {
	return l.ignored != nil && slices.ContainsFunc(entries, l.ignores)
}
