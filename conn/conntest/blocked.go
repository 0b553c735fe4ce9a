package conntest

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The states of a goroutine that AwaitBlocked knows, as the runtime calls them.
const (
	InIO   = "IO wait"
	InLock = "sync.Mutex.Lock"
)

// AwaitBlocked waits until a goroutine is blocked in that state, called from that function. So a test need not take a
// silence for a block. It looks at all goroutines of the process: no test may run in parallel.
func AwaitBlocked(t testing.TB, state, function string) {
	t.Helper()
	require.Eventually(t, func() bool { return isBlocked(state, function) }, 10*time.Second, time.Millisecond,
		"no goroutine is blocked (%s) in %s", state, function)
}

func isBlocked(state, function string) bool {
	buf := make([]byte, 1<<20)
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		first, stack, _ := strings.Cut(g, "\n")
		if strings.Contains(first, "["+state) && strings.Contains(stack, function+"(") {
			return true
		}
	}
	return false
}
