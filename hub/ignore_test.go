package hub_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// bother is all that a client can do to be heard.
func bother(p *hubtest.Client) {
	for _, cmd := range []protocol.Command{
		protocol.Say{Text: hubtest.Text("bother")},
		protocol.Me{Text: hubtest.Text("bother")},
		protocol.Msg{To: hubtest.Nick("guest-1"), Text: hubtest.Text("bother")},
		protocol.Topic{Text: hubtest.Text("bother")},
		protocol.Away{Text: hubtest.Text("bother")},
		protocol.Rename{Nick: hubtest.Nick("bother")},
		protocol.Join{Room: hubtest.Room("bother")},
		protocol.Join{Room: protocol.Lobby},
		protocol.Quit{Text: hubtest.Text("bother")},
	} {
		p.Send(cmd)
		synctest.Wait()
	}
}

func TestWhoeverIsIgnoredIsNotHeardInAnything(t *testing.T) {
	for _, how := range []string{"live", "behind"} {
		for _, program := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, program %v", how, program), func(t *testing.T) {
				o := hub.Options{}
				if how == "behind" {
					o.Outbox = 1 // byte
				}
				inWorld(t, hubtest.Setup{Options: o}, 3, program, func(w *world, people []*hubtest.Client) {
					ann, bob, cem := people[0], people[1], people[2]
					ann.Send(protocol.Ignore{Nick: hubtest.Nick("guest-2")})
					synctest.Wait()
					ann.Told()
					if how == "behind" {
						ann.Pause()
						cem.Do(say("this is told, and read on from"))
						assert.False(t, w.Session(ann.Conn()).Live)
					}
					bother(bob)
					if how == "behind" {
						ann.Resume()
						for _, line := range ann.Await("this is told") {
							assert.NotContains(t, line, "bother")
							assert.NotContains(t, line, "guest-2 left")
						}
						return
					}
					assert.Empty(t, ann.Told())
				})
			})
		}
	}
}

func TestOperatorsHearAndAreHeardWhoeverIgnoresWhom(t *testing.T) {
	t.Run("a visitor whom an operator ignores", func(t *testing.T) {
		inWorld(t, hubtest.Setup{}, 1, false, func(w *world, people []*hubtest.Client) {
			op, bob := w.EnterOperator("op"), people[0]
			op.Send(protocol.Ignore{Nick: hubtest.Nick("guest-1")})
			synctest.Wait()
			op.Told()
			bob.Send(protocol.Desk{Text: hubtest.Text("help")})
			synctest.Wait()
			assert.Equal(t, []string{"-- @1 guest-1 waits at the desk", "[@1 guest-1] help"}, op.Told())
			w.Close(op)
		})
	})
	t.Run("who becomes an operator", func(t *testing.T) {
		inWorld(t, hubtest.Setup{}, 2, false, func(_ *world, people []*hubtest.Client) {
			ann, bob := people[0], people[1]
			ann.Send(protocol.Ignore{Nick: hubtest.Nick("guest-2")})
			synctest.Wait()
			assert.NoError(t, bob.Conn().Promote(t.Context(), ""))
			synctest.Wait()
			ann.Told()
			bob.Send(protocol.Say{Text: hubtest.Text("listen")})
			synctest.Wait()
			assert.Equal(t, []string{"<guest-2> listen"}, ann.Told())
			ann.Send(protocol.Ignore{})
			synctest.Wait()
			assert.Equal(t, []string{"-- you ignore nobody"}, ann.Told())
		})
	})
	t.Run("an operator under a name that is ignored", func(t *testing.T) {
		inWorld(t, hubtest.Setup{}, 2, false, func(w *world, people []*hubtest.Client) {
			ann, bob := people[0], people[1]
			op := w.EnterOperator("op")
			bob.Send(protocol.Rename{Nick: hubtest.Nick("bob")})
			synctest.Wait()
			ann.Send(protocol.Ignore{Nick: hubtest.Nick("bob")})
			synctest.Wait()
			bob.Send(protocol.Quit{})
			synctest.Wait()
			ann.Told()
			op.Send(protocol.Rename{Nick: hubtest.Nick("Bob")})
			op.Send(protocol.Say{Text: hubtest.Text("listen")})
			synctest.Wait()
			assert.Equal(t, []string{"-- op is now Bob", "<Bob> listen"}, ann.Told())
			w.Close(op)
		})
	})
}

// A session may read its own words, also those that it has said under a name that it ignores.
func TestOnesOwnWordsUnderAnIgnoredName(t *testing.T) {
	inWorld(t, hubtest.Setup{}, 2, false, func(_ *world, people []*hubtest.Client) {
		ann, bob := people[0], people[1]
		bob.Send(protocol.Rename{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		ann.Send(protocol.Ignore{Nick: hubtest.Nick("bob")})
		synctest.Wait()
		bob.Send(protocol.Quit{})
		synctest.Wait()
		ann.Send(protocol.Rename{Nick: hubtest.Nick("bob")})
		ann.Send(protocol.Say{Text: hubtest.Text("mine")})
		synctest.Wait()
		ann.Told()
		ann.Send(protocol.History{All: true})
		ann.Send(protocol.Search{Text: hubtest.Text("mine")})
		synctest.Wait()
		told := strings.Join(ann.Told(), "\n")
		assert.Equal(t, 2, strings.Count(told, "<bob> mine"), told)
	})
}
