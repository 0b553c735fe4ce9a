//go:build unix

package e2e

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// screen is all that a client was told or a program has written, and how far the test has looked at it.
type screen struct {
	t    *testing.T
	ctx  context.Context
	name string

	mu     sync.Mutex
	text   []byte
	looked int           // into text; always at the start of a line
	grew   chan struct{} // closed and replaced whenever something is new
	over   bool
	err    error // with which it was over
}

func newScreen(t *testing.T, ctx context.Context, name string) *screen {
	return &screen{t: t, ctx: ctx, name: name, grew: make(chan struct{})}
}

// Write implements io.Writer.
func (s *screen) Write(b []byte) (int, error) {
	s.change(func() { s.text = append(s.text, b...) })
	return len(b), nil
}

func (s *screen) end(err error) { s.change(func() { s.over, s.err = true, err }) }

func (s *screen) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.grew)
	s.grew = make(chan struct{})
}

// expect waits for each of these lines in turn, passes over others, and returns the last. "..." stands for anything at
// either end of a line.
func (s *screen) expect(want ...string) (line string) {
	s.t.Helper()
	for _, w := range want {
		seen := strings.Split(strings.TrimSuffix(s.until(w), "\n"), "\n")
		line = seen[len(seen)-1]
	}
	return line
}

// until waits for a line and returns all that came since the last one that was waited for, with it.
func (s *screen) until(want string) string {
	s.t.Helper()
	seen, ok := s.untilOrOver(want)
	if !ok {
		require.FailNow(s.t, "it is over", "%s never saw %q\nsince what was seen last:\n%s", s.name, want, clip(seen))
	}
	return seen
}

// untilOrOver is until, for a client that the server may end first: then it returns all that came, and false.
func (s *screen) untilOrOver(want string) (seen string, ok bool) {
	s.t.Helper()
	from := -1
	for at := 0; ; {
		s.mu.Lock()
		if from < 0 {
			from, at = s.looked, s.looked
		}
		for {
			line, _, whole := bytes.Cut(s.text[at:], []byte("\n"))
			if !whole {
				break
			}
			at += len(line) + 1
			if matches(strings.TrimSuffix(string(line), "\r"), want) {
				s.looked = at
				seen := string(s.text[from:at])
				s.mu.Unlock()
				return seen, true
			}
		}
		grew, over := s.grew, s.over
		s.mu.Unlock()
		if over {
			return s.since(from), false
		}
		select {
		case <-grew:
		case <-s.ctx.Done():
			require.FailNow(s.t, "it takes too long", "%s does not see %q\nsince what was seen last:\n%s", s.name, want, clip(s.since(from)))
		}
	}
}

// ends waits until nothing more can come, and returns all that ever came.
func (s *screen) ends() string {
	s.t.Helper()
	for {
		s.mu.Lock()
		grew, over := s.grew, s.over
		s.mu.Unlock()
		if over {
			return aCode.ReplaceAllString(s.all(), "/resume CODE")
		}
		select {
		case <-grew:
		case <-s.ctx.Done():
			require.FailNow(s.t, "it takes too long", "the screen of %s does not end:\n%s", s.name, clip(s.all()))
		}
	}
}

// all is all that ever came.
func (s *screen) all() string { return s.since(0) }

func (s *screen) since(from int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text[from:])
}

// broke is the error with which a connection ended, nil for an orderly end.
func (s *screen) broke() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func matches(line, want string) bool {
	middle := strings.TrimSuffix(strings.TrimPrefix(want, "..."), "...")
	open, more := strings.HasPrefix(want, "..."), len(want) > len(middle) && strings.HasSuffix(want, "...")
	switch {
	case open && more:
		return strings.Contains(line, middle)
	case open:
		return strings.HasSuffix(line, middle)
	case more:
		return strings.HasPrefix(line, middle)
	}
	return line == want
}

// clip keeps a report readable.
func clip(s string) string {
	const most = 4000
	if len(s) <= most {
		return cmp.Or(s, "(nothing)")
	}
	return fmt.Sprintf("... %d bytes ...\n%s", len(s)-most, s[len(s)-most:])
}

// linesOf is what a person sees, line by line.
func linesOf(want ...string) string { return strings.Join(want, "\n") + "\n" }

// aCode is what differs in every session.
var aCode = regexp.MustCompile(`/resume [a-z2-7]{5}-[a-z2-7]{5}`)
