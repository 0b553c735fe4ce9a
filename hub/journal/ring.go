package journal

// ring is a queue of entries: they are added at its end and dropped at its front.
type ring struct {
	entries []Entry // in order
	buf     []Entry // the memory of which entries is the end
}

// add appends entries. A ring that is full, and drops an entry for each that it gets, allocates nothing.
func (r *ring) add(entries ...Entry) {
	if len(r.buf)+len(entries) > cap(r.buf) {
		r.compact()
	}
	gone := len(r.buf) - len(r.entries)
	r.buf = append(r.buf, entries...)
	r.entries = r.buf[gone:]
}

// compact moves the entries to the front, if that gains enough room to be worth the copy. Memory for far more entries
// than there are is given back.
func (r *ring) compact() {
	n := len(r.entries)
	switch gone := len(r.buf) - n; {
	case gone <= n/4:
		return
	case gone > 4*n:
		r.buf = append([]Entry(nil), r.entries...)
	default:
		copy(r.buf, r.entries)
		clear(r.buf[n:])
		r.buf = r.buf[:n]
	}
	r.entries = r.buf
}

// drop drops the first n entries.
func (r *ring) drop(n int) {
	clear(r.entries[:n])
	r.entries = r.entries[n:]
}
