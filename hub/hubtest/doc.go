// Package hubtest is what tests of a hub have in common: a World, which is a hub on a
// record; Clients, who talk in it and keep what they were told; and a Store, which a test
// may hold, or have fail.
//
//	test ── Send, Do, Type ──> Client ──> hub.Client ──> Hub ──> journal ──> Store ──> record
//	 └───── Told, Events <────── read <─── Writer <───────┘                    └── Hold, Let, Fail
//
// Most of it is for a testing/synctest bubble: what waits there waits for everything else
// to be done, and never for a time that is only long enough. It looks at a hub from outside,
// and knows nothing of what is in it.
//
// Several worlds are nodes of one order where each has a Link to the same Log, and a record of the same epoch and key. A test may keep
// a node from the others, kill it, and have it begin again with what it has or with a copy; and have a Client move to another.
//
// A test that throws dice gets its seeds from Seeds, which prints the one that fails.
// CHINWAG_SEED has it begin with that one, and CHINWAG_SEEDS says how many there are.
package hubtest
