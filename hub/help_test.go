package hub_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// outOfPlace are the codes of refusals for where a client is, and what it is.
var outOfPlace = []string{"operators-only", "stray-reply", "at-desk", "desk-only", "room-only", "not-at-desk", "second-hello", "late-resume", "operator-stays", "only-room"}

// needless is what is followed, but not listed, since another command does the same there.
var needless = map[string][]string{
	"a visitor":                      {"desk"},
	"a visitor of a desk alone":      {"desk", "leave", "ignore"},
	"a member of two rooms":          nil,
	"an operator":                    {"desk"},
	"an operator with a visitor":     {"desk"},
	"an operator of a desk alone":    {"desk", "rooms", "ignore"},
	"a program":                      nil,
	"a program at the desk":          {"desk"},
	"the console":                    {"desk", "quit"}, // conn's, or the console's own, refuses the rest
	"somebody who could not come in": nil,
}

// Help lists what can be done, and nothing else: for each command and each place, that is what the hub does not refuse
// for the place.
func TestHelpListsWhatIsNotRefused(t *testing.T) {
	atDesk := func(_ *world, p *hubtest.Client) { p.Ask(protocol.Desk{Text: hubtest.Text("my screen is black")}) }
	for name, at := range map[string]struct {
		desk, program, broken bool
		identity              hub.Identity
		goes                  func(*world, *hubtest.Client)
	}{
		"a member":                   {},
		"a member of two rooms":      {goes: func(_ *world, p *hubtest.Client) { p.Ask(protocol.Watch{Room: hubtest.Room("tea")}) }},
		"a visitor":                  {goes: atDesk},
		"a visitor of a desk alone":  {desk: true, goes: atDesk},
		"an operator":                {identity: hub.Identity{Operator: true}},
		"an operator with a visitor": {identity: hub.Identity{Operator: true}, goes: func(_ *world, p *hubtest.Client) { p.Ask(protocol.Take{Ticket: 1}) }},
		"an operator of a desk alone": {desk: true, identity: hub.Identity{Operator: true}, goes: func(_ *world, p *hubtest.Client) {
			p.Ask(protocol.Duty{})
			p.Ask(protocol.Close{Ticket: 1})
			p.Ask(protocol.To{})
		}},
		"the console":                    {identity: hub.Identity{Operator: true, Brief: true}},
		"a program":                      {program: true},
		"a program at the desk":          {program: true, goes: atDesk},
		"somebody who could not come in": {broken: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range protocol.Verbs() {
				if v.Name == "operator" || v.Name == "shutdown" { // conn's answer, or none
					continue
				}
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, hub.Options{Desk: at.desk})
					visitor := w.Enter(hub.Identity{Nick: hubtest.Nick("carol")})
					visitor.Ask(protocol.Desk{})
					if at.broken {
						w.Store.Fail(errors.New("no disk"))
					}
					p := w.NewClient(at.program)
					p.Identity = at.identity
					p.Identity.Nick = hubtest.Nick("ann")
					p.Connect()
					time.Sleep(time.Second)
					synctest.Wait()
					if at.goes != nil {
						at.goes(w, p)
					}
					p.Events()
					p.Ask(protocol.Help{Typed: !at.program})
					var listed []string
					for _, e := range p.Events() {
						if e, ok := e.(protocol.HelpRow); ok {
							require.Empty(t, e.Barred)
							listed = append(listed, e.Verb)
						}
					}
					require.NotEmpty(t, listed)
					cmd := protocol.Command(protocol.Hello{})
					if v.Name != "hello" {
						var err error
						cmd, err = protocol.ParseCommand(v.Example)
						require.NoError(t, err)
					}
					if _, ok := cmd.(protocol.Part); ok {
						cmd = protocol.Part{} // it is not in the room of the example
					}
					if reply, ok := cmd.(protocol.Reply); ok {
						reply.Ticket = 1 // else it is something to say
						cmd = reply
					}
					w.Store.Fail(nil) // else all is refused that is recorded
					p.Ask(cmd)
					followed := at.program || v.Name != "hello"
					for _, e := range p.Events() {
						if refused, ok := e.(protocol.Refused); ok && slices.Contains(outOfPlace, refused.Code) {
							followed = false
						}
					}
					if slices.Contains(needless[name], v.Name) {
						assert.NotContains(t, listed, v.Name)
						assert.True(t, followed, v.Name)
					} else {
						assert.Equal(t, followed, slices.Contains(listed, v.Name), v.Name)
					}
					w.Close(p, visitor)
				})
			}
		})
	}
}
