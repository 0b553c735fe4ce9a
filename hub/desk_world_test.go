package hub_test

import (
	"testing"
	"testing/synctest"
	"time"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// deskWorld is a world with a desk that has operators and visitors, and a session in the lobby.
type deskWorld struct {
	*world
	ops       []*hubtest.Client // op0, op1, ...
	visitors  []*hubtest.Client // @1, @2, ...
	bystander *hubtest.Client   // an operator that is off duty
	onlyDesk  bool
}

// atTheDesk plays f with so many of them. program: they come back after a break.
func atTheDesk(t *testing.T, o hub.Options, ops, visitors int, program bool, f func(w *deskWorld)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &deskWorld{world: newWorld(t, o), onlyDesk: o.Desk}
		defer func() { w.Close(w.everybody()...) }()
		for i := range ops {
			w.ops = append(w.ops, w.come(program, hub.Identity{Operator: true, Nick: hubtest.Nick("op%d", i)}))
		}
		w.bystander = w.come(false, hub.Identity{Operator: true, Nick: hubtest.Nick("bystander")})
		w.bystander.Do(protocol.Duty{})
		for i := range visitors {
			v := w.come(program, hub.Identity{Nick: hubtest.Nick("v%d", i+1), From: hubtest.Address(i % 250)})
			if !o.Desk {
				v.Do(protocol.Desk{})
			}
			w.visitors = append(w.visitors, v)
		}
		w.hush()
		f(w)
	})
}

func (w *deskWorld) everybody() []*hubtest.Client {
	return append(append(append([]*hubtest.Client(nil), w.ops...), w.visitors...), w.bystander)
}

// come connects a client: a program, or a person as at the bare door.
func (w *world) come(program bool, id hub.Identity) *hubtest.Client {
	c := w.NewClient(program)
	c.Identity = id
	c.Identity.Brief = !program
	c.Connect()
	synctest.Wait()
	if !program {
		time.Sleep(time.Second)
		synctest.Wait()
	}
	return c
}

// hush forgets what the clients were told so far.
func (w *deskWorld) hush() {
	for _, c := range w.everybody() {
		c.Told()
	}
}

// holder is the name of the operator that has a ticket: "waits" where none has it, and "closed" where it is not open.
func (w *world) holder(no protocol.Ticket) string {
	ticket := w.Ticket(no)
	if ticket.No == 0 {
		return "closed"
	}
	for _, s := range w.Sessions() {
		if s.ID == ticket.Operator {
			return s.Nick.String()
		}
	}
	return "waits"
}

// says has a client say these lines without waiting for an answer.
func says(c *hubtest.Client, lines ...string) {
	for _, l := range lines {
		c.Send(say(l))
	}
	synctest.Wait()
}

func drop(c *hubtest.Client) {
	c.Disconnect()
	synctest.Wait()
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
