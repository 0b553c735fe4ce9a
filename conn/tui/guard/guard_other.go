//go:build !unix

package guard

import "errors"

// Start does nothing: other systems keep the state of a console for each program.
func Start() (done func()) { return func() {} }

// Run is never needed.
func Run() error { return errors.ErrUnsupported }
