package state

import (
	"slices"
	"time"
)

// undoLog holds what it takes to roll back the decisions that are not released yet: each row that one of them has
// changed, and soft fields, as they were before.
type undoLog struct {
	marks []mark     // one for each decision
	rows  []undoRow  // the oldest first
	softs []undoSoft // the oldest first
}

// mark holds what rows do not, as it was before a decision.
type mark struct {
	number  uint64
	head    uint64
	now     time.Time
	lastRow int64
	guests  int
}

// undoRow puts a row back as it was before decision number.
type undoRow struct {
	number uint64
	back   image
}

// image is what a row was before a decision.
type image interface {
	putBack(*Machine)
	collect(*Machine) // writes what the row is now: see collectRows
}

// undoSoft holds the soft fields of a session as they were before decision number.
type undoSoft struct {
	number uint64
	s      *Session
	was    soft
	id     id // what the id that was added to its ids has replaced, if hasID
	hasID  bool
}

// Number returns the number of the last decision, as Rollback and Release take it.
func (m *Machine) Number() uint64 { return m.number }

// Rollback undoes decision number, and all that came after it. It reads nothing but memory.
func (m *Machine) Rollback(number uint64) {
	u := &m.undo
	at := slices.IndexFunc(u.marks, func(k mark) bool { return k.number >= number })
	if at < 0 {
		return
	}
	for n := len(u.rows); n > 0 && u.rows[n-1].number >= number; n-- {
		u.rows[n-1].back.putBack(m)
		u.rows[n-1] = undoRow{}
		u.rows = u.rows[:n-1]
	}
	for n := len(u.softs); n > 0 && u.softs[n-1].number >= number; n-- {
		u.softs[n-1].putBack(m)
		u.softs[n-1] = undoSoft{}
		u.softs = u.softs[:n-1]
	}
	was := u.marks[at]
	m.head, m.now, m.lastRow, m.guests = was.head, was.now, was.lastRow, was.guests
	u.marks = u.marks[:at]
}

// Release forgets how to undo decision number and all before it.
func (m *Machine) Release(number uint64) {
	u := &m.undo
	u.marks = dropFirst(u.marks, func(k mark) bool { return k.number <= number })
	u.rows = dropFirst(u.rows, func(r undoRow) bool { return r.number <= number })
	u.softs = dropFirst(u.softs, func(s undoSoft) bool { return s.number <= number })
}

// dropFirst returns list without the first elements, as long as over holds for them.
func dropFirst[T any](list []T, over func(T) bool) []T {
	n := 0
	for n < len(list) && over(list[n]) {
		n++
	}
	return slices.Delete(list, 0, n)
}

// touchSession keeps an image of s, which is about to be changed, and returns s.
func (m *Machine) touchSession(s *Session) *Session {
	if s.dirty != m.number {
		was := *s
		m.save(&sessionImage{s, was})
		s.dirty = m.number
	}
	return s
}

// touchSoft keeps the soft fields of s, which are about to be changed, and returns s.
func (m *Machine) touchSoft(s *Session) *Session {
	if u := m.undo.lastSoft(); u != nil && u.s == s && u.number == m.number && !u.hasID {
		return s
	}
	m.undo.softs = append(m.undo.softs, undoSoft{number: m.number, s: s, was: s.soft})
	m.unwritten.add(s, m.head)
	return s
}

// touchExact is touchSoft for fields that entries do not tell. Where several nodes decide, each must have them exactly,
// also after a start, so the row is written.
func (m *Machine) touchExact(s *Session) *Session {
	if m.Order != nil {
		m.touchSession(s)
	}
	return m.touchSoft(s)
}

func (m *Machine) touchRoom(r *Room) *Room {
	if r.dirty != m.number {
		was := *r
		m.save(&roomImage{r, was})
		r.dirty = m.number
	}
	return r
}

func (m *Machine) touchTicket(t *Ticket) *Ticket {
	if t.dirty != m.number {
		was := *t
		m.save(&ticketImage{t, was})
		t.dirty = m.number
	}
	return t
}

func (m *Machine) touchBlock(b *block) *block {
	if b.dirty != m.number {
		was := *b
		m.save(&blockImage{b, was})
		b.dirty = m.number
	}
	return b
}

func (m *Machine) touchCommon() *common {
	if m.common.dirty != m.number {
		m.save(&commonImage{m.common})
		m.common.dirty = m.number
	}
	return &m.common
}

func (m *Machine) save(back image) {
	m.undo.rows = append(m.undo.rows, undoRow{m.number, back})
}

type (
	sessionImage struct {
		s   *Session
		was Session
	}
	roomImage struct {
		r   *Room
		was Room
	}
	ticketImage struct {
		t   *Ticket
		was Ticket
	}
	blockImage struct {
		b   *block
		was block
	}
	commonImage struct{ was common }
)

// putBack keeps the soft fields: they have a log of their own.
func (i *sessionImage) putBack(m *Machine) {
	m.unindexSession(i.s)
	soft := i.s.soft
	*i.s = i.was
	i.s.soft = soft
	m.indexSession(i.s)
}

// putBack keeps the members: a room that has vanished since was made again for them.
func (i *roomImage) putBack(m *Machine) {
	members := i.r.members
	if r := m.rooms[i.r.Name]; r != nil {
		members = r.members
	}
	*i.r = i.was
	i.r.members = members
	m.indexRoom(i.r)
}

func (i *ticketImage) putBack(m *Machine) {
	m.unindexTicket(i.t)
	*i.t = i.was
	m.indexTicket(i.t)
}

func (i *blockImage) putBack(m *Machine) {
	delete(m.blocks, i.b.key)
	*i.b = i.was
	if i.b.row != 0 {
		m.blocks[i.b.key] = i.b
	}
}

func (i *commonImage) putBack(m *Machine) { m.common = i.was }

func (u *undoSoft) putBack(m *Machine) {
	m.unwritten.remove(u.s)
	if u.hasID {
		u.s.ids.putBack(u.id)
	}
	u.s.soft = u.was
	m.unwritten.putBack(u.s)
}

// lastSoft returns the last of softs; nil: there is none.
func (u *undoLog) lastSoft() *undoSoft {
	if n := len(u.softs); n > 0 {
		return &u.softs[n-1]
	}
	return nil
}
