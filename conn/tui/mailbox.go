package tui

import "sync"

// updates is the content of a mailbox.
type updates struct {
	lines          []line
	missed         uint64 // older lines, dropped because they were too many
	prompt, status string
	bell           bool
}

// mailbox is where other goroutines post updates for Run. They never wait, and it holds no more lines than the
// scrollback would keep anyway.
type mailbox struct {
	wake chan struct{} // capacity 1: there are updates

	mu      sync.Mutex // guards the fields below; never held for long
	updates updates
	bound   int
	closed  bool
}

func newMailbox(bound int) *mailbox {
	return &mailbox{wake: make(chan struct{}, 1), bound: bound, updates: updates{prompt: "> "}}
}

func (b *mailbox) print(l line) {
	b.post(func(n *updates) {
		n.lines = append(n.lines, l)
		if over := len(n.lines) - b.bound; over > 0 {
			clear(n.lines[:over])
			n.lines = n.lines[over:]
			n.missed += uint64(over)
		}
	})
}

func (b *mailbox) post(change func(*updates)) {
	b.mu.Lock()
	if !b.closed {
		change(&b.updates)
	}
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// take empties the mailbox, but for the prompt and the status.
func (b *mailbox) take() updates {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.updates
	b.updates.lines, b.updates.missed, b.updates.bell = nil, 0, false
	return n
}

// close drops the updates, and all that are posted later.
func (b *mailbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.updates = true, updates{}
}
