//go:build !unix

package socket

const canTry = false

func (in *Reader) look(uintptr) bool { return true }

func (w *attempt) once(uintptr) bool { return true }
