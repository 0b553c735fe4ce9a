// Package conn is how people and programs get in and out.
//
//	listener ─> Accept: limits by address ─> door ─> Transport
//	                                                   │
//	poller ─> reader ── Receive ─> rate limit ─> Client.Do │ one circle for each
//	          hub ───── Offer ───> socket                  │ connection: a link
//	          writer ── Send ────> socket, if it is full   │
//
// Reader and writer are goroutines of the connection's own that live while there is
// something to do: thousands of silent connections are a poller and what they are known by.
// The hub writes what a socket takes at once by itself, from one connection to the next.
//
// A door is a Transport: it reads Commands and writes Events in its own
// spelling. The doors live in folders of their own; none of them knows the hub,
// and the hub knows none of them. What those on a socket have in common is in stream.
//
// A connection is a circle: whatever ends first (the reader at the end of the
// stream, the hub with a goodbye) leads the other to its end, in such an order that a
// goodbye is still written. A socket that cannot be written to ends nothing: what was
// sent through it is read to its end, within bounds (loss.go).
package conn
