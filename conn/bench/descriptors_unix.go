//go:build unix

package bench

import (
	"math"
	"sync"
	"syscall"
)

// descriptors raises the limit of descriptors, of this process and those that it starts, to the most that the system
// allows, and returns it.
var descriptors = sync.OnceValue(func() int {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return math.MaxInt
	}
	l.Cur = l.Max
	_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
	_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l)
	return int(min(uint64(l.Cur), math.MaxInt32))
})
