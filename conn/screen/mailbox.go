package screen

import "sync"

// news is what has been left for Run since it last looked.
type news struct {
	lines          []line
	missed         uint64 // lines that came before these, and were already too many
	prompt, status string
	bell           bool
}

// mailbox is where other goroutines leave news for Run. Nobody ever waits for it, and it holds no more than the scrollback
// would keep anyway.
type mailbox struct {
	wake chan struct{} // one place: something has been left

	mu     sync.Mutex // guards what follows, for moments
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

// take hands over all that has been left. The prompt and the status stay as they are.
func (b *mailbox) take() news {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.news
	b.news.lines, b.news.missed, b.news.bell = nil, 0, false
	return n
}

// close drops what is there, and all that comes.
func (b *mailbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.news = true, news{}
}
