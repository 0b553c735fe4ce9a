package e2e

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func mountSmall(folder string) error { return unix.Mount("chinwag", folder, "tmpfs", 0, "size=2m") }
func unmount(folder string) error    { return unix.Unmount(folder, 0) }

// faults are what can be the matter with a disk: those of disk_faults_linux_test.go, in chinwag's tests.
var faults = []string{"broken", "full", "hanging", "slow", "unreadable", "unwritable", "well"}

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

// onFaultyDisk makes the command of a server with such a disk. begun is called when the process has begun.
func onFaultyDisk(t *testing.T, folder string, flags ...string) (cmd *exec.Cmd, d *disk, begun func()) {
	t.Helper()
	theirOrders, orders, err := os.Pipe()
	require.NoError(t, err)
	answers, theirAnswers, err := os.Pipe()
	require.NoError(t, err)
	cmd = exec.Command(faulty(t), append([]string{"serve", "--journal", "sqlite", "--data", folder}, flags...)...)
	cmd.Env = []string{onDisk + "=" + folder}
	cmd.ExtraFiles = []*os.File{theirOrders, theirAnswers} // 3 and 4
	t.Cleanup(func() { _, _ = orders.Close(), answers.Close() })
	return cmd, &disk{t, orders, bufio.NewReader(answers)}, func() { _, _ = theirOrders.Close(), theirAnswers.Close() }
}
