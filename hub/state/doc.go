// Package state is what is true: sessions, rooms and the desk, and who may change them.
//
// The package knows nothing about connections, disks, clocks or goroutines.
package state
