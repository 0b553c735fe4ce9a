// Package hubtest is what tests of a hub have in common: a World, which is a hub on a journal; Clients, which talk in
// it and keep what they were told; and a Store, whose commits a test may hold or let fail.
//
//	test ── Send, Do, Type ──> Client ──> hub.Client ──> Hub ──> journal ──> Store ──> journal.Store
//	 └───── Told, Events <────── read <─── Writer <───────┘                    └── Hold, Let, Fail
//
// Most of it is for a testing/synctest bubble, where a wait ends when everything else is done, and never after a time
// that is only long enough. The package looks at a hub from outside, and knows nothing of what is in it.
//
// Several worlds are nodes of one order where each has a Link to the same Log, and a journal of the same epoch and key.
// A test may cut a node off, kill it, and begin it again with its own journal or with a copy; and move a Client to
// another node.
package hubtest
