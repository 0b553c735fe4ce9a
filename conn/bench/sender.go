package bench

import "time"

// sender is a member who talks. It has no more than a window of lines under
// way that its witness has not seen.
type sender struct {
	*member
	id      uint32
	witness *check // of a member of its room: its own where it sees its own lines
	sent    uint32
}

// underway is how many lines the witness has not seen.
func (s *sender) underway() int { return int(s.sent - s.witness.next[s.id-s.witness.base]) }

// fill says as much as the window has room for, but nothing while that is less
// than a quarter: many small writes would be measured instead of the server.
func (s *sender) fill(window int, now uint32) {
	room := window - s.underway()
	if room >= max(1, window/4) {
		s.talk(room, now)
	}
}

// talk says n lines in one go.
func (s *sender) talk(n int, now uint32) {
	c := s.crowd
	b := c.words[:0]
	for range n {
		k := mark{s.id, s.sent, now}
		words := func(dst []byte) []byte { return k.appendTo(dst, c.padding) }
		if c.ids {
			b = c.dialect.sayWithID(b, k.appendID, words)
		} else {
			b = c.dialect.say(b, s.member, words)
		}
		s.sent++
	}
	c.words = b
	s.say(b)
}

// beat is a steady pace: when the next line is due.
type beat struct {
	every time.Duration
	next  time.Time
}

func newBeat(perSecond float64) *beat {
	return &beat{time.Duration(float64(time.Second) / perSecond), time.Now()}
}

// due reports whether a line is due, and is then set to the next.
func (b *beat) due(now time.Time) bool {
	if now.Before(b.next) {
		return false
	}
	b.next = b.next.Add(b.every)
	return true
}
