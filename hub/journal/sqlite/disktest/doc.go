// Package disktest is a disk for tests. It stands between SQLite and the system, in the process of the test, and can be
// full, slow, silent or broken; and it knows what a power cut would leave. It works on Linux.
//
// Its import puts it between the system and every file of SQLite, so only tests import it.
package disktest
