package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	codes "modernc.org/sqlite/lib"

	"chinwag/hub/journal/sqlite/disktest"
)

func mountSmall(folder string) error { return unix.Mount("chinwag", folder, "tmpfs", 0, "size=2m") }
func unmount(folder string) error    { return unix.Unmount(folder, 0) }

// faults are what can be the matter with a disk. Each makes one that lasts until over is closed.
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

// ailingDisk is in the process of the server: its disk does what the test says.
func ailingDisk(folder string) {
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

// disk is the disk of a server, as the test has it.
type disk struct {
	t       *testing.T
	orders  io.WriteCloser
	answers *bufio.Reader
}

// becomes has it have that fault, and no other, from now on.
func (d *disk) becomes(fault string) {
	d.t.Helper()
	_, err := fmt.Fprintln(d.orders, fault)
	require.NoError(d.t, err)
	_, err = d.answers.ReadString('\n')
	require.NoError(d.t, err)
}

// onAilingDisk makes the command of a server with such a disk. begun is called when the
// process has begun.
func onAilingDisk(t *testing.T, folder string, flags ...string) (cmd *exec.Cmd, d *disk, begun func()) {
	t.Helper()
	theirOrders, orders, err := os.Pipe()
	require.NoError(t, err)
	answers, theirAnswers, err := os.Pipe()
	require.NoError(t, err)
	cmd = exec.Command(os.Args[0], append([]string{"serve", "--journal", "sqlite", "--data", folder}, flags...)...)
	cmd.Env = []string{onDisk + "=" + folder}
	cmd.ExtraFiles = []*os.File{theirOrders, theirAnswers} // 3 and 4
	t.Cleanup(func() { _, _ = orders.Close(), answers.Close() })
	return cmd, &disk{t, orders, bufio.NewReader(answers)}, func() { _, _ = theirOrders.Close(), theirAnswers.Close() }
}
