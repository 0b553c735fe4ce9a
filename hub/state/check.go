package state

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Check checks all that must hold between two decisions, and returns in words what does not. After a load it tells
// whether the rows belong together. mustHold checks the part that costs nothing.
func (m *Machine) Check() (wrong []string) {
	var c checks
	m.checkSessions(&c)
	m.checkNames(&c)
	m.checkRooms(&c)
	m.checkTickets(&c)
	m.checkVisitors(&c)
	m.checkOperators(&c)
	m.checkNumbers(&c)
	m.checkSoft(&c)
	m.checkPositions(&c)
	return c
}

// checks are the violations that were found.
type checks []string

func (c *checks) that(holds bool, words string, args ...any) {
	if !holds {
		*c = append(*c, fmt.Sprintf(words, args...))
	}
}

func (m *Machine) checkSessions(c *checks) {
	conns := map[uint64]bool{}
	held := 0
	for id, s := range m.sessions {
		c.that(s.ID == id && id != uuid.Nil, "%s is found as %s", s.ID, id)
		c.that(s.row != 0, "%s is over, and is found", s.Nick)
		c.that(HostOf(s.Conn) == 0 || m.conns[s.Conn] == s, "the connection %d of %s finds another", s.Conn, s.Nick)
		c.that(s.Conn == 0 || !conns[s.Conn], "two have the connection %d", s.Conn)
		c.that(s.Conn == 0 == !s.Until.IsZero(), "%s has connection %d, and is held until %v", s.Nick, s.Conn, s.Until)
		c.that(s.Code == (Secret{}) || m.codes[s.Code] == s, "the code of %s finds another", s.Nick)
		c.that(!s.HearsDesk || s.Operator && s.Room != (protocol.Room{}), "%s serves, and is no operator in a room", s.Nick)
		c.that(!s.OnDuty || s.HearsDesk, "%s is on duty, and does not serve", s.Nick)
		c.that(!s.Released || s.Conn == 0 || s.Room == protocol.DeskRoom, "%s is here, and its name is free", s.Nick)
		c.that(s.Target.Ticket == 0 || m.desk.tickets[s.Target.Ticket] != nil, "the lines of %s go to %s, which is over", s.Nick, s.Target.Ticket) // the ticket may be another operator's: see returnSilent
		c.that(s.Target.Pending == 0 || s.has(m, s.Target.Pending), "the lines of %s are to go to %s, whom it does not have", s.Nick, s.Target.Pending)
		conns[s.Conn] = true
		if !s.Until.IsZero() {
			held++
		}
	}
	for conn, s := range m.conns {
		c.that(s.Conn == conn && m.sessions[s.ID] == s, "the connection %d finds %s, whose it is not", conn, s.Nick)
	}
	for code, s := range m.codes {
		c.that(s.Code == code && m.sessions[s.ID] == s, "a code finds %s, whose it is not", s.Nick)
	}
	c.that(held == len(m.held), "%d are held, and %d are in the list", held, len(m.held))
	c.that(slices.IsSortedFunc(m.held, byUntil), "who is held is not in order")
	for _, s := range m.held {
		c.that(m.sessions[s.ID] == s && !s.Until.IsZero(), "%s is in the list of those who are held", s.Nick)
	}
}

func (s *Session) has(m *Machine, no protocol.Ticket) bool {
	t := m.desk.tickets[no]
	return t != nil && t.Operator == s.ID
}

func (m *Machine) checkNames(c *checks) {
	keys := map[string]bool{}
	for _, s := range m.sessions {
		for _, key := range s.Nick.Keys() {
			c.that((m.names[key] == s) == !s.Released, "the name of %s finds another", s.Nick)
			if !s.Released {
				c.that(!keys[key], "two are called %s, or like that", s.Nick)
				keys[key] = true
			}
		}
	}
	c.that(len(keys) == len(m.names), "%d names are found, and %d are somebody's", len(m.names), len(keys))
}

func (m *Machine) checkRooms(c *checks) {
	in := map[protocol.Room]int{}
	for _, s := range m.sessions {
		c.that(s.Room != protocol.Room{} || len(s.Watched) == 0, "%s watches rooms, and is in none", s.Nick)
		c.that(len(s.Watched) < MaxRoomsPerSession && len(s.Rewatch) < MaxRoomsPerSession, "%s is in %d rooms, and comes back to %d", s.Nick, len(s.Watched)+1, len(s.Rewatch))
		c.that(slices.IsSortedFunc(s.Watched, byEntered), "the rooms of %s are not in the order of coming", s.Nick)
		c.that(s.Room != protocol.DeskRoom || len(s.Watched) == 0, "%s is at the desk, and watches rooms", s.Nick)
		for p := range s.Memberships() {
			in[p.Room]++
			r := m.rooms[p.Room]
			c.that(r != nil && r.members.has(s, p.Entered), "%s is in %s, which does not have it", s.Nick, p.Room)
			goesOn := func(st Stay) bool { return st.Stream == s.stream(p.Room) && st.Upto == 0 }
			c.that(s.Conn == 0 || slices.ContainsFunc(s.Stays, goesOn), "%s is in %s, and has no stay there", s.Nick, p.Room)
		}
		if s.Conn != 0 {
			c.checkStays(s)
		}
	}
	for name, r := range m.rooms {
		c.that(r.Name == name, "%s is found as %s", r.Name, name)
		c.that(r.members.count == in[name], "%s has %d members, and %d are in it", name, r.members.count, in[name])
		c.that(r.members.count > 0 || !r.Topic.IsBlank(), "%s is empty and has no topic", name)
		c.that((r.row != 0) == !r.Topic.IsBlank(), "%s has row %d and the topic %q", name, r.row, r.Topic)
		c.that(r.Topic.IsBlank() || (r.Emptied == 0) == (r.members.count > 0), "%s has %d members, and was emptied at %d", name, r.members.count, r.Emptied)
		members, attached := slices.Collect(r.members.all()), 0
		for _, s := range members {
			if s.Conn != 0 {
				attached++
			}
		}
		c.that(attached == r.members.attached, "%d in %s have a connection, and %d are counted", attached, name, r.members.attached)
		c.that(len(members) == r.members.count, "%s lists %d members of %d", name, len(members), r.members.count)
		c.that(slices.IsSortedFunc(r.members.list, func(a, b member) int { return cmp.Compare(a.came, b.came) }), "the members of %s are not in the order of their coming", name)
		delete(in, name)
	}
	c.that(len(in) == 0, "there are people in rooms that are not there: %v", in)
}

// checkStays checks that s has an open stay only in its rooms, and not too many that are over.
func (c *checks) checkStays(s *Session) {
	over := 0
	for _, st := range s.Stays {
		is := slices.ContainsFunc(s.rooms(), func(r protocol.Room) bool { return s.stream(r) == st.Stream })
		c.that(st.Upto != 0 || is, "%s has a stay in %s that is not over, and is not there", s.Nick, st.Stream)
		if st.Upto != 0 {
			over++
		}
	}
	c.that(over < MaxStays, "%s has %d stays that are over", s.Nick, over)
}

// checkNumbers checks that no two rows have the same number, and that a session's row can hold its times.
func (m *Machine) checkNumbers(c *checks) {
	seen := map[int64]bool{0: true, commonRow: true}
	is := func(row int64, what any) {
		c.that(!seen[row] && row <= m.lastRow, "the row of %v is %d, of %d, or another has it", what, row, m.lastRow)
		seen[row] = true
	}
	for _, s := range m.sessions {
		is(s.row, s.Nick)
		for _, at := range []time.Time{s.Created, s.Until, s.Redacted, s.VisitsSince, s.active} {
			c.that(at.Equal(at.Truncate(time.Millisecond)), "%s has a time that its row cannot hold: %v", s.Nick, at)
		}
	}
	if m.replies.row != 0 {
		is(m.replies.row, "all ready replies")
	}
	for _, r := range m.rooms {
		if r.row != 0 {
			is(r.row, r.Name)
		}
	}
	for _, t := range m.desk.tickets {
		is(t.row, t.No)
	}
	for key, b := range m.blocks {
		is(b.row, b.key)
		c.that(b.key == key, "%q is found as %q", b.key, key)
	}
}

func (m *Machine) checkSoft(c *checks) {
	c.that(slices.IsSortedFunc(m.unwritten, func(a, b *Session) int { return cmp.Compare(a.since, b.since) }), "the unwritten are not in order")
	n := 0
	for _, s := range m.sessions {
		if s.since != 0 {
			n++
			c.that(slices.Contains(m.unwritten, s), "%s is not written since %d, and not in the list", s.Nick, s.since)
		}
	}
	c.that(n == len(m.unwritten), "%d are not written, and %d are in the list", n, len(m.unwritten))
	c.that(m.head < m.common.Checkpoint+maxTail, "a load would replay %d entries", m.head-m.common.Checkpoint)
}

// checkPositions checks that no position is beyond the head.
func (m *Machine) checkPositions(c *checks) {
	is := func(at uint64, what string, of any) {
		c.that(at <= m.head, "%s of %v is at position %d, and the journal ends at %d", what, of, at, m.head)
	}
	is(m.common.Checkpoint, "what is written", "all")
	is(m.Seen.Position, "what was told", "all")
	for _, s := range m.sessions {
		for p := range s.Memberships() {
			is(p.Entered, "the coming", s.Nick)
		}
		is(s.Seen, "what was told", s.Nick)
		is(s.Unread, "what is not read", s.Nick)
		is(s.HearsDeskFrom, "the service", s.Nick)
		is(s.upto, "what is written", s.Nick)
		for _, st := range s.Stays {
			is(max(st.From, st.Upto), "a stay", s.Nick)
		}
		for _, one := range s.ids.list() {
			is(one.seq, "a message", s.Nick)
		}
	}
	for _, r := range m.rooms {
		is(r.Emptied, "the last going", r.Name)
	}
	for _, t := range m.desk.tickets {
		is(max(t.Opened, t.LeftAt), "the conversation", t.name())
	}
}
