package state

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// legacyLine follows a line of a script that tells of a journal without rows, and reports whether it is one.
func (s *script) legacyLine(t *testing.T, line string) bool {
	about, words, _ := strings.Cut(line, ": ")
	args := strings.Fields(about)
	if args[0] != "journal" {
		return false
	}
	position := func(i int) uint64 {
		n, err := strconv.ParseUint(args[i], 10, 64)
		require.NoError(t, err, line)
		return n
	}
	switch args[1] {
	case "topic":
		s.legacy.Topics = append(s.legacy.Topics, LegacyTopic{Room: roomOf(args[2]), Set: position(3), From: protocol.MustNick(args[4]), By: uuid.UUID{0xee}, Text: protocol.MustText(words)})
	case "message":
		no, err := strconv.Atoi(args[2][1:])
		require.NoError(t, err, line)
		at := emptyWorld(t).now.Add(-time.Hour)
		s.legacy.Messages = append(s.legacy.Messages, LegacyMessage{
			Ticket: protocol.Ticket(no), Session: uuid.UUID{0xed, byte(no)}, LeftAt: position(3), Nick: protocol.MustNick(args[4]), Since: at, Left: at, First: protocol.MustText(words),
		})
	default:
		var head uint64
		_, err := fmt.Sscanf(line, "journal head=%d ticket=%d", &head, &s.legacy.Ticket)
		require.NoError(t, err, line)
		s.world = emptyWorld(t)
		for _, o := range s.inherits(s.set, head, s.legacy) {
			s.tell(o, "")
		}
		s.commit(len(s.pending))
	}
	return true
}

func someLegacy(topics, messages int) Legacy {
	l := Legacy{Ticket: protocol.Ticket(messages + 7)}
	for i := range topics {
		l.Topics = append(l.Topics, LegacyTopic{Room: roomOf(fmt.Sprint("#r", i)), Text: protocol.MustText("tea"), From: protocol.MustNick("ann"), Set: uint64(i + 1)})
	}
	at := emptyWorld(nil).now.Add(-time.Hour)
	for i := range messages {
		l.Messages = append(l.Messages, LegacyMessage{
			Ticket: protocol.Ticket(i + 1), Session: uuid.UUID{7, byte(i >> 8), byte(i)}, Nick: protocol.MustNick("bob"), Since: at, Left: at, LeftAt: uint64(topics + i + 1),
		})
	}
	return l
}

// What is made of a journal without rows is made in one decision, with its rows: it is undone as a whole, and loaded as
// it is.
func TestWhatIsInheritedStandsInRows(t *testing.T) {
	w := emptyWorld(t)
	w.m.SetHead(400)
	empty := w.m.dump(true)
	w.inherits(defaults(), 400, someLegacy(3, 2))
	w.fail()
	assert.Equal(t, empty, w.m.dump(true))
	w.inherits(defaults(), 400, someLegacy(3, 2))
	w.commit(1)
	w.mustLoad()
	assert.Len(t, w.store.rows, 1+3+2)
	assert.Equal(t, uint64(400), w.m.Checkpoint(), "nothing before is read again")
	w.restart(defaults())
	w.mustLoad()
	assert.Equal(t, []any{3, 2, protocol.Ticket(9)}, []any{len(w.m.rooms), len(w.m.desk.messages), w.m.Tickets})
}

// However much a journal holds, no more is kept than the settings allow.
func TestWhatIsInheritedIsBounded(t *testing.T) {
	set := defaults()
	set.Rooms, set.MessagesKept = 10, 20
	l := someLegacy(50, 20+MaxEndedAtOnce+5)
	l.Topics[0].Room, l.Topics[1].Room = protocol.Lobby, protocol.OperatorsRoom
	w := emptyWorld(t)
	made := w.inherits(set, 400, l)
	w.commit(1)
	require.Len(t, made, 1)
	assert.Contains(t, made[0].Answers, Answer{Effect: Inheritance{Rooms: 12, Ticket: l.Ticket, Messages: len(l.Messages)}, After: 2 + 1})
	assert.Len(t, w.m.rooms, 12)
	assert.NotNil(t, w.m.rooms[roomOf("#r49")], "those that were set last stay")
	assert.Nil(t, w.m.rooms[roomOf("#r39")])
	assert.Len(t, w.m.desk.messages, 25, "one decision drops no more")
	for !w.m.NextDue().IsZero() && !w.m.NextDue().After(w.now) {
		w.decide(Intent{Op: Tick{}})
		w.commit(1)
	}
	assert.Len(t, w.m.desk.messages, 20)
	assert.Equal(t, l.Messages[len(l.Messages)-1].Ticket, w.m.desk.messages[19].No)
	w.mustLoad()
}
