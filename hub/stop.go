package hub

import "time"

// stop begins the end: who waits to hand something over is still heard, then
// nobody. When the journal has decided about all of it come the goodbyes.
func (r *run) stop() {
	if r.stopping {
		return
	}
	r.stopping = true
	for waiting := true; waiting; {
		select {
		case req := <-r.hub.requests:
			r.handle(req)
		default:
			waiting = false
		}
	}
	r.deaf = true
	if r.pending == 0 {
		r.sayGoodbye()
	}
}

func (r *run) sayGoodbye() {
	if r.parted {
		return
	}
	r.parted = true
	for c := range r.clients {
		if c.member != nil {
			goodbye := r.hub.Farewell()
			goodbye.Text = r.farewell
			r.endWith(c, goodbye)
		}
	}
	if r.opts.Grace > 0 {
		r.grace = time.After(r.opts.Grace)
	}
}

func (r *run) isOver() bool { return r.parted && len(r.clients) == 0 }
