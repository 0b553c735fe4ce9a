package hub

import "sync"

// backlog hands items from the hub's goroutine to another one, which takes all of them at once. The hub does not wait.
type backlog[T any] struct {
	wake chan struct{} // capacity 1: there is something to take

	mu    sync.Mutex
	items []T
}

func newBacklog[T any]() *backlog[T] { return &backlog[T]{wake: make(chan struct{}, 1)} }

// add puts an item into the queue, unless that holds most already.
func (q *backlog[T]) add(item T, most int) bool {
	q.mu.Lock()
	if len(q.items) >= most {
		q.mu.Unlock()
		return false
	}
	q.items = append(q.items, item)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return true
}

func (q *backlog[T]) take() []T {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	return items
}
