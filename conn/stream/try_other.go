//go:build !unix

package stream

const canTry = false

func (in *Reader) look(uintptr) bool { return false }

func (w *attempt) once(uintptr) bool { return true }
