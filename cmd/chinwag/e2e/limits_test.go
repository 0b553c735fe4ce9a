//go:build unix

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const megabyte = 1 << 20

// TestG10AnEndlessLineCostsNothing: it is refused once, however long it is.
func TestG10AnEndlessLineCostsNothing(t *testing.T) {
	t.Parallel()
	h := open(t, "--rate", "0")
	ann, eve := h.enter("ann"), h.enter("eve")
	ann.expect("-- eve joined")
	before := h.process.memory(t, "VmRSS")

	eve.sends(strings.Repeat("x", 10*megabyte))
	eve.types("", "a good line")
	assert.Equal(t, "<eve> a good line\n", ann.until("<eve> a good line"))
	chunk := strings.Repeat("y", megabyte)
	for range 100 {
		eve.sends(chunk)
	}
	eve.types("", "another good line", "/ping")
	assert.Equal(t, "<eve> another good line\n", ann.until("<eve> another good line"))
	const refused = "-- that line is longer than 4096 bytes, so nobody has heard it: please send it in parts"
	assert.Equal(t, linesOf(refused, refused, "-- pong"), eve.until("-- pong"))
	assert.Less(t, h.process.memory(t, "VmHWM")-before, 20*megabyte, "bytes more than before, at the most")
}

// memory is a figure of the kernel's about the process.
func (p *process) memory(t *testing.T, what string) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	require.NoError(t, err)
	_, after, found := bytes.Cut(status, []byte(what+":"))
	require.True(t, found)
	kB, err := strconv.Atoi(string(bytes.Fields(after)[0]))
	require.NoError(t, err)
	return kB << 10
}

// cpu is the processor time that the process has used.
func (p *process) cpu(t *testing.T) time.Duration {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	require.NoError(t, err)
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // from the third on
	user, err := strconv.Atoi(fields[14-3])
	require.NoError(t, err)
	system, err := strconv.Atoi(fields[15-3])
	require.NoError(t, err)
	return time.Duration(user+system) * 10 * time.Millisecond // ticks of 100 Hz, on every Linux
}

// smallWindow makes the system hold little for a connection that does not read.
func smallWindow(_, _ string, c syscall.RawConn) (err error) {
	if bad := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096)
	}); bad != nil {
		return bad
	}
	return err
}

// TestG6AStuckReaderCostsNobodyAnything: the others get every line, in one order, and at last hear why it had to go.
func TestG6AStuckReaderCostsNobodyAnything(t *testing.T) {
	t.Parallel()
	const rounds, each = 40, 250
	h := open(t, "--rate", "0", "--burst", "0", "--stall", "5s", "--keep-lines", "1000")
	talkers := []*person{h.enter("ann"), h.enter("bob")}
	carol := h.enter("carol")
	stuck := h.dial(smallWindow)
	_, err := io.WriteString(stuck, "/nick stuck\nhello\n")
	require.NoError(t, err)
	for _, p := range append(talkers, carol) {
		p.expect("<stuck> hello")
	}
	before := h.process.memory(t, "VmRSS")

	var said strings.Builder
	padding := strings.Repeat(".", 1500)
	for range rounds {
		for _, p := range talkers {
			var round []string
			for range each {
				line := fmt.Sprintf("%06d %s", said.Len(), padding)
				round = append(round, line)
				fmt.Fprintf(&said, "<%s> %s\n", p.name, line)
			}
			p.types(round...)
			carol.expect("<" + p.name + "> " + round[each-1])
		}
	}
	assert.Less(t, h.process.memory(t, "VmHWM")-before, 20*megabyte, "bytes more than before, at the most")
	assert.Equal(t, said.Len(), len(spoken(carol.all())))
	assert.True(t, said.String() == spoken(carol.all()), "every line once, in order")
	// The stuck reader may have gone by now, or all that it was still to be told has a place in the system's buffers.
	for n := 0; !strings.Contains(carol.all(), "-- stuck left"); n++ {
		line := fmt.Sprint("and on ", n, padding)
		talkers[0].types(append(slices.Repeat([]string{padding}, each), line)...)
		carol.expect("<ann> " + line)
	}
	for _, p := range talkers {
		p.expect("-- stuck left (took nothing for too long)")
	}
	for _, p := range append(talkers, carol) {
		assert.Equal(t, 1, strings.Count(p.all(), "-- stuck left (took nothing for too long)"), p.name)
	}
	talkers[0].types("/who")
	talkers[0].expect("-- 3 in #lobby: ann, bob, carol")
}

// spoken is what carol heard said after she came.
func spoken(screen string) string {
	_, screen, _ = strings.Cut(screen, "<stuck> hello\n")
	var b strings.Builder
	for line := range strings.Lines(screen) {
		if strings.HasPrefix(line, "<") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestG10TooManyFromOneAddressAreToldWhy(t *testing.T) {
	t.Parallel()
	h := open(t, "--per-address", "3", "--per-address-rate", "0")
	ann, bob, carol := h.enter("ann"), h.enter("bob"), h.enter("carol")
	for range 70 {
		assertRefused(t, h.stranger(), "too many connections from your address")
	}
	ann.types("all is well")
	bob.expect("<ann> all is well")
	carol.types("/quit")
	carol.ends()
	bob.expect("-- carol left")
	h.eventually("dora").types("so I am in after all")
	bob.expect("<dora> so I am in after all")
	assert.Equal(t, 1, strings.Count(h.log.all(), `msg="connections from 127.0.0.1 are refused, since it has 3 already: --per-address allows more"`), "the operator is told once")
	assert.NotContains(t, ann.all()+bob.all(), "-- guest-")
}

// assertRefused is one sentence and an orderly end.
func assertRefused(t *testing.T, p *person, why string) {
	t.Helper()
	assert.Regexp(t, "^-- goodbye: [^\n]*"+why+"[^\n]*: please [^\n]*\n$", p.ends())
	assert.NoError(t, p.broke())
}

// eventually enters when there is a place. The nick is sent at once: a client that was let in and is silent is the
// first to be evicted while others wait.
func (h *server) eventually(name string) *person {
	h.t.Helper()
	for {
		p := h.stranger()
		p.name = name
		_, _ = io.WriteString(p.hands, "/nick "+name+"\n/ping\n") // a refused one may be over already
		if _, ok := p.untilOrOver("-- pong"); ok {
			require.Regexp(h.t, "(?m)^-- (You are|you are now) "+name+`\s`, p.all())
			return p
		}
		require.NoError(h.t, h.ctx.Err())
	}
}

func TestG10TooFastFromOneAddressAreToldWhy(t *testing.T) {
	t.Parallel()
	h := open(t, "--per-address-burst", "2", "--per-address-rate", "1")
	ann, bob := h.enter("ann"), h.enter("bob")
	for range 10 {
		assertRefused(t, h.stranger(), "too often")
	}
	ann.types("all is well")
	bob.expect("<ann> all is well")
}

// A refused client may have sent lines already, as nc with its input from a pipe has.
func TestG10TheRefusedAreToldEvenWhenTheyTyped(t *testing.T) {
	t.Parallel()
	h := open(t, "--per-address", "1", "--per-address-rate", "0")
	h.enter("ann")
	for range 20 {
		nc := h.nc("-N")
		nc.types("/nick bob", "hello", strings.Repeat("x", 4000))
		nc.finishes()
		assertRefused(t, nc, "too many connections from your address")
	}
}

// TestG10WithoutDescriptorsTheSilentGoFirst: sessions that talk go on, the server does not spin, and new ones get in
// again.
func TestG10WithoutDescriptorsTheSilentGoFirst(t *testing.T) {
	t.Parallel()
	h := openShell(t, `ulimit -n 64 && exec "$@"`, "--per-address", "0", "--per-address-rate", "0", "--rate", "10", "--burst", "1")
	ann, bob := h.enter("ann"), h.enter("bob")
	ann.expect("-- bob joined")
	for range 100 {
		h.dial()
	}
	h.log.expect(`...msg="cannot accept connections for now"...`)

	began, used := time.Now(), h.process.cpu(t)
	for i := range 15 { // the limit of the rate makes a second and a half of it
		ann.types(fmt.Sprintf("line %d", i))
		bob.expect(fmt.Sprintf("<ann> line %d", i))
	}
	took := time.Since(began)
	assert.Less(t, h.process.cpu(t)-used, took/5, "processor time in %v", took)

	carol := h.eventually("carol")
	carol.types("is there room for me?")
	bob.expect("<carol> is there room for me?")
	assert.Less(t, strings.Count(h.log.all(), "cannot accept"), 20, "%s", h.log.all())
}

// The operator says nothing for hours, and is no stranger.
func TestG10WithoutDescriptorsTheOperatorStays(t *testing.T) {
	t.Parallel()
	h := piped(t, shell(t, `ulimit -n 64 && exec "$@"`, []string{"--per-address", "0", "--per-address-rate", "0"}))
	h.console.expect("-- You are operator...")
	ann := h.enter("ann")
	for range 100 {
		h.dial()
	}
	h.log.expect(`...msg="cannot accept connections for now"...`)
	h.eventually("bob")
	ann.types("is anybody in charge?")
	h.console.expect("<ann> is anybody in charge?")
	h.console.types("I am")
	ann.expect("<operator> I am")
}
