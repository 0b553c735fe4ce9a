package state

import (
	"fmt"

	"chinwag/protocol"
)

// changeKind is the kind of a change in its bytes. A number never changes, and is never used again.
type changeKind byte

const (
	changeOpened       changeKind = 1
	changeAttached     changeKind = 2
	changeDetached     changeKind = 3
	changeSeenUpto     changeKind = 4
	changeSeenBehind   changeKind = 5
	changeEnded        changeKind = 6
	changePromoted     changeKind = 7
	changeDemoted      changeKind = 8
	changeNameReleased changeKind = 9
	changeNameTaken    changeKind = 10
	changeFocused      changeKind = 11
	changeStayEnded    changeKind = 12
	changeEchoSet      changeKind = 13
	changeReadSet      changeKind = 14
	changeIgnoreSet    changeKind = 15
	changeTargetSet    changeKind = 16
	changeMessageLeft  changeKind = 17
	changeSeenOut      changeKind = 18
	changeRedacted     changeKind = 19
	changeBlocked      changeKind = 20
	changeRoomDropped  changeKind = 21
	changeStarted      changeKind = 22
	changeInherited    changeKind = 23
	changeNodeBegan    changeKind = 24
	changeNodeEnded    changeKind = 25
	changeConfigured   changeKind = 26
)

// changes holds what reads each kind.
var changes = [...]func(*coder) Change{
	changeOpened:       reads[Change]((*Opened).fields),
	changeAttached:     reads[Change]((*Attached).fields),
	changeDetached:     reads[Change]((*Detached).fields),
	changeSeenUpto:     reads[Change]((*SeenUpto).fields),
	changeSeenBehind:   reads[Change]((*SeenBehind).fields),
	changeEnded:        reads[Change](nothing[Ended]),
	changePromoted:     reads[Change](nothing[Promoted]),
	changeDemoted:      reads[Change](nothing[Demoted]),
	changeNameReleased: reads[Change](nothing[NameReleased]),
	changeNameTaken:    reads[Change]((*NameTaken).fields),
	changeFocused:      reads[Change]((*Focused).fields),
	changeStayEnded:    reads[Change]((*StayEnded).fields),
	changeEchoSet:      reads[Change]((*EchoSet).fields),
	changeReadSet:      reads[Change]((*ReadSet).fields),
	changeIgnoreSet:    reads[Change]((*IgnoreSet).fields),
	changeTargetSet:    reads[Change]((*TargetSet).fields),
	changeMessageLeft:  reads[Change](nothing[MessageLeft]),
	changeSeenOut:      reads[Change]((*SeenOut).fields),
	changeRedacted:     reads[Change](nothing[Redacted]),
	changeBlocked:      reads[Change]((*Blocked).fields),
	changeRoomDropped:  reads[Change]((*RoomDropped).fields),
	changeStarted:      reads[Change](nothing[Started]),
	changeInherited:    reads[Change]((*Inherited).fields),
	changeNodeBegan:    reads[Change]((*NodeBegan).fields),
	changeNodeEnded:    reads[Change]((*NodeEnded).fields),
	changeConfigured:   reads[Change]((*Configured).fields),
}

// putChange writes the fields of a change, and returns its kind.
func (c *coder) putChange(change Change) changeKind {
	switch ch := change.(type) {
	case Opened:
		return put(c, changeOpened, &ch, (*Opened).fields)
	case Attached:
		return put(c, changeAttached, &ch, (*Attached).fields)
	case Detached:
		return put(c, changeDetached, &ch, (*Detached).fields)
	case SeenUpto:
		return put(c, changeSeenUpto, &ch, (*SeenUpto).fields)
	case SeenBehind:
		return put(c, changeSeenBehind, &ch, (*SeenBehind).fields)
	case Ended:
		return changeEnded
	case Promoted:
		return changePromoted
	case Demoted:
		return changeDemoted
	case NameReleased:
		return changeNameReleased
	case NameTaken:
		return put(c, changeNameTaken, &ch, (*NameTaken).fields)
	case Focused:
		return put(c, changeFocused, &ch, (*Focused).fields)
	case StayEnded:
		return put(c, changeStayEnded, &ch, (*StayEnded).fields)
	case EchoSet:
		return put(c, changeEchoSet, &ch, (*EchoSet).fields)
	case ReadSet:
		return put(c, changeReadSet, &ch, (*ReadSet).fields)
	case IgnoreSet:
		return put(c, changeIgnoreSet, &ch, (*IgnoreSet).fields)
	case TargetSet:
		return put(c, changeTargetSet, &ch, (*TargetSet).fields)
	case MessageLeft:
		return changeMessageLeft
	case SeenOut:
		return put(c, changeSeenOut, &ch, (*SeenOut).fields)
	case Redacted:
		return changeRedacted
	case Blocked:
		return put(c, changeBlocked, &ch, (*Blocked).fields)
	case RoomDropped:
		return put(c, changeRoomDropped, &ch, (*RoomDropped).fields)
	case Started:
		return changeStarted
	case Inherited:
		return put(c, changeInherited, &ch, (*Inherited).fields)
	case NodeBegan:
		return put(c, changeNodeBegan, &ch, (*NodeBegan).fields)
	case NodeEnded:
		return put(c, changeNodeEnded, &ch, (*NodeEnded).fields)
	case Configured:
		return put(c, changeConfigured, &ch, (*Configured).fields)
	default:
		panic(fmt.Sprintf("state: a change of an unknown type %T", change))
	}
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

func (o *SeenUpto) fields(c *coder) {
	number(c, &o.Node)
	number(c, &o.Position)
	c.flags(&o.Clean)
}

func (o *SeenBehind) fields(c *coder) { number(c, &o.Position) }

func (o *NameTaken) fields(c *coder) { c.nick(&o.Nick) }

func (o *Focused) fields(c *coder) {
	c.room(&o.Room)
	c.flags(&o.Watched)
}

func (o *StayEnded) fields(c *coder) { c.stream(&o.Stream) }

func (o *EchoSet) fields(c *coder) { c.flags(&o.On) }

func (o *ReadSet) fields(c *coder) {
	list(c, &o.List, MaxRead, func(r *protocol.ReadUpTo) {
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
	number(c, &t.Heir)
	number(c, &t.Left)
	c.nick(&t.Nick)
}

func (o *SeenOut) fields(c *coder) {
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
