package state

import (
	"chinwag/protocol"
)

// changes holds each change. A session is the one that has changed; nil: it is the server's, or does not exist yet.
var changes = table[Change]{
	entryOf[Change](1, (*Machine).opened, (*Opened).fields),
	entryOf[Change](2, (*Machine).attached, (*Attached).fields),
	entryOf[Change](3, (*Machine).detached, (*Detached).fields),
	entryOf[Change](4, (*Machine).nodeSeen, (*NodeSeen).fields),
	entryOf[Change](5, (*Machine).sessionSeen, (*SessionSeen).fields),
	entryOf[Change](6, (*Machine).ended, none[Ended]),
	entryOf[Change](7, (*Machine).promoted, none[Promoted]),
	entryOf[Change](8, (*Machine).demoted, none[Demoted]),
	entryOf[Change](9, (*Machine).nameReleased, none[NameReleased]),
	entryOf[Change](10, (*Machine).nameTaken, (*NameTaken).fields),
	entryOf[Change](11, (*Machine).focused, (*Focused).fields),
	entryOf[Change](12, (*Machine).stayEnded, (*StayEnded).fields),
	entryOf[Change](13, (*Machine).echoSet, (*EchoSet).fields),
	entryOf[Change](14, (*Machine).readSet, (*ReadSet).fields),
	entryOf[Change](15, (*Machine).ignoreSet, (*IgnoreSet).fields),
	entryOf[Change](16, (*Machine).targetSet, (*TargetSet).fields),
	entryOf[Change](17, (*Machine).messageLeft, none[MessageLeft]),
	entryOf[Change](18, (*Machine).resumeSet, (*ResumeSet).fields),
	entryOf[Change](19, (*Machine).redacted, none[Redacted]),
	entryOf[Change](20, (*Machine).blocked, (*Blocked).fields),
	entryOf[Change](21, (*Machine).roomDropped, (*RoomDropped).fields),
	entryOf[Change](22, (*Machine).started, none[Started]),
	entryOf[Change](23, (*Machine).inherited, (*Inherited).fields),
	entryOf[Change](24, (*Machine).nodeBegan, (*NodeBegan).fields),
	entryOf[Change](25, (*Machine).nodeEnded, (*NodeEnded).fields),
	entryOf[Change](26, (*Machine).configured, (*Configured).fields),
}

// appendChange appends the bytes of a change.
func appendChange(b []byte, change Change) []byte {
	c := coder{b: append(b, wireVersion), version: wireVersion}
	changes.write(&c, change)
	return c.done("a change")
}

// readChange reads what appendChange has written, as ReadIntent does.
func readChange(b []byte) (Change, error) {
	c := reader(b)
	change := changes.read(&c, c.kind())
	if err := c.end("a change"); err != nil {
		return nil, err
	}
	return change, nil
}

// fields codes the session as its row does, after the version of that.
func (o *Opened) fields(c *coder) {
	own, row := c.version, [1]byte{kinds[ofSession].version}
	if c.bytes(row[:]); row[0] == 0 || row[0] > kinds[ofSession].version {
		c.fail(errVersion)
		return
	}
	c.version = row[0]
	o.Session.fields(c, &o.Session.upto)
	c.version = own
}

func (o *Attached) fields(c *coder) {
	number(c, &o.Conn)
	number(c, &o.Was)
	number(c, &o.Seen)
	c.flags(&o.Program, &o.Echo)
	c.address(&o.At)
}

func (o *Detached) fields(c *coder) {
	c.time(&o.Until)
	number(c, &o.Seen)
	c.flags(&o.Quiet, &o.Unsure, &o.Short)
}

func (o *NodeSeen) fields(c *coder) {
	number(c, &o.Node)
	number(c, &o.Position)
	c.flags(&o.Clean)
}

func (o *SessionSeen) fields(c *coder) { number(c, &o.Position) }

func (o *NameTaken) fields(c *coder) { c.nick(&o.Nick) }

func (o *Focused) fields(c *coder) {
	c.room(&o.Room)
	c.flags(&o.Watched)
}

func (o *StayEnded) fields(c *coder) { c.stream(&o.Stream) }

func (o *EchoSet) fields(c *coder) { c.flags(&o.On) }

func (o *ReadSet) fields(c *coder) {
	list(c, &o.List, maxRead, func(r *protocol.ReadUpTo) {
		c.room(&r.Room)
		number(c, &r.Seq)
	})
}

func (o *IgnoreSet) fields(c *coder) {
	list(c, &o.List, MaxIgnored, func(i *Ignored) {
		c.nick(&i.Name)
		c.bytes(i.Session[:])
	})
}

func (o *TargetSet) fields(c *coder) {
	t := &o.Target
	number(c, &t.Ticket)
	c.flags(&t.Nobody)
	number(c, &t.Pending)
	number(c, &t.Former)
	c.nick(&t.FormerNick)
}

func (o *ResumeSet) fields(c *coder) {
	c.room(&o.Resume)
	c.flags(&o.Finished)
}

// fields codes at least one key, of which none is empty: blocked relies on both.
func (o *Blocked) fields(c *coder) {
	list(c, &o.Keys, maxBlocked, func(key *string) {
		if c.string(key, maxKey); *key == "" {
			c.fail(errEmpty)
		}
	})
	if len(o.Keys) == 0 {
		c.fail(errEmpty)
	}
	c.time(&o.Until)
}

func (o *RoomDropped) fields(c *coder) { c.room(&o.Room) }

func (o *Inherited) fields(c *coder) { o.Legacy.fields(c) }

func (o *NodeBegan) fields(c *coder) {
	number(c, &o.Node)
	number(c, &o.Incarnation)
	number(c, &o.Rules)
	c.bytes(o.Epoch[:])
}

func (o *NodeEnded) fields(c *coder) {
	number(c, &o.Node)
	why := [1]byte{byte(o.Why)}
	if c.bytes(why[:]); why[0] < byte(NodeStopped) || why[0] > byte(NodeDiffers) {
		c.fail(errWord)
	}
	if c.reading {
		o.Why = NodeEnd(why[0])
	}
}

func (o *Configured) fields(c *coder) { o.Settings.all(c) }
