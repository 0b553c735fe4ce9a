package client

import "chinwag/protocol"

// session is the state that outlives a connection: the nick, the room, and the last position seen. It belongs to Run.
type session struct {
	outstanding
	want   protocol.Nick // the nick asked for
	replay *int
	nick   protocol.Nick
	room   protocol.Room
	token  string
	epoch  string
	seq    uint64 // position of the last entry seen

	replayEnd  protocol.Ref  // a ping whose answer comes after the history that a new session is told
	probe      protocol.Ref  // a ping whose answer ends a search in the history; nothing is sent before
	formerNick protocol.Nick // the nick under which the lines searched for were sent
	gapSeen    bool          // the history searched has a gap
}

func (s *session) hello() protocol.Hello {
	h := protocol.Hello{Nick: s.want, Room: s.room, Token: s.token, Replay: s.replay}
	if s.token != "" {
		h.Resume = &protocol.ResumeFrom{Epoch: s.epoch, Seq: s.seq}
	}
	return h
}

// welcomed takes over the state of the welcome, and sorts out the commands that were sent and not answered before the
// break. It returns those that are given up.
func (s *session) welcomed(w protocol.Welcome) (lost []Undelivered) {
	if s.probe == "" {
		s.formerNick, s.gapSeen = s.nick, false
	}
	s.probe = ""
	s.nick, s.room, s.token, s.epoch, s.seq = w.Nick, w.Room, w.Token, w.Epoch, w.Seq

	doubt, elsewhere := false, false
	s.keepIf(func(e *pending) bool {
		switch here := e.sentUnder == s.token; {
		case e.sentUnder == "": // it was never sent
		case protocol.MayRepeat(e.cmd) && (here || !protocol.Speaks(e.cmd)):
			e.sentUnder = ""
		case !here && isSaidIn(e.cmd, w.Room) && !elsewhere:
			doubt = true
		default:
			lost = append(lost, Undelivered{Command: e.cmd, Maybe: true})
			return false
		}
		cmd, _ := protocol.Split(e.cmd)
		switch cmd.(type) {
		case protocol.Join, protocol.Part:
			elsewhere = true // the lines after it are not in the history of w.Room
		}
		return true
	})
	if doubt {
		s.probe = s.ref()
	}
	return lost
}

// found removes a line of a former session that the history has.
func (s *session) found(from protocol.Nick, sent protocol.Command) {
	if s.probe == "" || !from.Same(s.formerNick) && !from.Same(s.want) {
		return
	}
	for i, e := range s.all {
		if e.sentUnder != "" && e.sentUnder != s.token && sameWords(e.cmd, sent) {
			s.all = append(s.all[:i], s.all[i+1:]...)
			return
		}
	}
}

func sameWords(a, b protocol.Command) bool {
	switch a := a.(type) {
	case protocol.Say:
		b, ok := b.(protocol.Say)
		return ok && a.Text == b.Text
	case protocol.Me:
		b, ok := b.(protocol.Me)
		return ok && a.Text == b.Text
	}
	return false
}

// searched ends the search. A line that was not found was not said, if the history has no gap, and is sent; otherwise
// it may have been said, and is given up.
func (s *session) searched() (lost []Undelivered) {
	s.probe = ""
	s.keepIf(func(e *pending) bool {
		if e.sentUnder == "" || e.sentUnder == s.token {
			return true
		}
		e.sentUnder = ""
		if s.gapSeen {
			lost = append(lost, Undelivered{Command: e.cmd, Maybe: true})
		}
		return !s.gapSeen
	})
	return lost
}

// unsent appends the commands to write now.
func (s *session) unsent(dst []byte) []byte {
	if s.probe != "" {
		return dst
	}
	for _, e := range s.all {
		if e.sentUnder == "" {
			e.sentUnder = s.token
			dst = protocol.AppendCommandJSON(dst, e.cmd)
		}
	}
	return dst
}

// hear updates the session from an event, and reports whether the caller gets it: not the answers to the client's own
// pings, nor a Duplicate for a line that was answered before.
func (s *session) hear(e protocol.Event) (tell bool) {
	if seq := protocol.MetaOf(e).Seq; seq > 0 {
		s.seq = seq
	}
	s.ack(protocol.AckOf(e).Ref)
	switch e := e.(type) {
	case protocol.Said:
		s.found(e.From, protocol.Say{Text: e.Text})
	case protocol.Acted:
		s.found(e.From, protocol.Me{Text: e.Text})
	case protocol.Duplicate:
		return s.ack(e.Ref) || !s.isOurs(e.Ref)
	case protocol.Refused:
		s.ack(e.Ref)
	case protocol.Renamed:
		if e.You {
			s.nick, s.want = e.To, e.To
		}
	case protocol.Entered:
		s.room, s.seq = e.Room, max(s.seq, e.Seq)
	case protocol.Fronted:
		s.room = e.Room
	case protocol.PartedFrom:
		s.room = e.Front
	case protocol.Watched:
		s.seq = max(s.seq, e.Seq)
	case protocol.Gap:
		s.gapSeen = s.gapSeen || e.Why != protocol.SessionExpired
	case protocol.Pong:
		if s.isOurs(e.Ref) {
			s.ackUpTo(e.Ref)
			return false
		}
	}
	return true
}
