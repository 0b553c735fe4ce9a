// Package bench is a load generator for chat servers, of any kind that it knows
// a dialect of. It shares the machine with what it measures, so it is lean.
//
//	scenario ──> crowd ── sender ── say ──┐
//	   │           └── member ── check <──┤  one goroutine owns all of this
//	   │                                  │
//	Result      server's CPU, memory    wire: all sockets, a reader for each
//
// # What is measured
//
// A line carries its sender, its number and the time at which it was said. A
// delivery is one such line that one member has received, its words intact.
// CPU is the server's, user and system, from the operating system.
//
// # What is checked
//
// Every member keeps account of every sender in its room: a number that is
// passed over is lost unless it still comes, and then it is out of order; one
// that came before is a repeat. Where the dialect promises it, the lines
// of all senders must have come to all members of a room in one and the same order,
// which a running hash of each member tells. A Result in which anything is
// amiss says so in Trouble.
//
// # What bounds it
//
// A sender says more when a witness has seen enough of what it said before:
// itself where the server tells it its own lines, and the last member of its
// room elsewhere. Every wait ends when nothing has come for a while.
//
// The package knows nothing about hub, rooms or journals of the server here: it
// sees a server as anybody on the network does.
package bench
