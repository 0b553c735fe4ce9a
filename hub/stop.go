package hub

import "time"

// stop begins the end: who waits to hand something over is still heard, then
// nobody. When the journal has decided about all of it come the goodbyes. The grace begins
// here: a journal that does not decide has half of it, the goodbyes have the rest.
func (r *run) stop() {
	if r.stopping {
		return
	}
	r.stopping = true
	if grace := r.opts.Grace; grace > 0 {
		late := make(chan struct{})
		time.AfterFunc(grace, func() { close(late) })
		r.deadline, r.patience = late, time.After(grace/2)
	}
	for waiting := true; waiting; {
		select {
		case req := <-r.hub.requests:
			r.handle(req)
		default:
			waiting = false
		}
	}
	for _, req := range r.hub.admission.open() {
		r.follow(req)
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
	r.parted, r.patience = true, nil
	for c := range r.clients {
		if c.member != nil {
			goodbye := r.hub.Farewell()
			goodbye.Text = r.farewell
			r.endWith(c, goodbye)
		}
	}
}

func (r *run) isOver() bool { return r.parted && len(r.clients) == 0 && r.pending == 0 }
