package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

const hasLoopbackNet = true // all of 127.0.0.0/8 is this machine

const tick = 10 * time.Millisecond // in which Linux tells everybody the CPU time, on every architecture

// cpuOf is the CPU time that a process has used, its own and the system's on its behalf.
func cpuOf(pid int) (time.Duration, bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if pid == 0 || err != nil {
		return 0, false
	}
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:]) // the name before it may hold anything
	user, err1 := strconv.Atoi(string(f[11]))
	system, err2 := strconv.Atoi(string(f[12]))
	return time.Duration(user+system) * tick, err1 == nil && err2 == nil
}

// residentOf is how many bytes of memory a process has; 0: unknown.
func residentOf(pid int) int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if pid == 0 || err != nil {
		return 0
	}
	pages, _ := strconv.Atoi(string(bytes.Fields(b)[1]))
	return pages * os.Getpagesize()
}
