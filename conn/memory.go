package conn

import (
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

// Most of a server's memory is thousands of idle connections, which live for long and make no garbage. By its default
// of GOGC the runtime keeps as much again free, and what the connections needed on arriving (several times what they
// need then) is never given back. Rejected: the default, for that; a memory limit, since it needs to be told how large
// the server may be, and works only near that; GOGC below 50, since a flood, which costs some percent more CPU at 50,
// pays for it.

// CollectOften makes a server's process need less memory: it sets GOGC to 50, unless the environment sets it.
func CollectOften() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// manyArrivals is how many connections make a collection worth its cost, once no more come.
const manyArrivals = 1000

// arrivals counts accepted connections, to give back the memory that they needed on arriving.
type arrivals struct {
	n     int
	timer *time.Timer // of the collection
}

func newArrivals() *arrivals {
	t := time.AfterFunc(time.Hour, freeMemory)
	t.Stop() // set by count
	return &arrivals{timer: t}
}

func (a *arrivals) count() {
	if a.n++; a.n%manyArrivals == 0 {
		a.timer.Reset(time.Second)
	}
}

func (a *arrivals) stop() { a.timer.Stop() }

func freeMemory() {
	runtime.GC() // a sync.Pool empties at the second collection
	debug.FreeOSMemory()
}
