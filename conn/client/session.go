package client

import (
	"chinwag/protocol"
)

// session is what outlives a connection: who we are, where, and how far we have
// read. It belongs to Run.
type session struct {
	kept
	want   protocol.Nick // what we asked to be called
	replay *int
	nick   protocol.Nick
	room   protocol.Room
	token  string
	epoch  string
	seq    uint64 // position of the last line of the record that we saw

	shown  protocol.Ref  // a ping whose answer comes after what a newcomer is told of the time before
	probe  protocol.Ref  // a ping whose answer ends a search in the record; nothing is sent before
	former protocol.Nick // what we were called when the lines searched for were sent
	hole   bool          // the record has a hole where we search
}

func (s *session) hello() protocol.Hello {
	h := protocol.Hello{Nick: s.want, Room: s.room, Token: s.token, Replay: s.replay}
	if s.token != "" {
		h.Resume = &protocol.Resume{Epoch: s.epoch, Seq: s.seq}
	}
	return h
}

// welcomed takes over what the server says of us, and sorts out what was sent
// and not answered before the break. It returns what is given up.
func (s *session) welcomed(w protocol.Welcome) (lost []Undelivered) {
	if s.probe == "" {
		s.former, s.hole = s.nick, false
	}
	s.probe = ""
	s.nick, s.room, s.token, s.epoch, s.seq = w.Nick, w.Room, w.Token, w.Epoch, w.Seq

	doubt, elsewhere := false, false
	s.keepIf(func(e *entry) bool {
		switch here := e.in == s.token; {
		case e.in == "": // it was never sent
		case mayRepeat(e.cmd) && (here || !isLine(e.cmd)):
			e.in = ""
		case !here && isSaidIn(e.cmd, w.Room) && !elsewhere:
			doubt = true
		default:
			lost = append(lost, Undelivered{Command: e.cmd, Maybe: true})
			return false
		}
		cmd, _ := protocol.Split(e.cmd)
		switch cmd.(type) {
		case protocol.Join, protocol.Part:
			elsewhere = true // the lines after it are not in the record that we are told
		}
		return true
	})
	if doubt {
		s.probe = s.ref()
	}
	return lost
}

// found lets go of a line of a former session that the record has.
func (s *session) found(from protocol.Nick, sent protocol.Command) {
	if s.probe == "" || !from.Same(s.former) && !from.Same(s.want) {
		return
	}
	for i, e := range s.all {
		if e.in != "" && e.in != s.token && sameWords(e.cmd, sent) {
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

// searched ends the search. What was not found was not said, if the record is
// whole, and is sent; otherwise nobody can know, and it is given up.
func (s *session) searched() (lost []Undelivered) {
	s.probe = ""
	s.keepIf(func(e *entry) bool {
		if e.in == "" || e.in == s.token {
			return true
		}
		e.in = ""
		if s.hole {
			lost = append(lost, Undelivered{Command: e.cmd, Maybe: true})
		}
		return !s.hole
	})
	return lost
}

// unsent appends what is to be written now.
func (s *session) unsent(dst []byte) []byte {
	if s.probe != "" {
		return dst
	}
	for _, e := range s.all {
		if e.in == "" {
			e.in = s.token
			dst = protocol.AppendCommandJSON(dst, e.cmd)
		}
	}
	return dst
}

// hear learns from what the server says, and reports whether it is anybody
// else's business.
func (s *session) hear(e protocol.Event) (tell bool) {
	if seq := protocol.StampOf(e).Seq; seq > 0 {
		s.seq = seq
	}
	switch e := e.(type) {
	case protocol.Said:
		s.settle(e.Ref)
		s.found(e.From, protocol.Say{Text: e.Text})
	case protocol.Acted:
		s.settle(e.Ref)
		s.found(e.From, protocol.Me{Text: e.Text})
	case protocol.Whispered:
		s.settle(e.Ref)
	case protocol.Replied:
		s.settle(e.Ref)
	case protocol.Noted:
		s.settle(e.Ref)
	case protocol.Accepted:
		return s.settle(e.Ref) || !s.isOurs(e.Ref)
	case protocol.Refused:
		s.settle(e.Ref)
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
		s.hole = s.hole || e.Why != protocol.OldToken
	case protocol.Pong:
		if s.isOurs(e.Ref) {
			s.settleUpTo(e.Ref)
			return false
		}
	}
	return true
}
