package hub

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// bother is all that somebody can do to be heard.
func bother(p *persona) {
	for _, cmd := range []protocol.Command{
		protocol.Say{Text: protocol.MustText("bother")},
		protocol.Me{Text: protocol.MustText("bother")},
		protocol.Msg{To: nick("guest-1"), Text: protocol.MustText("bother")},
		protocol.Topic{Text: protocol.MustText("bother")},
		protocol.Away{Text: protocol.MustText("bother")},
		protocol.Rename{Nick: nick("bother")},
		protocol.Join{Room: roomNamed("bother")},
		protocol.Join{Room: protocol.Lobby},
		protocol.Leave{Text: protocol.MustText("bother")},
	} {
		p.wants <- cmd
		synctest.Wait()
	}
}

func TestWhoeverIsIgnoredIsNotHeardInAnything(t *testing.T) {
	for _, how := range []string{"live", "behind"} {
		for _, program := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, program %v", how, program), func(t *testing.T) {
				inWorld(t, plainWorld, 2, program, func(w *world, people []*persona) {
					ann, bob := people[0], people[1]
					ann.wants <- protocol.Ignore{Nick: nick("guest-2")}
					synctest.Wait()
					ann.told()
					if how == "behind" {
						ann.pause()
					}
					bother(bob)
					if how == "behind" {
						w.inspect(func(r *run) { // as if much had been told
							m := r.named(nick("guest-1"))
							cur := r.cursor(m)
							cur.Seq = 0
							for i := range cur.Streams {
								cur.Streams[i].Nth = 0
							}
							r.fallBehind(m, cur)
						})
						ann.resume()
						synctest.Wait()
						for _, line := range ann.told() {
							assert.NotContains(t, line, "bother")
							assert.NotContains(t, line, "guest-2 left")
						}
						return
					}
					assert.Empty(t, ann.told())
				})
			})
		}
	}
}

func TestACrowdIsToldWithoutWhomOneIgnores(t *testing.T) {
	said := make([]*journal.Entry, 13)
	for i := range said {
		joined := protocol.Joined{Stamp: protocol.Stamp{Seq: uint64(i + 1), Room: protocol.Lobby}, From: nick("n%d", i)}
		said[i] = &journal.Entry{Seq: joined.Seq, Author: uuid.New(), Event: joined, Line: protocol.NewLine(joined)}
	}
	m := &member{}
	m.setIgnoring([]ignored{{nick("bob"), said[1].Author}})
	lines := m.lines(said)
	if assert.Len(t, lines, 1) {
		assert.Equal(t, "-- 12 joined: n0, n2, n3 and 9 more\n", string(lines[0].Text()))
	}
}

func TestOperatorsHearAndAreHeardWhoeverIgnoresWhom(t *testing.T) {
	t.Run("a visitor whom an operator ignores", func(t *testing.T) {
		inWorld(t, plainWorld, 1, false, func(w *world, people []*persona) {
			op, bob := w.operator(t, "op"), people[0]
			op.wants <- protocol.Ignore{Nick: nick("guest-1")}
			synctest.Wait()
			op.told()
			bob.wants <- protocol.Desk{Text: protocol.MustText("help")}
			synctest.Wait()
			assert.Equal(t, []string{"-- @1 guest-1 waits at the desk", "[@1 guest-1] help"}, op.told())
			w.close(op)
		})
	})
	t.Run("who becomes an operator", func(t *testing.T) {
		inWorld(t, plainWorld, 2, false, func(w *world, people []*persona) {
			ann, bob := people[0], people[1]
			ann.wants <- protocol.Ignore{Nick: nick("guest-2")}
			synctest.Wait()
			assert.NoError(t, bob.client.Promote(t.Context(), ""))
			synctest.Wait()
			ann.told()
			bob.wants <- protocol.Say{Text: protocol.MustText("listen")}
			synctest.Wait()
			assert.Equal(t, []string{"<guest-2> listen"}, ann.told())
			ann.wants <- protocol.Ignore{}
			synctest.Wait()
			assert.Equal(t, []string{"-- you ignore nobody"}, ann.told())
		})
	})
	t.Run("an operator under a name that is ignored", func(t *testing.T) {
		inWorld(t, plainWorld, 2, false, func(w *world, people []*persona) {
			ann, bob := people[0], people[1]
			op := w.operator(t, "op")
			bob.wants <- protocol.Rename{Nick: nick("bob")}
			synctest.Wait()
			ann.wants <- protocol.Ignore{Nick: nick("bob")}
			synctest.Wait()
			bob.wants <- protocol.Leave{}
			synctest.Wait()
			ann.told()
			op.wants <- protocol.Rename{Nick: nick("Bob")}
			op.wants <- protocol.Say{Text: protocol.MustText("listen")}
			synctest.Wait()
			assert.Equal(t, []string{"-- op is now Bob", "<Bob> listen"}, ann.told())
			w.close(op)
		})
	})
}

// Somebody's own words are theirs to read, whatever they are called by then.
func TestOnesOwnWordsUnderAnIgnoredName(t *testing.T) {
	inWorld(t, func() *world { return newWorld(journal.Bounds{}, Options{}) }, 2, false, func(w *world, people []*persona) {
		ann, bob := people[0], people[1]
		bob.wants <- protocol.Rename{Nick: nick("bob")}
		synctest.Wait()
		ann.wants <- protocol.Ignore{Nick: nick("bob")}
		synctest.Wait()
		bob.wants <- protocol.Leave{}
		synctest.Wait()
		ann.wants <- protocol.Rename{Nick: nick("bob")}
		ann.wants <- protocol.Say{Text: protocol.MustText("mine")}
		synctest.Wait()
		ann.told()
		ann.wants <- protocol.History{All: true}
		ann.wants <- protocol.Search{Text: protocol.MustText("mine")}
		synctest.Wait()
		told := strings.Join(ann.told(), "\n")
		assert.Equal(t, 2, strings.Count(told, "<bob> mine"), told)
	})
}
