package state

import (
	"cmp"

	"chinwag/protocol"
)

// history has a stretch of the record told again to s.
func (m *Machine) history(s *Session, cmd protocol.History) {
	p := Past{Streams: s.readable(), Lines: cmp.Or(cmd.Lines, max(1, m.Settings.Replay)), Upto: m.head, Since: cmd.Since, Around: cmd.Around, End: true}
	if cmd.All {
		p.Lines = -1
	}
	if cmd.Before > 0 {
		p.Upto = min(p.Upto, cmd.Before-1)
	}
	m.read(s, p)
}

func (m *Machine) search(s *Session, cmd protocol.Search) {
	m.read(s, Search{Streams: s.readable(), Words: cmd.Text.String(), Upto: m.head})
}

// readable is what s may read of the record: where it is, what is its own, and
// what is for everybody.
func (s *Session) readable() []Stream { return []Stream{s.stream(s.Room), Mailbox(s.ID), Everybody} }
