package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// ignored is somebody whom a member does not hear: the session, which a new name does
// not help to dodge, and the name, which a new session does not.
type ignored struct {
	name    protocol.Nick // as it was typed
	session uuid.UUID
}

// deafness is what a member has ignored, as its listener looks it up. It is replaced
// when that changes, and never written to. nil: it ignores nobody.
type deafness struct {
	sessions map[uuid.UUID]bool
	names    map[string]bool // by the first key of each nick
}

func (d *deafness) to(session uuid.UUID, name protocol.Nick) bool {
	return d != nil && (d.sessions[session] || d.names[name.Keys()[0]])
}

// ignores reports whether e is the doing of somebody whom l ignores: not only what they
// say, but all that tells of them. What operators do is heard by everybody, a kick too;
// and what visitors say at the desk by every operator.
func (l *listener) ignores(e *journal.Entry) bool {
	if l.deaf == nil || e.Author == l.id {
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
	case protocol.Erased:
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
	return l.deaf.to(e.Author, from)
}

func (l *listener) ignoresAny(entries []*journal.Entry) bool {
	return l.deaf != nil && slices.ContainsFunc(entries, l.ignores)
}

// ignore stops or starts hearing somebody, by the name that was ignored or the one that
// the session has now: nobody is told of the change of it who ignores them.
func (r *run) ignore(m *member, n protocol.Nick, w int64) {
	c := m.client
	if n == (protocol.Nick{}) {
		r.answer(c, protocol.IgnoreList{Names: r.namesIgnored(m)}, w)
		return
	}
	isMeant := func(i ignored) bool { return i.name.Same(n) || r.nameNow(i).Same(n) }
	if slices.ContainsFunc(m.ignoring, isMeant) {
		m.hearAgain(isMeant)
		r.answer(c, protocol.Ignoring{Nick: n}, w)
		return
	}
	switch who := r.named(n); {
	case who == nil, who.visiting != 0 && who != m:
		r.refuseNobody(c, w, n)
	case who == m:
		r.refuse(c, w, "yourself", "that is you")
	case who.operator:
		r.refuse(c, w, "operator-exempt", "%s is an operator, and operators are heard by everybody", who.nick)
	case len(m.ignoring) >= maxIgnored:
		r.refuse(c, w, "too-many-ignored", "you ignore %d people already: please hear somebody again first", maxIgnored)
	default:
		m.setIgnoring(append(slices.Clone(m.ignoring), ignored{n, who.id}))
		r.answer(c, protocol.Ignoring{Nick: n, On: true}, w)
	}
}

// namesIgnored are the names of those whom m does not hear: for each the one that it
// has ignored, and the one that the session has now.
func (r *run) namesIgnored(m *member) []protocol.Nick {
	names := []protocol.Nick{}
	for _, i := range m.ignoring {
		names = append(names, i.name)
		if now := r.nameNow(i); now != (protocol.Nick{}) && !now.Same(i.name) {
			names = append(names, now)
		}
	}
	return names
}

// nameNow is what an ignored session is called now; zero: it is over, or has no name.
func (s *state) nameNow(i ignored) protocol.Nick {
	if m := s.members[i.session]; m != nil && !m.released {
		return m.nick
	}
	return protocol.Nick{}
}

// hearOperator has everybody hear an operator, whom they may have ignored before.
func (s *state) hearOperator(m *member) {
	for _, o := range s.members {
		o.hearAgain(func(i ignored) bool { return i.session == m.id || i.name.Keys()[0] == m.nick.Keys()[0] })
	}
}

func (m *member) hearAgain(whom func(ignored) bool) {
	if slices.ContainsFunc(m.ignoring, whom) {
		m.setIgnoring(slices.DeleteFunc(slices.Clone(m.ignoring), whom))
	}
}

func (m *member) setIgnoring(list []ignored) {
	m.ignoring, m.deaf = list, nil
	if len(list) == 0 {
		return
	}
	m.deaf = &deafness{sessions: map[uuid.UUID]bool{}, names: map[string]bool{}}
	for _, i := range list {
		m.deaf.sessions[i.session], m.deaf.names[i.name.Keys()[0]] = true, true
	}
}

// topic is what a room is about, and who has set that.
type topic struct {
	text protocol.Text
	by   uuid.UUID
	from protocol.Nick // as they were called
}

// shows reports whether m is told the topic: there is one, and it is not the words of
// somebody whom m ignores.
func (m *member) shows(t topic) bool {
	return !t.text.IsBlank() && (t.by == m.id || !m.deaf.to(t.by, t.from))
}
