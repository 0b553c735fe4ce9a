package conn_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// visitor is a client's end of a connection. It reads all the time.
type visitor struct {
	net.Conn
	t  *testing.T
	mu sync.Mutex

	seen  bytes.Buffer
	err   error     // why reading ended; nil in good order
	ended time.Time // zero: not yet
	read  sync.WaitGroup
}

func visit(t *testing.T, c net.Conn) *visitor {
	v := &visitor{Conn: c, t: t}
	v.read.Go(v.readAll)
	return v
}

func (v *visitor) readAll() {
	for b := make([]byte, 4096); ; {
		n, err := v.Read(b)
		v.mu.Lock()
		v.seen.Write(b[:n])
		if err != nil {
			v.ended = time.Now()
			if !errors.Is(err, io.EOF) {
				v.err = err
			}
			v.mu.Unlock()
			return
		}
		v.mu.Unlock()
	}
}

func (v *visitor) text() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen.String()
}

func (v *visitor) isOver() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return !v.ended.IsZero()
}

// say sends lines, in a bubble until all is quiet.
func (v *visitor) say(lines ...string) {
	_, err := v.Write([]byte(strings.Join(lines, "\n") + "\n"))
	assert.NoError(v.t, err)
}

// until waits for words, where there is no bubble.
func (v *visitor) until(words string) {
	v.t.Helper()
	require.Eventually(v.t, func() bool { return strings.Contains(v.text(), words) }, 10*time.Second, time.Millisecond,
		"no %q", words)
}

// hangs fails with all stacks if f does not return.
func hangs(what string, f func()) {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		panic(what + " hangs")
	}
}
