//go:build unix

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// openOn starts a server whose journal is in a folder.
func openOn(t *testing.T, folder string, flags ...string) *server {
	return open(t, append([]string{"--journal", "sqlite", "--data", folder, "--console", "off", "--rate", "0",
		"--per-address", "0", "--per-address-rate", "0"}, flags...)...)
}

// kills ends the server as a crash does.
func (h *server) kills() {
	h.process.signal(syscall.SIGKILL)
	h.process.exits()
}

// The tutorial's question to every chat server: you saw it, and is it still there?
func TestG7WhatWasSeenIsThereAfterAKill(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var seen [2][]string // by two readers, over all the lives of the server
	for round := range 4 {
		h := openOn(t, folder)
		var readers [2]*person
		for i := range readers {
			readers[i] = h.enter(fmt.Sprintf("reader%d-%d", i, round)) // those of the last life are held
		}
		var writers sync.WaitGroup
		for w := range 3 {
			c := h.dial()
			writers.Go(func() { talk(c, fmt.Sprintf("w%d-%d", w, round), round) })
		}
		readers[0].expect(fmt.Sprintf("... %d.%d", round, 20+60*round)) // some moment in the midst of their talk
		h.kills()
		writers.Wait()
		for i, r := range readers {
			seen[i] = append(seen[i], said("<", r.ends())...)
		}
	}
	h := openOn(t, folder)
	kept := said("[", journalOf(t, h))
	require.NotEmpty(t, kept)
	for i := range seen {
		assertInOrder(t, kept, seen[i])
	}
	h.process.signal(terminate)
	assert.Zero(t, h.process.exits())
	assert.Contains(t, printed(t, "history", "verify", filepath.Join(folder, journalFile)), "\nall is well\n")
}

// talk says numbered lines until the connection breaks.
func talk(c net.Conn, name string, round int) {
	go func() { _, _ = io.Copy(io.Discard, c) }() // ends with the connection
	if _, err := fmt.Fprintf(c, "/nick %s\n", name); err != nil {
		return
	}
	for n := 0; ; n++ {
		if _, err := fmt.Fprintf(c, "%s %d.%d\n", name, round, n); err != nil {
			return
		}
	}
}

// said are the numbered lines on a screen that begin like this: "<" was heard, "[" is told again.
func said(begin, screen string) (lines []string) {
	for line := range strings.Lines(screen) {
		if i := strings.Index(line, "> w"); i >= 0 && strings.HasPrefix(line, begin) && strings.HasSuffix(line, "\n") {
			lines = append(lines, strings.TrimSpace(line[i+2:]))
		}
	}
	return lines
}

// journalOf is all that the room's journal holds.
func journalOf(t *testing.T, h *server) string {
	c := h.dial()
	_, err := io.WriteString(c, "/history all\n/quit\n")
	require.NoError(t, err)
	all, err := io.ReadAll(c)
	require.NoError(t, err)
	_, told, _ := strings.Cut(string(all), "after a break.\n") // which follows the lines that are shown on entering
	if at := strings.LastIndex(told, "-- end of history"); at >= 0 {
		told = told[:at]
	}
	return told
}

// assertInOrder checks that all of want is in got, each line once, and in this order.
func assertInOrder(t *testing.T, got, want []string) {
	t.Helper()
	at := map[string]int{}
	for i, line := range got {
		_, twice := at[line]
		assert.False(t, twice, "%q is in the journal twice", line)
		at[line] = i
	}
	last := -1
	for _, line := range want {
		i, ok := at[line]
		if !assert.True(t, ok, "%q was seen, and is gone", line) || !assert.Greater(t, i, last, "%q is not where it was seen", line) {
			return
		}
		last = i
	}
}

func TestAJournalHasOneServer(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	h := openOn(t, folder)
	second := launch(t, shell(t, `"$@"`, []string{"--journal", "sqlite", "--data", folder, "--console", "off"}), nil)
	assert.Regexp(t, `^chinwag: another chinwag \(process \d+\) has .*chinwag\.db open: end that one, or keep another journal with --data FOLDER\n$`, lastLine(second.log.ends()))
	assert.Equal(t, 1, second.process.exits())
	h.enter("ann") // and this one does not mind
}

func lastLine(s string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(s, "\n"), "\n")
	return lines[len(lines)-1] + "\n"
}

func TestADamagedJournalIsLeftAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, journalFile)
	require.NoError(t, os.WriteFile(path, []byte("these are the letters of my grandmother"), 0o600))
	h := launch(t, shell(t, `"$@"`, []string{"--journal", "sqlite", "--data", folder, "--console", "off"}), nil)
	assert.Contains(t, h.log.ends(), "is not a chinwag journal, so it is left alone")
	assert.Equal(t, 1, h.process.exits())
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "these are the letters of my grandmother", string(b))
}

// A program that comes back after the server was killed and started again reads on where it was: neither its session
// nor its position is gone with the process.
func TestG4AProgramReadsOnAfterAKill(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	h := openOn(t, folder)
	ann := h.enter("ann")
	bot, in := h.program(`{"type":"hello","nick":"bot"}`)
	epoch := field(in.line(), "epoch")
	token := field(in.text, "token")
	ann.types("one")
	in.line()
	seq := field(in.text, "seq")
	ann.types("two", "three", "/ping")
	ann.expect("-- pong")
	_ = bot.Close()
	h.kills()

	h = openOn(t, folder)
	bot, in = h.program(fmt.Sprintf(`{"type":"hello","nick":"bot","token":%s,"resume":{"epoch":%s,"seq":%s}}`, token, epoch, seq))
	defer bot.Close()
	assert.Contains(t, in.line(), `"resumed":true`)
	var heard []string
	for len(heard) < 2 {
		if strings.Contains(in.line(), `"type":"said"`) {
			heard = append(heard, field(in.text, "text"))
		}
	}
	assert.Equal(t, []string{`"two"`, `"three"`}, heard)
}

// program connects as a bot does, and says hello.
func (h *server) program(hello string) (net.Conn, *reading) {
	c := h.dial()
	in := &reading{t: h.t, in: bufio.NewReader(c)}
	in.line()
	_, err := io.WriteString(c, hello+"\n")
	require.NoError(h.t, err)
	return c, in
}

// reading is what a bot reads, line by line.
type reading struct {
	t    *testing.T
	in   *bufio.Reader
	text string
}

func (r *reading) line() string {
	r.t.Helper()
	var err error
	r.text, err = r.in.ReadString('\n')
	require.NoError(r.t, err)
	return r.text
}

// field is a member of a JSON line, as it is written.
func field(line, name string) string {
	_, rest, _ := strings.Cut(line, `"`+name+`":`)
	return rest[:strings.IndexAny(rest, ",}")]
}

// A full disk is told, to the author and once to the operator, a line that could not be kept is heard by no session,
// and all goes on when there is room again.
func TestG11AFullDiskIsToldAndOver(t *testing.T) {
	t.Parallel()
	folder := smallDisk(t)
	h := openPiped(t, "--journal", "sqlite", "--data", folder, "--rate", "0")
	ann, bob := h.enter("ann"), h.enter("bob")
	h.console.types("here I am")
	bob.expect("<operator> here I am")
	ballast := filepath.Join(folder, "ballast")
	fill(t, ballast)
	refused := "-- that could not be recorded, so nobody has heard it: please try again in a while"
	words := strings.Repeat("x", 3000)
	for n := 0; !strings.Contains(ann.all(), refused); n++ {
		require.Less(t, n, 2000, "the disk never gets full")
		ann.types(fmt.Sprint(n, words), "/ping")
		ann.expect("-- pong")
	}
	h.console.expect("-- the journal cannot be written just now...")
	assert.Equal(t, 1, strings.Count(h.console.all(), "the journal cannot be written just now"))
	require.NoError(t, os.Remove(ballast))
	ann.types("is anybody there?")
	bob.expect("<ann> is anybody there?")
	h.console.expect("-- the journal works again...")
	heard := strings.Count(bob.all(), words)
	ann.types("/search nothing", "/history all")
	ann.expect("-- end of history...")
	kept := 0
	for line := range strings.Lines(ann.all()) {
		if strings.HasPrefix(line, "[") && strings.Contains(line, words) {
			kept++
		}
	}
	assert.Equal(t, heard, kept, "what was heard, and nothing else, is in the journal")
}

// smallDisk is a file system of a few megabytes. Only root can make one.
func smallDisk(t *testing.T) string {
	folder := t.TempDir()
	if err := mountSmall(folder); err != nil {
		t.Skip("a small disk can only be made by root: ", err)
	}
	t.Cleanup(func() { assert.NoError(t, unmount(folder)) })
	return folder
}

// fill writes until there is no more room.
func fill(t *testing.T, path string) {
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	block := make([]byte, 4096)
	for begin := time.Now(); ; {
		if _, err := f.Write(block); err != nil {
			require.ErrorIs(t, err, syscall.ENOSPC)
			return
		}
		require.Less(t, time.Since(begin), patience)
	}
}
