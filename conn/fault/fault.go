// Package fault puts the errors of the system into plain words.
//
//	err ── KindOf ──> Kind ── its words ──> "nobody listens there"
//
// The same fault has the same words on every system. The package does not know what was tried: the caller says that,
// and what to do next.
package fault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// Kind is a class of faults. The zero value is every fault of no other kind.
type Kind int

// The kinds of faults.
const (
	Unknown      Kind = iota
	Refused           // no program listens at that address
	Unreachable       // no network leads there
	Silent            // no answer came in time
	Broken            // the other side has broken the connection
	NoSuchHost        // the name of a machine is not known
	NoNames           // the name server does not answer
	AddressTaken      // another program listens there
	NotHere           // the address is of no network card of this machine
	Forbidden         // the user lacks the permission
	Missing           // there is no such file or folder
	NotFolder         // a part of a path is no folder
	Folder            // a folder is there, and no file
	ReadOnly          // the disk cannot be written to
	DiskFull          // or the user's share of it
	DiskFailed
	BadName // no file can have that name
	Links   // the symbolic links lead in a circle
	TooMany // files or connections
	Exists  // a file of that name is there
	Busy    // another program has it open
	NoMemory
	Unread // the other end of a pipe is closed
)

var words = [...]string{
	Refused:      "nobody listens there",
	Unreachable:  "no network leads there from this machine",
	Silent:       "the other side does not answer",
	Broken:       "the other side has broken the connection",
	NoSuchHost:   "no machine of that name is known",
	NoNames:      "the names of machines cannot be looked up just now",
	AddressTaken: "another program listens there",
	NotHere:      "this machine has no such address",
	Forbidden:    "you have no permission for that",
	Missing:      "there is no such file or folder",
	NotFolder:    "a part of its path is no folder",
	Folder:       "it is a folder",
	ReadOnly:     "that disk can only be read",
	DiskFull:     "the disk is full",
	DiskFailed:   "the disk has failed",
	BadName:      "no file can have that name",
	Links:        "its links lead in a circle",
	TooMany:      "too many files and connections are open",
	Exists:       "something of that name is there already",
	Busy:         "another program has it open",
	NoMemory:     "this machine has no memory left",
	Unread:       "nobody reads it any more",
}

// KindOf is the kind of err.
func KindOf(err error) Kind {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		if lookup.IsNotFound {
			return NoSuchHost
		}
		return NoNames
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return kinds[errno]
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return Silent
	case errors.Is(err, io.ErrClosedPipe):
		return Unread
	case errors.Is(err, fs.ErrNotExist):
		return Missing
	case errors.Is(err, fs.ErrPermission):
		return Forbidden
	case errors.Is(err, fs.ErrExist):
		return Exists
	}
	return Unknown
}

// Words are err in plain words. An error from neither the system nor a library is a sentence already, and stays as it
// is.
func Words(err error) string {
	if in, ok := err.(*plain); ok {
		return in.words
	}
	if k := KindOf(err); k != Unknown {
		return words[k]
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Sprintf("the system refuses it, with its error number %d", uint64(errno))
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends too early"
	case isLibrary(err):
		return "the system refuses it"
	}
	return err.Error()
}

// isLibrary reports whether the words of err are those of a library.
func isLibrary(err error) bool {
	_, path := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	_, call := errors.AsType[*os.SyscallError](err)
	_, network := errors.AsType[*net.OpError](err)
	return path || link || call || network
}

// In is err with Words in place of the library's text. For errors.Is and KindOf it is still err.
func In(err error) error { return &plain{Words(err), err} }

// OfTerminal is In for the error of a terminal: that is a file to the system, but no disk or folder to people.
func OfTerminal(err error) error {
	switch KindOf(err) {
	case Missing, DiskFailed:
		return &plain{"the system gives this program no access to it", err}
	}
	return In(err)
}

type plain struct {
	words string
	error
}

func (p *plain) Error() string { return p.words }
func (p *plain) Unwrap() error { return p.error }
