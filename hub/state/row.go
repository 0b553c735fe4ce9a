package state

// Row is one row of the state as a store keeps it: a session, a room, a ticket or the like.
// A store keeps the bytes and knows nothing about them.
type Row struct {
	ID    int64  // above 0; never the number of two rows at the same time
	Value []byte // nil: the row is deleted
}
