package state

import (
	"encoding/binary"
	"math"

	"chinwag/protocol"
)

// fields codes a session. Its soft fields are written up to position at; Replay brings what later entries changed.
func (s *Session) fields(c *coder, at *uint64) {
	trimmed := s.StaysCut != 0
	c.bytes(s.ID[:])
	c.nick(&s.Nick)
	c.flags(&s.Released, &s.Operator, &s.Program, &s.Echo, &trimmed, &s.Returned, &s.Short, &s.Quiet, &s.Finished,
		&s.HearsDesk, &s.OnDuty, &s.Target.Nobody, &s.authoredCut, &s.Behind, &s.SeenAtLeast)
	c.bytes(s.Code[:])
	c.address(&s.From)
	c.prefix(&s.At)
	number(c, &s.Conn)
	number(c, &s.Replay)
	c.room(&s.Room)
	number(c, &s.Entered)
	c.room(&s.Resume)
	list(c, &s.Stays, MaxStays+2*MaxRoomsPerSession, func(st *Stay) {
		c.stream(&st.Stream)
		number(c, &st.From)
		number(c, &st.Upto)
	})
	c.text(&s.Away)
	list(c, &s.Ignoring, MaxIgnored, func(i *Ignored) {
		c.nick(&i.Name)
		c.bytes(i.Session[:])
	})
	list(c, &s.Read, maxRead, func(r *protocol.ReadUpTo) {
		c.room(&r.Room)
		number(c, &r.Seq)
	})
	c.time(&s.Created)
	c.time(&s.Until)
	number(c, &s.Seen)
	c.time(&s.Redacted)
	number(c, &s.Ticket)
	number(c, &s.Message)
	number(c, &s.Unread)
	c.room(&s.Before)
	c.time(&s.VisitsSince)
	number(c, &s.Visits)
	number(c, &s.HearsDeskFrom)
	number(c, &s.Target.Ticket)
	number(c, &s.Target.Pending)
	number(c, &s.Target.Former)
	c.nick(&s.Target.FormerNick)
	number(c, at)
	c.time(&s.active)
	list(c, &s.authored, MaxStreams, c.stream)
	c.ring(&s.ids)
	if c.version < 2 {
		if trimmed && len(s.Stays) > 0 {
			s.StaysCut = s.Stays[0].From
		}
		return
	}
	number(c, &s.StaysCut)
	c.flags(&s.Watches)
	list(c, &s.Watched, MaxRoomsPerSession, func(p *Membership) {
		c.room(&p.Room)
		number(c, &p.Entered)
	})
	list(c, &s.Rewatch, MaxRoomsPerSession, c.room)
	if c.version < 3 {
		return
	}
	number(c, &s.spoken)
	c.time(&s.refuseUntil)
}

func (c *coder) stream(st *Stream) {
	var how [1]byte
	id, one := st.Session()
	switch {
	case one && *st == Mailbox(id):
		how[0] = ofMailbox
	case one && *st == Conversation(id):
		how[0] = ofConversation
	}
	c.bytes(how[:])
	switch how[0] {
	case ofName:
		c.string((*string)(st), maxNameBytes+1)
		return
	case ofMailbox, ofConversation:
		c.bytes(id[:])
	default:
		c.fail(errStream)
	}
	switch {
	case !c.reading:
	case how[0] == ofMailbox:
		*st = Mailbox(id)
	default:
		*st = Conversation(id)
	}
}

// ring codes the ids of messages, the oldest first, each with the distance of its position from the one before.
func (c *coder) ring(r **ring) {
	ids := (*r).list()
	before := uint64(0)
	list(c, &ids, MaxIDs, func(one *id) {
		var hash [8]byte
		binary.LittleEndian.PutUint64(hash[:], one.hash)
		c.bytes(hash[:])
		further := one.seq - before
		c.uvarint(&further)
		if c.reading && further > math.MaxUint64-before || further == 0 {
			c.fail(errNumber)
		}
		*one = id{binary.LittleEndian.Uint64(hash[:]), before + further}
		before = one.seq
	})
	if !c.reading || len(ids) == 0 || c.err != nil {
		return
	}
	*r = newRing()
	for _, one := range ids {
		(*r).add(one)
	}
}

// A stream is coded as that of a room, by its name, or of a session, by its id.
const (
	ofName byte = iota
	ofMailbox
	ofConversation
)
