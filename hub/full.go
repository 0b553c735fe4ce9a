package hub

import "chinwag/protocol"

// Where there is only a desk, a newcomer for whom that has no place goes again. The first line says
// so, and stands in the place of the welcome. For everybody else a place is kept from then on.

// greet is the first line of a connection.
func (r *run) greet(m *member) *protocol.Line {
	if !r.opts.Desk || m.operator {
		return greeting
	}
	full := r.checkDesk(m)
	if full == nil {
		r.desk.expect(m)
		return greeting
	}
	m.toldFull = true
	return protocol.NewLine(protocol.Greeting{Server: protocol.Version, Text: protocol.MustText(full.Text)})
}

// maxWaitedFull is how often the moment is lengthened in which somebody may come back to a
// session, or become an operator, who was told that there is no place: 15 seconds, if Options.Arrive is left alone.
const maxWaitedFull = 50

// waitsForPlace reports whether somebody who was told that there is no place, and has said nothing
// since, is left alone for another moment: perhaps there is one by then. At the bare door nobody was told.
func (r *run) waitsForPlace(g greeted) bool {
	m := g.c.member
	return m.toldFull && m.token != "" && g.waited < maxWaitedFull && r.checkDesk(m) != nil
}
