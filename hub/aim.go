package hub

import (
	"time"

	"chinwag/protocol"
)

// Where an operator's lines go: to the room, or to a visitor, the target. It changes
// only by what the operator says: /next, /take, /to, /hand and @N. Every other change leaves
// it at nobody for a second, in which lines are refused:
//
//	the visitor goes ──┐                     ┌─> who was assigned meanwhile
//	/close ────────────┼─> nobody, a second ─┤
//	one is assigned ───┘                     └─> the room
//
// So no line reaches somebody else than the one for whom it was begun. A line that names
// where it was begun (Say.Ticket, Say.Room) needs no clock for that: it is refused unless
// lines go there now. One for the room is refused all the same within a second of a
// refused command for a visitor: it may be for that one.

// breath is how long whoever types may not yet have read what was answered.
const breath = time.Second

// hush has the lines of m, but for those that name a visitor, go to nobody for a moment:
// they may have come together with one that could not be followed.
func (r *run) hush(m *member) { m.hushed = time.Now().Add(breath) }

// aimAt has m's lines go to t from here on, or if that is nil to the room: m has said so.
func (m *member) aimAt(t *ticket) {
	m.target, m.nobody, m.heir, m.left, m.hushed = t, false, nil, nil, time.Time{}
}

// aimAtNobody has m's lines go to nobody for a moment, and then to the room or to m.heir:
// something has changed that m did not ask for.
func (r *run) aimAtNobody(m *member) {
	m.target, m.nobody = nil, true
	r.hush(m)
	r.rearm()
}

// settle ends the moment in which lines go to nobody, and tells where they go.
func (r *run) settle(now time.Time) {
	for _, m := range r.desk.operators {
		if !m.nobody || now.Before(m.hushed) {
			continue
		}
		heir := m.heir
		if heir != nil && (len(heir.claims) > 0 || heir.isLeaving()) { // its taking, or its going, is not recorded yet
			r.hush(m)
			continue
		}
		m.nobody, m.heir = false, nil
		now := protocol.Serving{}
		if heir != nil && heir.by == m && !heir.ended {
			m.aimAt(heir)
			now = protocol.Serving{State: protocol.Taken, Ticket: heir.no, Nick: heir.nick}
		}
		if m.client != nil {
			r.tellOne(m.client, r.servingNow(m, now))
		}
		r.desk.touched = true // somebody else may be assigned
	}
}

// followTargets has nobody in the place of each target that is no more.
func (r *run) followTargets() {
	for _, m := range r.desk.operators {
		if m.target != nil && m.target.ended {
			m.left = m.target
			r.aimAtNobody(m)
		}
		if m.heir != nil && m.heir.ended {
			m.heir = nil
			r.hush(m)
		}
	}
}

// appoint gives t to m, who has not asked for it: it is the target when whatever m
// is typing just now cannot be meant for it any more.
func (r *run) appoint(m *member, t *ticket) {
	c, surprised := m.client, !m.nobody
	r.aimAtNobody(m)
	m.heir = t
	r.changeHands(t, m, r.taking(m, t), func() {
		switch {
		case m.client != c || !m.serves:
			return
		case m.heir != t: // m has said meanwhile where its lines go
			surprised = true
		default:
			r.hush(m) // from here on m can see it coming
		}
		if surprised {
			r.tellOne(c, r.servingNow(m, protocol.Serving{State: protocol.Taken, Ticket: t.no, Nick: t.nick}))
		}
		r.showPast(c, m, t, 0)
	}, func() {
		if m.heir == t {
			m.heir = nil
		}
	})
}

// misplaced reports why a line is not for where m's lines go now.
func (r *run) misplaced(m *member, cmd protocol.Say) *protocol.Refusal {
	t := m.target
	switch {
	case t != nil && (t.ended || t.isLeaving()):
		r.hush(m)
		return misplaced("%s has gone", t.name())
	case cmd.Ticket != 0 && m.left != nil && m.left.no == cmd.Ticket:
		return misplaced("%s has gone", m.left.name())
	case cmd.Ticket != 0 && (t == nil || t.no != cmd.Ticket):
		return misplaced("it was begun for %s, and what you type goes to %s now", cmd.Ticket, m.whither())
	case cmd.Ticket != 0:
		return nil
	case cmd.Room != protocol.Room{} && (t != nil || m.nobody || m.where() != cmd.Room):
		return misplaced("it was begun in %s, and what you type goes to %s now", cmd.Room, m.whither())
	case cmd.Room != protocol.Room{} && m.operator && time.Now().Before(m.hushed): // a command for a visitor was refused: this may be for that one, too
		return r.hushed(m)
	case cmd.Room != protocol.Room{}:
		m.left = nil // m has seen since where its lines go
		return nil
	}
	return r.hushed(m)
}

// hushed reports why a line that names no place is heard by nobody: when it was begun, its
// place was perhaps another.
func (r *run) hushed(m *member) *protocol.Refusal {
	left := m.left
	if !m.nobody && !time.Now().Before(m.hushed) && (left == nil || m.target != nil) {
		return nil
	}
	m.left = nil // once is enough
	r.hush(m)
	switch {
	case m.heir != nil:
		return misplaced("%s comes to you just now, and you are told when what you type goes there", m.heir.name())
	case left != nil:
		return misplaced("%s has gone", left.name())
	case m.nobody:
		return misplaced("where your lines go has just changed")
	case !m.operator:
		return misplaced("you are in %s now, where everybody hears you", m.where())
	}
	return misplaced("it came together with the line before, and what you type goes to %s", m.whither())
}

func misplaced(why string, args ...any) *protocol.Refusal {
	return protocol.Refuse("target-changed", "nobody has heard that: "+why, args...)
}

// whither is where m's lines go, in words.
func (m *member) whither() string {
	switch {
	case m.nobody:
		return "nobody"
	case m.target != nil:
		return m.target.name()
	}
	return m.where().String()
}
