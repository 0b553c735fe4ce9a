package state

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// chatter is something that people say or do about what is said.
func chatter(dice *rand.Rand) protocol.Command {
	text, name := protocol.MustText(fmt.Sprint("word ", dice.IntN(100))), protocol.MustNick(fmt.Sprint("n", dice.IntN(4)))
	ref := protocol.Ref("")
	if dice.IntN(2) == 0 {
		ref = protocol.Ref(fmt.Sprint("k", dice.IntN(400)))
	}
	switch dice.IntN(14) {
	case 0:
		return protocol.Msg{To: name, Text: text, Ref: ref}
	case 1:
		return protocol.Me{Text: text, Ref: ref}
	case 2:
		return protocol.Ignore{Nick: name}
	case 3:
		return protocol.Topic{Text: text}
	case 4:
		return protocol.Away{Text: text}
	case 5:
		return protocol.Join{Room: aRoom(fmt.Sprint("r", dice.IntN(3)))}
	case 6:
		return protocol.Desk{Text: text, Ref: ref}
	case 7:
		return protocol.LeaveDesk{}
	case 8:
		return protocol.Rename{Nick: name}
	case 9:
		return redactCommand
	case 10:
		return protocol.Reply{Ticket: protocol.Ticket(1 + dice.IntN(9)), Text: text, Ref: ref}
	}
	return protocol.Say{Text: text, Ref: ref}
}

// remembered is all that the machine knows of what was said.
func (k *talk) remembered() (all []string) {
	for name, id := range k.who {
		if s := k.Session(id); s != nil {
			all = append(all, fmt.Sprint(name, s.Nick, s.spoken, s.authored, s.authoredCut, s.since, s.ids == nil, s.ids.list(), s.Ignoring, k.ignoring[s], s.Away, s.Redacted))
		}
	}
	for _, r := range k.rooms {
		all = append(all, fmt.Sprint(r.Name, r.Topic, r.By, r.From, r.row))
	}
	for _, t := range k.desk.tickets {
		all = append(all, fmt.Sprint(t.No, t.First))
	}
	slices.Sort(all)
	return append(all, fmt.Sprint(k.Head(), len(k.ignoring), len(k.rooms)))
}

// To go back is never to have decided, however far, and again and again.
func TestWhatIsUndoneWasNeverSaid(t *testing.T) {
	seedtest.Each(t, 20, func(t *testing.T, seed uint64) {
		dice := rand.New(rand.NewPCG(seed, 14))
		k := newTalk(t, "op", "ann", "bob", "carol")
		people := []string{"op", "ann", "bob", "carol"}
		k.Release(k.Number())
		before := map[uint64][]string{} // each decision that can be undone
		for range 400 {
			k.clock = k.clock.Add(time.Duration(dice.IntN(5000)) * time.Millisecond)
			before[k.Number()+1] = k.remembered()
			k.decide(people[dice.IntN(len(people))], Command{Command: chatter(dice)})
			one := k.undo.marks[dice.IntN(len(k.undo.marks))].number
			switch dice.IntN(20) {
			case 0, 1:
				k.Rollback(one)
				require.Equal(t, before[one], k.remembered())
				k.out.reset() // it told of what is undone
				require.NoError(t, k.check())
			case 2:
				k.Release(one)
			}
		}
	})
}
