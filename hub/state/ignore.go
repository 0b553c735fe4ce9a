package state

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// ignore stops or starts hearing a session, by the name that was ignored or the one that
// it has now: nobody is told of the change of it who ignores it.
func (m *Machine) ignore(s *Session, n protocol.Nick) {
	if n == (protocol.Nick{}) {
		m.answer(s, protocol.IgnoreList{Names: m.namesIgnored(s)})
		return
	}
	isMeant := func(i Ignored) bool { return i.Name.Same(n) || m.nameNow(i).Same(n) }
	if slices.ContainsFunc(s.Ignoring, isMeant) {
		m.hearAgain(s, isMeant)
		m.answer(s, protocol.Ignoring{Nick: n})
		return
	}
	who := m.named(n)
	if why := checkIgnore(s, who, n); why != nil {
		m.reject(s, why)
		return
	}
	m.change(s.ID, IgnoreSet{append(slices.Clone(s.Ignoring), Ignored{Name: n, Session: who.ID})})
	m.answer(s, protocol.Ignoring{Nick: n, On: true})
}

func checkIgnore(s, who *Session, n protocol.Nick) *protocol.Refusal {
	switch {
	case who == nil, who.Visiting != 0 && who != s:
		return nobody(n)
	case who == s:
		return protocol.Refuse("yourself", "that is you")
	case who.Operator:
		return protocol.Refuse("operator-exempt", "%s is an operator, and operators are heard by everybody", who.Nick)
	case len(s.Ignoring) >= MaxIgnored:
		return protocol.Refuse("too-many-ignored", "you ignore %d people already: please hear somebody again first", MaxIgnored)
	}
	return nil
}

// namesIgnored are the names of those whom s does not hear: for each the one that it
// has ignored, and the one that the session has now.
func (m *Machine) namesIgnored(s *Session) []protocol.Nick {
	names := []protocol.Nick{}
	for _, i := range s.Ignoring {
		names = append(names, i.Name)
		if now := m.nameNow(i); now != (protocol.Nick{}) && !now.Same(i.Name) {
			names = append(names, now)
		}
	}
	return names
}

// nameNow is what an ignored session is called now; zero: it is over, or has no name.
func (m *Machine) nameNow(i Ignored) protocol.Nick {
	if s := m.sessions[i.Session]; s != nil && !s.Released {
		return s.Nick
	}
	return protocol.Nick{}
}

// hearOperator has everybody hear an operator, whom they may have ignored before. It is called by
// whoever has made a session an operator, or has renamed one.
func (m *Machine) hearOperator(o *Session) {
	if len(m.ignoring) == 0 {
		return
	}
	key := o.Nick.Keys()[0]
	isMeant := func(i Ignored) bool { return i.Session == o.ID || i.key == key }
	var all []*Session
	for s := range m.ignoring {
		if slices.ContainsFunc(s.Ignoring, isMeant) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *Session) int { return cmp.Compare(a.row, b.row) })
	for _, s := range all {
		m.hearAgain(s, isMeant)
	}
}

func (m *Machine) hearAgain(s *Session, whom func(Ignored) bool) {
	m.change(s.ID, IgnoreSet{slices.DeleteFunc(slices.Clone(s.Ignoring), whom)})
}

// ignoreSet is whom s does not hear from here on.
func (m *Machine) ignoreSet(s *Session, list []Ignored) {
	m.touchSession(s).Ignoring = list
	m.indexIgnoring(s)
}

// indexIgnoring has s be found if it ignores anybody, and those by their keys.
func (m *Machine) indexIgnoring(s *Session) {
	if len(s.Ignoring) == 0 {
		delete(m.ignoring, s)
		return
	}
	m.ignoring[s] = true
	if slices.ContainsFunc(s.Ignoring, func(i Ignored) bool { return i.key == "" }) {
		s.Ignoring = slices.Clone(s.Ignoring)
		for i := range s.Ignoring {
			s.Ignoring[i].key = s.Ignoring[i].Name.Keys()[0]
		}
	}
}

// ignores reports whether s does not hear a session that is or was called so.
func (s *Session) ignores(session uuid.UUID, name protocol.Nick) bool {
	if len(s.Ignoring) == 0 {
		return false
	}
	key := name.Keys()[0]
	return slices.ContainsFunc(s.Ignoring, func(i Ignored) bool { return i.Session == session || i.key == key })
}

// shows reports whether s is told the topic of r: there is one, not of somebody whom s ignores.
func (s *Session) shows(r *Room) bool {
	return !r.Topic.IsBlank() && (r.By == s.ID || !s.ignores(r.By, r.From))
}
