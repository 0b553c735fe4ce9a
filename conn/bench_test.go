package conn_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/line"
	"chinwag/hub"
	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
)

// How long it takes until a member alone in its room hears its own line, over TCP, with each kind of journal; and
// beside it what the disk takes for as much.
func BenchmarkOneLine(b *testing.B) {
	b.Run("memory", func(b *testing.B) { oneLine(b, journal.NewMemory(journal.Bounds{})) })
	for _, y := range []sqlite.Sync{sqlite.Off, sqlite.Normal, sqlite.Full} {
		b.Run(string(y), func(b *testing.B) {
			s, err := sqlite.Open(filepath.Join(b.TempDir(), "chinwag.db"), sqlite.Options{Sync: y})
			require.NoError(b, err)
			oneLine(b, s)
			require.NoError(b, s.Close())
		})
	}
	b.Run("fsync", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
		require.NoError(b, err)
		frame := make([]byte, 3*4096) // about what a commit writes to the log
		for b.Loop() {
			_, err := f.Write(frame)
			require.NoError(b, err)
			require.NoError(b, f.Sync())
		}
		require.NoError(b, f.Close())
	})
}

func oneLine(b *testing.B, s journal.Store) {
	h := hub.New(journal.New(s), hub.Options{Replay: -1})
	ctx, end := context.WithCancel(context.Background())
	go func() { _ = h.Run(ctx) }()
	server := conn.NewServer(h, conn.Options{Rate: -1})
	go func() { _ = server.Drain() }()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	go func() {
		c, err := l.Accept()
		if err == nil {
			_ = server.Serve(line.New(c, line.Options{}), hub.Identity{Echo: true})
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(b, err)
	in := bufio.NewReader(c)
	_, err = in.ReadString('\n')
	require.NoError(b, err)
	for b.Loop() {
		_, err := io.WriteString(c, "is anybody there who would like to drink tea?\n")
		require.NoError(b, err)
		_, err = in.ReadString('\n')
		require.NoError(b, err)
	}
	require.NoError(b, c.Close())
	require.NoError(b, l.Close())
	end()
	<-h.Done()
}
