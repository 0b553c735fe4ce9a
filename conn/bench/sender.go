package bench

import "time"

// sender is a peer that talks. At most a window of its lines is under way: sent, and not seen by its witness.
type sender struct {
	*peer
	id      uint32
	witness *ledger // of a peer of its room: its own if the server echoes
	sent    uint32
}

// underway is how many lines the witness has not seen.
func (s *sender) underway() int { return int(s.sent - s.witness.next[s.id-s.witness.base]) }

// fill sends as many lines as the window has room for, but none while that is less than a quarter: the cost of many
// small writes would hide the server's.
func (s *sender) fill(window int, now uint32) {
	room := window - s.underway()
	if room >= max(1, window/4) {
		s.talk(room, now)
	}
}

// talk sends n lines in one write.
func (s *sender) talk(n int, now uint32) {
	c := s.swarm
	b := c.words[:0]
	for range n {
		k := tag{s.id, s.sent, now}
		words := func(dst []byte) []byte { return k.appendTo(dst, c.padding) }
		if c.ids {
			b = c.dialect.sayWithID(b, k.appendID, words)
		} else {
			b = c.dialect.say(b, s.peer, words)
		}
		s.sent++
	}
	c.words = b
	s.say(b)
}

// beat is a steady pace.
type beat struct {
	every time.Duration
	next  time.Time
}

func newBeat(perSecond float64) *beat {
	return &beat{time.Duration(float64(time.Second) / perSecond), time.Now()}
}

// due reports whether a line is due, and then moves on to the next.
func (b *beat) due(now time.Time) bool {
	if now.Before(b.next) {
		return false
	}
	b.next = b.next.Add(b.every)
	return true
}
