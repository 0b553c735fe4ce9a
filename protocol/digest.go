package protocol

// Digest makes frames of many comings and goings, for people alone: a frame has the bytes of its text, and of the
// events only the first and the last. So a client that does not read holds no memory for each of them.
type Digest struct {
	events []Event
	last   int // from here on all come into one room, or all go from it
}

// NewDigest makes a digest of events in sequence, at least one. It keeps the slice.
func NewDigest(events []Event) *Digest {
	c := &Digest{events: events, last: len(events) - 1}
	_, how, room := joinOrPart(events[c.last])
	for c.last > 0 && how != "" && isElsewhere(events[c.last-1]) == isElsewhere(events[c.last]) {
		if _, h, r := joinOrPart(events[c.last-1]); h != how || r != room {
			break
		}
		c.last--
	}
	return c
}

// From makes the frame of the events from the nth on, where the first is 0. Only its Text may be used.
func (c *Digest) From(n int) *Frame {
	events := c.events[n:]
	f := &Frame{first: events[0], all: []Event{events[0], events[len(events)-1]}, public: true}
	f.text.by(f, func(dst []byte, _ *Frame) []byte {
		if n >= c.last && len(events) > maxEach { // one line, however many they are
			return appendMany(dst, events)
		}
		return appendCoalesced(dst, events)
	})
	return f
}
