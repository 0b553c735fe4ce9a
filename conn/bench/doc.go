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
// # What it said
//
// On 2026-11-22, two cores shared with the generator, middle of three runs (one of
// rooms, slow and idle), 100-byte lines; compare within a row only. k is thousand
// deliveries a second, µs the server's CPU for each.
//
//	                    chinwag, on disk   in memory       inspircd 3.15   ngircd 26.1    ncat --broker
//	flood 1,000 x 1     7,665 k  0.119     7,751 k 0.106   1,057 k 0.478   1,389 k 0.671  6,290 k 0.080
//	flood 1,000 x 10    6,851 k  0.146     8,236 k 0.116   2,045 k 0.446   1,485 k 0.640  4,323 k 0.161
//	flood 100 x 10      3,508 k  0.315     5,326 k 0.198   3,702 k 0.225     697 k 0.485  1,105 k 0.125
//	rooms of ten          579 k  2.43      1,005 k 1.29    1,743 k 0.487
//	paced, 50 lines/s   11.8 µs p50 8 ms   11.8 µs         8.8 µs          11.3 µs        9.5 µs (bare writes 8.9 µs)
//	slow, longest gap   78 ms (75 without) 74 ms           292 ms
//	idle 19,000         15.1 kB each       16.7 kB
//
// The package knows nothing about hub, rooms or journals of the server here: it
// sees a server as anybody on the network does.
package bench
