package tui

import "sync"

// news is the content of a mailbox.
type news struct {
	lines          []line
	missed         uint64 // older lines, dropped because they were too many
	prompt, status string
	bell           bool
}

// mailbox is where other goroutines leave news for Run. They never wait, and it holds no more lines than the scrollback
// would keep anyway.
type mailbox struct {
	wake chan struct{} // capacity 1: there is news

	mu     sync.Mutex // guards the fields below; never held for long
	news   news
	bound  int
	closed bool
}

func newMailbox(bound int) *mailbox {
	return &mailbox{wake: make(chan struct{}, 1), bound: bound, news: news{prompt: "> "}}
}

func (b *mailbox) print(l line) {
	b.leave(func(n *news) {
		n.lines = append(n.lines, l)
		if over := len(n.lines) - b.bound; over > 0 {
			clear(n.lines[:over])
			n.lines = n.lines[over:]
			n.missed += uint64(over)
		}
	})
}

func (b *mailbox) leave(change func(*news)) {
	b.mu.Lock()
	if !b.closed {
		change(&b.news)
	}
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// take empties the mailbox, but for the prompt and the status.
func (b *mailbox) take() news {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.news
	b.news.lines, b.news.missed, b.news.bell = nil, 0, false
	return n
}

// close drops the news, and all that is left later.
func (b *mailbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.news = true, news{}
}
