//go:build !unix

package socket

const canTry = false

func (in *Reader) tryRead(uintptr) bool { return true }

func (w *writeOp) tryWrite(uintptr) bool { return true }
