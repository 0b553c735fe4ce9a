package hub

import (
	"errors"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

const forgetEvery = time.Minute // a session forgets no more often: the record has to be looked through each time

// forget has what m has said taken out of the record.
func (r *run) forget(m *member, w int64) {
	if wait := time.Until(m.forgot.Add(forgetEvery)); wait > 0 {
		r.refuse(m.client, w, "forget-too-soon", "that can be done once a minute: please try again in %s", protocol.SecondsOf(wait))
		return
	}
	m.forgot = time.Now()
	r.append(m.client, &aside{after: r.place(m.client), weight: w, ref: m.client.ref, forget: m.forgetting()}, nil)
}

// forgetting is all that m has said.
func (m *member) forgetting() *forgetting {
	f := &forgetting{author: m.id, whole: !m.scarce}
	for _, st := range m.wrote {
		of, session := st.Session()
		if session && of != m.id || st == journal.Desk && !m.operator {
			f.copies = append(f.copies, st)
		} else {
			f.streams = append(f.streams, st)
		}
	}
	return f
}

// forget takes words out of the record. The hub's goroutine does not wait for
// the disk; this one, which is the client's own, does.
func (d *delivery) forget(f *forgetting) error {
	n, err := d.c.hub.journal.Forget(f.author, f.streams)
	if err == nil {
		_, err = d.c.hub.journal.Forget(f.author, f.copies)
	}
	switch {
	case errors.Is(err, journal.ErrBusy):
		d.refuse(tooManyForget)
		return nil
	case err != nil:
		return d.unable(err, unforgotten)
	}
	d.lines = append(d.lines, protocol.NewLine(protocol.Forgot{Count: n, Rest: !f.whole}))
	return nil
}

var (
	tooManyForget = protocol.Refuse("forget-busy", "too many people have their words taken out just now, so some of yours may still stand: please try again in a minute")
	unforgotten   = protocol.Refuse("not-forgotten", "your words could not be taken out of the record just now, and some may still stand: please try again in a minute")
)
