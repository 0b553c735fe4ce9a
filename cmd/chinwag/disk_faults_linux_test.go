package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	codes "modernc.org/sqlite/lib"

	"chinwag/hub/journal/sqlite/disktest"
)

// faults are what can be the matter with a disk. Each makes one that lasts until over is closed. The end-to-end tests
// name them: e2e/disk_linux_test.go.
var faults = map[string]func(over <-chan struct{}) disktest.Fault{
	"well":       func(<-chan struct{}) disktest.Fault { return nil },
	"full":       failing(codes.SQLITE_FULL, "write"),
	"unwritable": failing(codes.SQLITE_IOERR_WRITE, "write", "truncate"),
	"unreadable": failing(codes.SQLITE_IOERR_READ, "read"),
	"broken":     failing(codes.SQLITE_IOERR_FSYNC, "sync"), // from which it does not recover
	"slow": func(over <-chan struct{}) disktest.Fault {
		return func(string, string) int32 {
			select {
			case <-time.After(rand.N(20 * time.Millisecond)):
			case <-over:
			}
			return codes.SQLITE_OK
		}
	},
	"hanging": func(over <-chan struct{}) disktest.Fault {
		return func(string, string) int32 { <-over; return codes.SQLITE_OK }
	},
}

func failing(code int32, ops ...string) func(<-chan struct{}) disktest.Fault {
	return func(<-chan struct{}) disktest.Fault {
		return func(op, _ string) int32 {
			for _, o := range ops {
				if op == o {
					return code
				}
			}
			return codes.SQLITE_OK
		}
	}
}

// faultyDisk is in the process of the server: its disk does what the test says.
func faultyDisk(folder string) {
	d := disktest.New(folder)
	orders, answers := bufio.NewScanner(os.NewFile(3, "orders")), os.NewFile(4, "answers")
	go func() {
		over := make(chan struct{})
		for orders.Scan() {
			next := make(chan struct{})
			d.Fail(faults[orders.Text()](next))
			close(over)
			over = next
			fmt.Fprintln(answers, "it is", orders.Text())
		}
	}()
}
