// Package bench is a load generator for chat servers whose protocol it has as a dialect. It shares the machine with the
// server that it measures, so it is lean.
//
//	scenario ──> swarm ── sender ── say ───┐
//	   │           └── peer ── ledger <────┤  one goroutine owns all of this
//	   │                                   │
//	Result      server's CPU, memory   wire: all sockets, a reader for each
//
// # What is measured
//
// A line carries its sender, its number and the time at which it was sent. A delivery is one such line that one peer
// has received, its words intact. CPU is the server's, user and system, from the operating system.
//
// # What is checked
//
// Every peer keeps account of every sender in each of its rooms: a number that is skipped is lost unless it still
// comes, and then it is out of order; one that came before is a repeat. If the dialect promises it, the lines of all
// senders must come to all peers of a room in the same order, which a running hash of each peer shows. If lines have
// ids, the sender's own copy must have its id. Every fault is in the Trouble of the Result.
//
// # What bounds it
//
// A sender goes on when a witness has seen enough of its lines: the sender itself if the server echoes lines, or else
// the last peer of its room. Every wait ends when no input has come for a while.
//
// # Several rooms
//
// In watched, ten peers in a row have the same room in front and are in the nine that follow it, too; the first room
// comes after the last. So each of a hundred rooms has a hundred peers. The senders talk in neighbouring rooms, so that
// the peers there hear up to ten rooms at once, and most other peers hear nothing. With --senders 100 there is one in
// each room, and every peer hears ten. The order is checked within each room. The set for two builds does not have it,
// since an older build may have no command for watching.
//
// # Results
//
// On 2026-11-22, two cores shared with the generator, middle of five runs in one go (ngircd, and inspircd in slow: one
// run before it), 100-byte lines; compare within a row only. k is thousand deliveries a second, µs the server's CPU for
// each.
//
//	                    chinwag, on disk   in memory       inspircd 3.15   ngircd 26.1    ncat --broker
//	flood 1,000 x 1     8,655 k  0.093     8,782 k 0.086   1,085 k 0.470   1,026 k 0.917  5,881 k 0.091
//	flood 1,000 x 10    6,740 k  0.141     7,998 k 0.109   1,780 k 0.517   1,063 k 0.876  4,299 k 0.170
//	flood 100 x 10      3,632 k  0.268     6,683 k 0.150   3,566 k 0.234     732 k 0.511    980 k 0.142
//	rooms of ten          770 k  1.83      1,415 k 0.96    1,443 k 0.604     150 k 6.45
//	paced, 50 lines/s   10.3 µs p50 8 ms   10.1 µs p50 7   9.0 µs p50 7    11.0 µs p50 8  9.5 µs p50 7
//	  bare writes       9.4 µs p50 7 ms
//	slow, longest gap   101 ms (122 without) 102 (109)    669 ms (295)
//	storm 5,000         6,250 joins/s      6,983           797             23
//	idle 19,000         4.93 kB each       4.84
//
// Most of the cost of a line is the write to each socket: bare writes are the baseline of paced, and 10 % below it. On
// disk, a flood waits for the flush of each group of lines, and 100 peers do not give the server enough other work;
// rooms of ten have as many streams as rooms. In a storm half is writes, too: seven to each new peer.
//
// On 2026-11-28, on a machine about half as fast that day, the middle of three runs in one go; in brackets in terms of
// inspircd in that run.
//
//	                    chinwag, on disk             in memory                    inspircd 3.15
//	flood 1,000 x 1     5,256 k (9.2)  0.146 (0.16)  5,714 k (10)   0.118 (0.13)  571 k   0.931
//	flood 1,000 x 10    3,842 k (3.7)  0.231 (0.25)  4,803 k (4.6)  0.176 (0.19)  1,053 k 0.907
//	flood 100 x 10      2,434 k (1.6)  0.404 (0.68)  3,616 k (2.4)  0.281 (0.47)  1,528 k 0.595
//	many rooms          396 k   (0.72) 3.05  (1.8)   616 k   (1.1)  1.82  (1.1)   548 k   1.69
//	paced, 50 lines/s   16 µs   (1.2)  p50 15 ms     14.3 µs (1.06) p50 12 ms     13.5 µs p50 12
//	JSON 1,000 x 1      2,440 k        0.421         2,371 k        0.455
//	  with ids          2,703 k        0.405         2,535 k        0.411
//	bare writes         flood 1,000 x 1 2,862 k 0.322, 1,000 x 10 1,841 k 0.504, 100 x 10 2,406 k 0.369, paced 13.2 µs
//
// Many rooms in memory are at the cost of inspircd, of which 42 % are writes. On disk a line costs SQLite a third more,
// and a commit still waits for its flush. A storm of 5,000 costs 0.4 of the CPU of the build before it told of comings
// and goings once a second, at 2.5 times the joins a second, on disk and in memory.
//
// On another day, not busy, watched, the middle of three runs in one go.
//
//	                    chinwag, on disk   in memory       inspircd 3.15   ngircd 26.1
//	watched              1324 k  0.821      1843 k 0.589     990 k 0.907     117 k 8.42
//	  p50, p99             16, 37 ms          11, 33         18, 41          197, 246
//
// # Comings and goings
//
// A room tells of them at most once a second by a write of their own, so growth and storm wait for a longer silence.
// One such write goes to each member, however many have come: with 300 guests, 18,000 members are written to once for
// them, so a join costs 60 writes there and 17 at 5,000. One run of each build in turn, in memory, both cores busy with
// other work, against a build that told of them ten times a second: a join at 5,000 costs half as much in text, and
// 0.45 in JSON, where the peers now ask to be told of them together.
//
// # Two builds
//
// CompareBuilds plays each trial against both, one right after the other, and judges the ratios of the pairs: a
// disturbance of the machine that lasts longer than a pair cancels out. A difference is certain if so many pairs agree
// that chance makes as many agree in at most one of twenty cases: six of six, eight of nine. The guests of growth come
// all at once, since the writes that tell all peers of a single guest would hide the other costs of a join.
//
// The package knows nothing about hub, rooms or journals of this server: it sees a server only over the network.
package bench
