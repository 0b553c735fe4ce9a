//go:build !unix

package screen

// suspend does nothing where there is no shell that could wake the process again.
func (v *view) suspend() {}
