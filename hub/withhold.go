package hub

import "chinwag/protocol"

// withhold has a client be nowhere until its hello. If it was announced already, because
// its first line took long, it leaves.
func (r *run) withhold(req withhold) {
	c, m := req.c, req.c.member
	switch {
	case m == nil || m.gone || r.deaf:
	case m.moving > 0:
		m.onRoom = append(m.onRoom, func() { r.withhold(req) })
	case m.bound == (protocol.Room{}):
		r.desk.forgo(m) // perhaps none comes, and no operator sees who has the place
		m.withheld = true
	default:
		behind := !m.live
		m = r.forgetGuest(c)
		r.desk.forgo(m)
		m.withheld = true
		if behind { // it reads as nobody who is anywhere
			r.fallBehind(m, r.cursor(m))
		}
	}
}
