// Package conn connects clients to the hub.
//
//	Listener ─> admission: limits by address ─> door ─> Transport
//	                                                      │
//	poller ─> reader ── Receive ─> throttle ─> Client.Do  │ one circle for each
//	          hub ───── TryWrite ───> socket              │ connection
//	          writer ── Send ────> socket, if it is full  │
//
// Reader and writer are goroutines of the connection that live while there is something to do: an idle connection costs
// one slot in the poller and no goroutine. The hub itself writes what a socket takes at once, from one connection to
// the next.
//
// A door is a way in as people see it: an address, and the function that makes a Transport of each connection there. A
// Transport reads Commands and writes Events in its own encoding. Transports live in packages of their own (line, raw,
// console): none of them knows the hub, and the hub knows none of them. Those on a socket share package socket.
//
// A connection is a circle: the side that ends first (the reader at the end of the input, the hub with a goodbye) ends
// the other, in such an order that a goodbye is still written. A failed write ends nothing: the input is read to its
// end, within bounds (loss.go).
//
// # Locks
//
// A goroutine that holds a lock of this list takes only locks to the right of it, and calls nothing that waits:
//
//	Server.mu ──> poller.mu        an aborted connection is woken
//	checks.mu ──> admission.mu     a password is checked only if its address has tries left
//
// The hub calls a connection (its hub.Input, onWriteError, onWriterDone) without any lock of its own. What is under no
// lock belongs to the goroutine that reads the connection, or is atomic: see connection.
package conn
