package hub

import "chinwag/protocol"

// What one client alone is told. Every answer has its place in the record:
// after all that was applied when it was given.

// append puts something beside the record into a client's outbox.
func (r *run) append(c *Client, a *aside, line *protocol.Line) {
	bytes := 0
	if line != nil {
		bytes = len(line.Text())
	}
	c.out.append(item{line: line, aside: a}, bytes)
}

// appendAll is append for what is to be written at once.
func (r *run) appendAll(c *Client, items []item) {
	bytes := 0
	for _, it := range items {
		if it.line != nil {
			bytes += len(it.line.Text())
		}
	}
	c.out.appendAll(items, bytes)
}

// place is where the record is now, as c reads it.
func (r *run) place(c *Client) place {
	p := place{seq: r.head}
	if m := c.member; m != nil && !m.live { // else it has read all there is
		for i, s := range r.cursor(m).Streams {
			p.nth[i] = s.Nth
		}
	}
	return p
}

// tellOne tells c something, as a part of an answer.
func (r *run) tellOne(c *Client, e protocol.Event) {
	r.append(c, &aside{after: r.place(c)}, protocol.NewLine(e))
}

// answer tells c something and gives the weight of its command back when that
// is written: one who does not read is not answered further. A refusal gives back the id of
// the command, too: a line's is in e, and anything else has the whole window, so that it is
// the one command under way.
func (r *run) answer(c *Client, e protocol.Event, weight int64) {
	if refused, ok := e.(protocol.Refused); ok && refused.Ref == "" && weight == window {
		refused.Ref = c.ref
		e = refused
	}
	r.append(c, &aside{after: r.place(c), weight: weight}, protocol.NewLine(e))
}

func (r *run) giveBackWhenWritten(c *Client, weight int64) {
	r.append(c, &aside{after: r.place(c), weight: weight}, nil)
}

func (r *run) giveBack(c *Client, weight int64) { c.turn.Release(weight) }

func (r *run) refuse(c *Client, weight int64, code, format string, args ...any) {
	r.answer(c, protocol.Refused{Refusal: *protocol.Refuse(code, format, args...)}, weight)
}

func nobody(n protocol.Nick) *protocol.Refusal {
	return protocol.Refuse("no-such-nick", "there is nobody called %s just now", n)
}

func (r *run) refuseNobody(c *Client, weight int64, n protocol.Nick) {
	r.answer(c, protocol.Refused{Refusal: *nobody(n)}, weight)
}

var unkept = protocol.Refuse("not-kept", "that could not be recorded, so nobody has heard it: please try again in a while")

func (r *run) refuseUnkept(c *Client, weight int64) {
	r.answer(c, protocol.Refused{Refusal: *unkept}, weight)
}
