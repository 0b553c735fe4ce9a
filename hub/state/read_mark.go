package state

import (
	"cmp"
	"slices"

	"chinwag/protocol"
)

// markRead keeps how far s has read in a room. A mark never goes back, nor beyond the head. If there are too many, the
// one that is least far goes.
func (m *Machine) markRead(s *Session, cmd protocol.Read) {
	room := cmp.Or(cmd.Room, s.Room)
	if why := m.checkRead(s, room); why != nil {
		m.reject(s, why)
		return
	}
	mark := protocol.ReadUpTo{Room: room, Seq: m.head}
	if cmd.Seq > 0 {
		mark.Seq = min(cmd.Seq, m.head)
	}
	list := slices.Clone(s.Read)
	i := slices.IndexFunc(list, func(r protocol.ReadUpTo) bool { return r.Room == room })
	switch {
	case i >= 0 && mark.Seq <= list[i].Seq:
		m.answer(s, list[i])
		return
	case i >= 0:
		list = slices.Delete(list, i, i+1)
	case len(list) == maxRead:
		list = slices.Delete(list, 0, 1)
	}
	at, _ := slices.BinarySearchFunc(list, mark, func(r, mark protocol.ReadUpTo) int { return cmp.Or(cmp.Compare(r.Seq, mark.Seq), -1) })
	m.change(s.ID, ReadSet{slices.Insert(list, at, mark)})
	m.answer(s, mark)
}

func (m *Machine) checkRead(s *Session, room protocol.Room) *protocol.Refusal {
	switch {
	case s.isIn(room):
		return nil
	case room == protocol.OperatorsRoom && !s.Operator:
		return operatorsOnly
	case m.rooms[room] == nil:
		return noRoom(room)
	}
	return nil
}

// ReadSet sets how far a session has read, by room.
type ReadSet struct{ List []protocol.ReadUpTo }

func (ReadSet) change() {}

func (o *ReadSet) fields(c *coder) {
	list(c, &o.List, maxRead, func(r *protocol.ReadUpTo) {
		c.room(&r.Room)
		number(c, &r.Seq)
	})
}

func (m *Machine) readSet(s *Session, c ReadSet) { m.touchSession(s).Read = c.List }

func readFields(v *protocol.Read, c *coder) {
	c.room(&v.Room)
	number(c, &v.Seq)
}
