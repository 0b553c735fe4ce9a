// Package conntest is what tests of connections have in common, beside package hubtest, which it builds on.
//
//	test ── Say, Until ──> Client ──> net.Pipe or TCP ──> Transport ──> conn.Server ──> hubtest.World
//	                                     │
//	                                   Wire: breaks at a byte, or when the test says so
//
// A Server is a conn.Server whose hub runs, in a testing/synctest bubble or not. A Client is a person who types: it
// reads all the time. A Caller is one over TCP that reads line by line, when the test asks. A FakeConn, a Transport and
// a Listener are fakes for tests that need no server, or no connection.
//
// The package knows nothing about text, JSON or bytes on a connection: the test brings the transport.
package conntest
