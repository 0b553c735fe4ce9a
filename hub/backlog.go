package hub

import "sync"

// queue hands items from the hub's goroutine to another one, which takes all of them at once. The hub does not
// wait.
type queue[T any] struct {
	wake chan struct{} // capacity 1: there is something to take

	mu    sync.Mutex
	items []T
}

func newQueue[T any]() *queue[T] { return &queue[T]{wake: make(chan struct{}, 1)} }

// add puts an item into the queue, unless that holds most already.
func (q *queue[T]) add(item T, most int) bool {
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

func (q *queue[T]) take() []T {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	return items
}
