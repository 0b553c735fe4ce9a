package conntest

import (
	"bytes"
	"strings"
	"sync"
)

// Log is what a server has logged.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

// Text is all of it.
func (l *Log) Text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Count is how often those words are in it.
func (l *Log) Count(words string) int { return strings.Count(l.Text(), words) }

// After is what was logged after the first words of that kind.
func (l *Log) After(words string) string {
	_, rest, _ := strings.Cut(l.Text(), words)
	return rest
}
