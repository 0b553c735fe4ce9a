//go:build !unix

package stream

const canTry = false

func (in *Reader) look(uintptr) bool { return true }

func (w *attempt) once(uintptr) bool { return true }
