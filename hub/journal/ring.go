package journal

// tail is a queue of entries: they are added at its end and dropped at its front.
type tail struct {
	entries []Entry // in order
	room    []Entry // the memory of which entries is the end
}

// add appends entries. A tail that is full, and drops an entry for each that
// it gets, allocates nothing.
func (t *tail) add(entries ...Entry) {
	if len(t.room)+len(entries) > cap(t.room) {
		t.moveUp()
	}
	gone := len(t.room) - len(t.entries)
	t.room = append(t.room, entries...)
	t.entries = t.room[gone:]
}

// moveUp moves the entries to the front, if that gains enough room to be worth the copy.
// Memory for far more entries than there are is given back.
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

// drop drops the first n entries.
func (t *tail) drop(n int) {
	clear(t.entries[:n])
	t.entries = t.entries[n:]
}
