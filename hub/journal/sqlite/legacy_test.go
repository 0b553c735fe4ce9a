package sqlite

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
)

func topic(st journal.Stream, text string) journal.Entry {
	return journal.Entry{Stream: st, Author: uuid.New(), Event: protocol.TopicSet{From: protocol.MustNick("ann"), Text: protocol.MustText(text)}}
}

// atDesk is what happened to a ticket, or what was said of it.
func atDesk(ev protocol.Recorded) journal.Entry {
	return journal.Entry{Stream: journal.Desk, Author: uuid.UUID{7}, Event: ev.WithMeta(protocol.Meta{ID: uuid.New(), Room: protocol.DeskRoom})}
}

func becomes(no protocol.Ticket, state protocol.TicketEvent) journal.Entry {
	return atDesk(protocol.TicketChanged{Ticket: no, From: protocol.MustNick("bob"), Event: state})
}

func asks(no protocol.Ticket, text string) journal.Entry {
	return atDesk(protocol.VisitorSaid{Ticket: no, From: protocol.MustNick("bob"), Text: protocol.MustText(text)})
}

func replies(no protocol.Ticket, text string) journal.Entry {
	return atDesk(protocol.Replied{Ticket: no, From: protocol.MustNick("op"), To: protocol.MustNick("bob"), Text: protocol.MustText(text)})
}

// A journal from before there were rows tells the last topic of each room, the highest ticket, and the messages that no
// operator has answered.
func TestALegacyIsWhatAJournalHoldsForCertain(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	in := journaltest.Commit(t, s,
		topic("#a", "old"), topic("#b", "of b"), journaltest.Said("#a", `{"type":"topic-set"`), topic("#a", "new"), journaltest.Said("#c", "hello"), topic("#b", ""),
		topic("@x", "nobody's"),
		becomes(1, protocol.VisitorWaits), becomes(2, protocol.VisitorWaits), replies(1, "what is it?"), asks(1, "my first words"), asks(2, "of another"), asks(1, "and more"),
		becomes(2, protocol.VisitorTaken), becomes(1, protocol.VisitorLeftMessage), becomes(2, protocol.VisitorLeftMessage), becomes(2, protocol.VisitorTaken),
		becomes(41, protocol.VisitorWaits), asks(41, "x"), becomes(41, protocol.VisitorLeftMessage), becomes(41, protocol.VisitorLeft), asks(41, "on its way"),
		// After a start the numbers began anew.
		becomes(3, protocol.VisitorWaits), asks(3, "before"), becomes(3, protocol.VisitorLeftMessage),
		becomes(3, protocol.VisitorWaits), becomes(3, protocol.VisitorLost), becomes(3, protocol.VisitorBack),
		becomes(4, protocol.VisitorWaits), asks(4, "secret"), becomes(4, protocol.VisitorLeftMessage),
		atDesk(protocol.DutyChanged{From: protocol.MustNick("op"), On: true}), journaltest.Said("#desk", `,"ticket":99`))
	require.NoError(t, s.Close())
	makeOlder(t, path, rowsSchema-1)

	s = opened(t, path, Options{})
	_, err := s.Redact(in[29].Author, []journal.Stream{"#nowhere"}, math.MaxInt64)
	require.NoError(t, err)
	got, err := s.LegacyState()
	require.NoError(t, err)
	assert.Equal(t, []journal.Entry{in[3], in[5]}, got.Topics)
	assert.Equal(t, protocol.Ticket(41), got.Ticket)
	assert.Equal(t, []journal.LegacyMessage{
		{Opened: in[7], Words: in[10], Left: in[14]},
		{Opened: in[28], Words: in[29], Left: in[30]},
	}, got.Messages)
}

// What is not kept any more is not known, and what was forgotten does not come back.
func TestALegacyOfWhatIsLeft(t *testing.T) {
	s := opened(t, newPath(t), Options{Lines: 3})
	got, err := s.LegacyState()
	require.NoError(t, err)
	assert.Equal(t, journal.LegacyState{}, got)

	in := journaltest.Commit(t, s, becomes(7, protocol.VisitorWaits), asks(7, "1"), asks(7, "2"), asks(7, "3"), asks(7, "4"), becomes(7, protocol.VisitorLeftMessage))
	pruneAll(t, s)
	got, err = s.LegacyState()
	require.NoError(t, err)
	assert.Equal(t, []journal.LegacyMessage{{Words: in[2], Left: in[5]}}, got.Messages)

	_, err = s.Redact(in[2].Author, []journal.Stream{journal.Desk}, math.MaxInt64)
	require.NoError(t, err)
	got, err = s.LegacyState()
	require.NoError(t, err)
	assert.Equal(t, []journal.LegacyMessage{{Left: in[5]}}, got.Messages)
}

// What a room without a topic, and a desk with many tickets, cost in 200,000 entries.
func BenchmarkLegacy(b *testing.B) {
	for _, of := range []string{"rooms", "desk"} {
		b.Run(of, func(b *testing.B) {
			s := still(b, newPath(b), Options{Sync: Off})
			for i := range 200 {
				in := lines(1000)
				for j := range in {
					if no := protocol.Ticket(i*250 + j/4); of == "desk" {
						in[j] = [...]func() journal.Entry{
							func() journal.Entry { return becomes(no, protocol.VisitorWaits) }, func() journal.Entry { return asks(no, line) },
							func() journal.Entry { return replies(no, line) }, func() journal.Entry { return becomes(no, protocol.TicketClosed) },
						}[j%4]()
					}
				}
				journaltest.Commit(b, s, in...)
			}
			require.NoError(b, s.checkpoint())
			for b.Loop() {
				got, err := s.LegacyState()
				require.NoError(b, err)
				require.Empty(b, got.Topics, fmt.Sprint(got.Ticket))
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/200_000, "µs/entry")
		})
	}
}
