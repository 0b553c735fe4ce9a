// Package conn connects clients to the hub.
//
//	listener ─> Accept: limits by address ─> door ─> Transport
//	                                                   │
//	poller ─> reader ── Receive ─> rate limit ─> Client.Do │ one circle for each
//	          hub ───── TryWrite ───> socket                  │ connection: a link
//	          writer ── Send ────> socket, if it is full   │
//
// Reader and writer are goroutines of the connection that live while there is
// something to do: an idle connection costs one slot in the poller and no goroutine.
// The hub itself writes what a socket takes at once, from one connection to the next.
//
// A door makes a Transport, which reads Commands and writes Events in its own
// spelling. The doors live in folders of their own; none of them knows the hub,
// and the hub knows none of them. Transports on a socket share package socket.
//
// A connection is a circle: the side that ends first (the reader at the end of the
// socket, the hub with a goodbye) ends the other, in such an order that a
// goodbye is still written. A failed write ends nothing: the input is
// read to its end, within bounds (loss.go).
package conn
