package journal

// tail is the end of a record: entries come at its end and go at its front.
type tail struct {
	entries []Entry // in order
	room    []Entry // what entries is the end of
}

// add appends entries. A record that is full, and loses an entry for each that
// comes, needs no memory anew.
func (t *tail) add(entries ...Entry) {
	if len(t.room)+len(entries) > cap(t.room) {
		t.moveUp()
	}
	gone := len(t.room) - len(t.entries)
	t.room = append(t.room, entries...)
	t.entries = t.room[gone:]
}

// moveUp moves what is left to the front, if that gains so much room that it is
// worth it. Room for far more than is left is given back.
func (t *tail) moveUp() {
	n := len(t.entries)
	switch gone := len(t.room) - n; {
	case gone <= n/4:
		return
	case gone > 4*n:
		t.room = append([]Entry(nil), t.entries...)
	default:
		copy(t.room, t.entries)
		clear(t.room[n:])
		t.room = t.room[:n]
	}
	t.entries = t.room
}

// drop lets go of the first n entries.
func (t *tail) drop(n int) {
	clear(t.entries[:n])
	t.entries = t.entries[n:]
}
