// Package guard gives the terminal back when a process dies.
//
// A screen changes the terminal for the programs after it. A process that ends in good order restores it; one that
// panics in some goroutine or is killed cannot. So a small second process guards the terminal: it saves the state of
// the terminal, waits until the first process is gone, and restores the state if the first did not say that it has done
// so itself.
package guard

const (
	// Command is the argument with which the program is its own guard: it must call Run then, and nothing else.
	Command = "guard-terminal"
	// Variable is set in the environment of the guard, which starts no guard of its own, whatever the program is.
	Variable = "CHINWAG_GUARDED"
)
