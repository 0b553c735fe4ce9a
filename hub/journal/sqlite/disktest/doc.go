// Package disktest is a disk for tests. It stands between SQLite and the system, in the
// process of the test, and can be full, slow, silent or broken; and it knows what a power
// cut would leave. It works on Linux.
//
// To import it is to have every file of SQLite go through it. Only tests do.
package disktest
