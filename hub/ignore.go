package hub

import (
	"maps"
	"slices"

	"chinwag/protocol"
)

// ignore stops or starts hearing somebody: the session, which a new name does
// not help to dodge, and the name, which a new session does not.
func (r *run) ignore(m *member, n protocol.Nick, w int64) {
	c := m.client
	if n == (protocol.Nick{}) {
		r.answer(c, protocol.IgnoreList{Names: m.ignoring}, w)
		return
	}
	if i := slices.IndexFunc(m.ignoring, n.Same); i >= 0 {
		m.ignoring = slices.Delete(slices.Clone(m.ignoring), i, i+1)
		m.ignored = maps.Clone(m.ignored)
		for key, name := range m.ignored {
			if name.Same(n) {
				delete(m.ignored, key)
			}
		}
		r.answer(c, protocol.Ignoring{Nick: n}, w)
		return
	}
	switch who := r.named(n); {
	case who == nil, who.visiting != 0 && who != m:
		r.refuseNobody(c, w, n)
	case who == m:
		r.refuse(c, w, "yourself", "that is you")
	case who.operator:
		r.refuse(c, w, "operator", "%s is an operator, and operators are heard by everybody", who.nick)
	case len(m.ignoring) >= maxIgnored:
		r.refuse(c, w, "too-many", "you ignore %d people already: please hear somebody again first", maxIgnored)
	default:
		ignored := maps.Clone(m.ignored)
		if ignored == nil {
			ignored = map[string]protocol.Nick{}
		}
		ignored[who.id.String()], ignored[n.Keys()[0]] = n, n
		m.ignored, m.ignoring = ignored, append(slices.Clone(m.ignoring), n)
		r.answer(c, protocol.Ignoring{Nick: n, On: true}, w)
	}
}
