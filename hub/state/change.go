package state

// Change is an event that is not delivered. Sealed: each stands beside the rule that applies it.
type Change interface{ change() }

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
