package state

import (
	"fmt"

	"chinwag/protocol"
)

// opKind is the kind of an op in the bytes of an intent. A number never changes, and is never used again.
type opKind byte

const (
	opBegan     opKind = 1
	opOpen      opKind = 2
	opResume    opKind = 3
	opLost      opKind = 4
	opSeen      opKind = 5
	opWithdrawn opKind = 6
	opPromote   opKind = 7
	opCommand   opKind = 8
	opContinue  opKind = 9
	opDue       opKind = 10
	opHeartbeat opKind = 11
	opChecksum  opKind = 12
)

// ops holds what reads each kind.
var ops = [...]func(*coder) Op{
	opBegan:     reads[Op]((*Began).fields),
	opOpen:      reads[Op]((*Open).fields),
	opResume:    reads[Op]((*Resume).fields),
	opLost:      reads[Op]((*Lost).fields),
	opSeen:      reads[Op]((*Seen).fields),
	opWithdrawn: reads[Op](nothing[Withdrawn]),
	opPromote:   reads[Op](nothing[Promote]),
	opCommand:   reads[Op]((*Command).read),
	opContinue:  reads[Op]((*Continue).fields),
	opDue:       reads[Op](nothing[Due]),
	opHeartbeat: reads[Op](nothing[Heartbeat]),
	opChecksum:  reads[Op]((*Checksum).fields),
}

// putOp writes the fields of an op, and returns its kind.
func (c *coder) putOp(op Op) opKind {
	switch op := op.(type) {
	case Began:
		return put(c, opBegan, &op, (*Began).fields)
	case Open:
		return put(c, opOpen, &op, (*Open).fields)
	case Resume:
		return put(c, opResume, &op, (*Resume).fields)
	case Lost:
		return put(c, opLost, &op, (*Lost).fields)
	case Seen:
		return put(c, opSeen, &op, (*Seen).fields)
	case Withdrawn:
		return opWithdrawn
	case Promote:
		return opPromote
	case Command:
		return put(c, opCommand, &op, (*Command).write)
	case Continue:
		return put(c, opContinue, &op, (*Continue).fields)
	case Due:
		return opDue
	case Heartbeat:
		return opHeartbeat
	case Checksum:
		return put(c, opChecksum, &op, (*Checksum).fields)
	default:
		panic(fmt.Sprintf("state: an op of an unknown type %T", op))
	}
}

func (o *Began) fields(c *coder) {
	o.Settings.all(c)
	number(c, &o.Rules)
	c.bytes(o.Epoch[:])
	inherits := o.Legacy != nil
	if c.flags(&inherits); !inherits {
		return
	}
	if c.reading {
		o.Legacy = &Legacy{}
	}
	o.Legacy.fields(c)
}

// all codes all settings, with the ready replies.
func (s *Settings) all(c *coder) {
	s.fields(c)
	number(c, &s.RoomsPerSession)
	s.replyFields(c)
}

func (l *Legacy) fields(c *coder) {
	list(c, &l.Topics, maxMany, func(t *LegacyTopic) {
		c.room(&t.Room)
		c.text(&t.Text)
		c.bytes(t.By[:])
		c.nick(&t.From)
		number(c, &t.Set)
	})
	number(c, &l.Ticket)
	list(c, &l.Messages, maxMany, func(m *LegacyMessage) {
		number(c, &m.Ticket)
		c.bytes(m.Session[:])
		c.nick(&m.Nick)
		c.time(&m.Since)
		number(c, &m.Opened)
		c.text(&m.First)
		c.time(&m.Left)
		number(c, &m.LeftAt)
	})
}

func (o *Open) fields(c *coder) {
	c.bytes(o.As[:])
	number(c, &o.Conn)
	c.nick(&o.Nick)
	number(c, &o.Guest)
	c.flags(&o.Operator, &o.Program, &o.Echo, &o.Promoted, &o.ToldFull)
	c.address(&o.From)
	number(c, &o.Again)
	c.bytes(o.Code[:])
	c.bytes(o.Token[:])
	c.room(&o.Room)
	c.ref(&o.Ref)
	number(c, &o.Replay)
	number(c, &o.Reserved)
	number(c, &o.ReservedFrom)
	word(c, &o.Missing, mayMiss)
}

// mayMiss reports whether why can be the reason of a gap in what a program has seen; "": there is no gap.
func mayMiss(why protocol.GapReason) bool {
	switch why {
	case "", protocol.Pruned, protocol.OldEpoch, protocol.Future, protocol.Skipped, protocol.SessionExpired:
		return true
	}
	return false
}

func (o *Resume) fields(c *coder) {
	number(c, &o.Conn)
	c.bytes(o.Code[:])
	c.flags(&o.Own, &o.Echo, &o.Operator)
	c.address(&o.From)
	number(c, &o.Guest)
	c.ref(&o.Ref)
}

func (o *Lost) fields(c *coder) {
	word(c, &o.Reason, protocol.Reason.IsKnown)
	number(c, &o.Seen)
}

func (o *Seen) fields(c *coder) {
	number(c, &o.Upto)
	list(c, &o.Behind, maxMany, func(b *Behind) {
		c.bytes(b.Session[:])
		number(c, &b.Seen)
	})
	c.flags(&o.Clean)
}

func (o *Continue) fields(c *coder) {
	l := &o.closing
	c.text(&l.Text)
	list(c, &l.Rest, maxMany, func(no *protocol.Ticket) { number(c, no) })
	number(c, &l.Closed)
	number(c, &l.First)
	number(c, &l.Last)
	number(c, &l.Left)
}

func (o *Checksum) fields(c *coder) {
	number(c, &o.Position)
	c.bytes(o.Sum[:])
}
