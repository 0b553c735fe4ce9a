package state

import "chinwag/protocol"

// AppendIntent appends the bytes of an intent, as a log carries it. Its Time is not among them: the log gives that.
func AppendIntent(b []byte, in *Intent) []byte {
	row := ops.rowOf(in.Op)
	c := &coder{b: append(b, wireVersion, row.kind), version: wireVersion}
	in.fields(c)
	if op, ok := in.Op.(Command); ok { // most are one: written by its row, it would be allocated
		op.fields(c)
	} else {
		row.write(c, in.Op)
	}
	return c.done("an intent")
}

// ReadIntent reads what AppendIntent has written. The error says in plain words what is wrong. The intent does not
// refer to b.
func ReadIntent(b []byte) (in Intent, err error) {
	r := reader(b)
	c := &r
	k := c.kind()
	in.fields(c)
	in.Op = ops.read(c, k)
	if err := c.end("an intent"); err != nil {
		return Intent{}, err
	}
	return in, nil
}

func (in *Intent) fields(c *coder) {
	number(c, &in.Node)
	number(c, &in.Incarnation)
	number(c, &in.Request)
	c.bytes(in.ID[:])
	number(c, &in.Lag)
	c.bytes(in.Session[:])
	number(c, &in.Conn)
	list(c, &in.Secrets, maxSecrets, func(s *Secret) { c.bytes(s[:]) })
}

func (o *Command) fields(c *coder) {
	c.ref(&o.Ref)
	if c.reading {
		o.Command = commands.read(c, c.kind())
	} else {
		commands.write(c, o.Command)
	}
}

func (o *Start) fields(c *coder) {
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

func (o *Disconnect) fields(c *coder) {
	word(c, &o.Reason, protocol.Reason.IsKnown)
	number(c, &o.Seen)
}

func (o *NoteSeen) fields(c *coder) {
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
