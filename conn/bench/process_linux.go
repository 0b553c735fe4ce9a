package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

const hasLoopbackNet = true // all of 127.0.0.0/8 is this machine

const tick = 10 * time.Millisecond // the unit of CPU time in /proc, on every architecture

// cpuOf is the CPU time of a process, user and system.
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

// residentOf is the resident memory of a process, in bytes; 0: unknown.
func residentOf(pid int) int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if pid == 0 || err != nil {
		return 0
	}
	pages, _ := strconv.Atoi(string(bytes.Fields(b)[1]))
	return pages * os.Getpagesize()
}
