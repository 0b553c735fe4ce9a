//go:build !unix

package tui

// suspend does nothing: no shell of these systems could wake the process again.
func (v *view) suspend() {}
