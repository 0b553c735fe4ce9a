package state

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// ignore toggles whether s ignores a session, named as it was when it was ignored or as it is now: s is not told when
// an ignored session is renamed.
func (m *Machine) ignore(s *Session, cmd protocol.Ignore) {
	n := cmd.Nick
	if n == (protocol.Nick{}) {
		m.answer(s, protocol.IgnoreList{Names: m.namesIgnored(s)})
		return
	}
	isMeant := func(i Ignored) bool { return i.Name.Same(n) || m.nameNow(i).Same(n) }
	if slices.ContainsFunc(s.Ignoring, isMeant) {
		m.unignore(s, isMeant)
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
	case who == nil, who.Ticket != 0 && who != s:
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

// namesIgnored returns the names of the sessions that s ignores: of each the one that was ignored, and the present one
// if that differs.
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

// nameNow returns the present nick of an ignored session; zero: it has ended, or has no nick.
func (m *Machine) nameNow(i Ignored) protocol.Nick {
	if s := m.sessions[i.Session]; s != nil && !s.Released {
		return s.Nick
	}
	return protocol.Nick{}
}

// hearOperator takes an operator off all lists of ignored sessions. Each rule that makes a session an operator, or
// renames one, calls it.
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
	slices.SortFunc(all, byRow)
	for _, s := range all {
		m.unignore(s, isMeant)
	}
}

func (m *Machine) unignore(s *Session, whom func(Ignored) bool) {
	m.change(s.ID, IgnoreSet{slices.DeleteFunc(slices.Clone(s.Ignoring), whom)})
}

// IgnoreSet replaces the list of sessions that a session ignores.
type IgnoreSet struct{ List []Ignored }

func (IgnoreSet) change() {}

func (o *IgnoreSet) fields(c *coder) {
	list(c, &o.List, MaxIgnored, func(i *Ignored) {
		c.nick(&i.Name)
		c.bytes(i.Session[:])
	})
}

// Ignored is an ignored session, by its id and by its name: neither a new name nor a new session of that name is heard.
type Ignored struct {
	Name    protocol.Nick // as it was typed
	Session uuid.UUID
	key     string // the first of Name's: see indexIgnoring
}

// ignoreSet applies IgnoreSet.
func (m *Machine) ignoreSet(s *Session, c IgnoreSet) {
	m.touchSession(s).Ignoring = c.List
	m.indexIgnoring(s)
}

// indexIgnoring indexes s if it ignores a session, and fills in the keys of its list.
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

// ignores reports whether s ignores a session, by its id or by a name that it has or had.
func (s *Session) ignores(session uuid.UUID, name protocol.Nick) bool {
	if len(s.Ignoring) == 0 {
		return false
	}
	key := name.Keys()[0]
	return slices.ContainsFunc(s.Ignoring, func(i Ignored) bool { return i.Session == session || i.key == key })
}

func ignoreFields(v *protocol.Ignore, c *coder) { c.nick(&v.Nick) }
