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
// A test that throws dice gets its seeds from Seeds, which prints the one that fails.
// CHINWAG_SEED has it begin with that one, and CHINWAG_SEEDS says how many there are.
package hubtest
