package conn_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/line"
	"chinwag/hub"
	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
	"chinwag/protocol"
)

// How long newcomers wait for the replay while forty connections ask the journal for much, over and over. The clients
// are a process of their own, as they would be.
//
//	go test ./conn -run ^$ -bench Newcomer -benchtime 1x
func BenchmarkNewcomer(b *testing.B) {
	const han = "天"
	dir := b.TempDir()
	talk := filled(b, filepath.Join(dir, "talk.db"), 400_000, "so I said to the man at the door that 今天天气很好 and he only looked at me")
	repeated := filled(b, filepath.Join(dir, "repeated.db"), 3000, strings.Repeat(han, 1351))
	b.Run("alone", func(b *testing.B) { newcomers(b, talk, "") })
	b.Run("histories", func(b *testing.B) { newcomers(b, talk, "/history all") })
	b.Run("thousands", func(b *testing.B) { newcomers(b, talk, "/history 5000") })
	b.Run("searches/long", func(b *testing.B) { newcomers(b, repeated, "/search "+strings.Repeat(han, 1351)) })
	b.Run("searches/letters", func(b *testing.B) { newcomers(b, repeated, "/search "+strings.Repeat(han, 32)) })
	b.Run("searches/words", func(b *testing.B) {
		newcomers(b, repeated, "/search "+strings.TrimSpace(strings.Repeat(han+" ", 16)))
	})
}

// filled is the path of a journal of n lines.
func filled(b *testing.B, path string, n int, text string) string {
	s, err := sqlite.Open(path, sqlite.Options{Sync: sqlite.Off})
	require.NoError(b, err)
	author := uuid.New()
	said := protocol.Said{From: protocol.MustNick("ann"), Text: protocol.MustText(text)}
	for n > 0 {
		group := make([]journal.Entry, min(n, 500))
		n -= len(group)
		for i := range group {
			stamp := protocol.Meta{ID: uuid.Must(uuid.NewV7()), Time: time.Now().UTC(), Room: protocol.Lobby}
			group[i] = journal.Entry{Stream: journal.OfRoom(protocol.Lobby), Author: author, Event: said.WithMeta(stamp)}
		}
		require.NoError(b, s.Commit(group, nil))
	}
	require.NoError(b, s.Close())
	return path
}

func newcomers(b *testing.B, path string, command string) {
	s, err := sqlite.Open(path, sqlite.Options{Sync: sqlite.Off})
	require.NoError(b, err)
	troubles := 0
	h := hub.New(journal.New(s), hub.Options{Arrive: 1, OnJournalError: func(error) { troubles++ }})
	ctx, end := context.WithCancel(context.Background())
	go func() { _ = h.Run(ctx) }()
	server := conn.NewServer(h, conn.Options{PerAddress: -1, PerAddressRate: -1})
	go func() { _ = server.Drain() }()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	door := server.NewListener(l, func(c net.Conn) conn.Transport { return line.New(c, line.Options{}) }, hub.Identity{})
	accepted := make(chan error, 1)
	go func() { accepted <- door.Serve() }()
	bounded, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	clients := exec.CommandContext(bounded, os.Args[0], "-test.run", "^TestNewcomersBesideOthers$", "-test.v")
	clients.Env = append(os.Environ(), "CHINWAG_NEWCOMERS="+l.Addr().String(), "CHINWAG_COMMAND="+command)
	out, err := clients.CombinedOutput()
	require.NoError(b, err, "%s", out)
	var took []time.Duration
	_, found, _ := bytes.Cut(out, []byte("took "))
	require.NoError(b, json.NewDecoder(bytes.NewReader(found)).Decode(&took), "%s", out)
	slices.Sort(took)
	start := time.Now()
	end()
	<-h.Done()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
	b.ReportMetric(float64(time.Since(start).Milliseconds()), "stop-ms")
	b.ReportMetric(float64(troubles), "errors")
	door.Close()
	<-accepted
	require.NoError(b, s.Close())
}

// The clients of BenchmarkNewcomer.
func TestNewcomersBesideOthers(t *testing.T) {
	addr, command := os.Getenv("CHINWAG_NEWCOMERS"), os.Getenv("CHINWAG_COMMAND")
	if addr == "" {
		t.Skip("this is a part of BenchmarkNewcomer")
	}
	var others sync.WaitGroup
	var open []net.Conn
	for range 40 {
		if command != "" {
			c, err := net.Dial("tcp", addr)
			require.NoError(t, err)
			open = append(open, c)
			others.Go(func() { repeat(c, command) })
		}
	}
	time.Sleep(3 * time.Second)
	var took []time.Duration
	for enough := time.Now().Add(15 * time.Second); time.Now().Before(enough); {
		start := time.Now()
		c, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		in := bufio.NewReader(c)
		for {
			line, err := in.ReadString('\n')
			require.NoError(t, err)
			if strings.HasPrefix(line, "-- You are") {
				break
			}
		}
		took = append(took, time.Since(start))
		_ = c.Close()
		time.Sleep(50 * time.Millisecond)
	}
	for _, c := range open {
		_ = c.Close()
	}
	others.Wait()
	out, err := json.Marshal(took)
	require.NoError(t, err)
	fmt.Println("took", string(out))
}

// repeat asks for the same over and over, each time when it has been answered.
func repeat(c net.Conn, command string) {
	in := bufio.NewReaderSize(c, 64<<10)
	for {
		if _, err := io.WriteString(c, command+"\n"); err != nil {
			return
		}
		for answered := false; !answered; {
			line, err := in.ReadSlice('\n')
			if err != nil && err != bufio.ErrBufferFull {
				return
			}
			answered = bytes.HasPrefix(line, []byte("-- ")) && !bytes.HasPrefix(line, []byte("-- guest-")) &&
				!bytes.HasPrefix(line, []byte("-- You are")) && !bytes.HasPrefix(line, []byte("-- Welcome"))
		}
	}
}
