package protocol

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func joined(t testing.TB, room Room, names ...string) (events []Event) {
	for _, s := range names {
		events = append(events, Joined{Meta{Room: room}, nick(t, s)})
	}
	return events
}

func gone(t testing.TB, room Room, reasons []Reason, names ...string) (events []Event) {
	for i, s := range names {
		e := Left{Meta: Meta{Room: room}, From: nick(t, s), Reason: reasons[i%len(reasons)]}
		switch e.Reason {
		case Moved:
			e.To = Room{"#tea"}
		case Departed:
			e.Text = MustText("see you")
		}
		events = append(events, e)
	}
	return events
}

// guests are the names of n guests.
func guests(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = "guest-" + itoa(i+1)
	}
	return names
}

// eachJoined is the text of single joins.
func eachJoined(names []string) string {
	return "-- " + strings.Join(names, " joined\n-- ") + " joined\n"
}

func TestManyWhoComeAtOnceAreOneLine(t *testing.T) {
	for n, want := range map[int]string{
		1:    "-- guest-1 joined\n",
		10:   eachJoined(guests(10)),
		11:   "-- 11 joined: guest-1, guest-2, guest-3 and 8 more\n",
		12:   "-- 12 joined: guest-1, guest-2, guest-3 and 9 more\n",
		1000: "-- 1000 joined: guest-1, guest-2, guest-3 and 997 more\n",
	} {
		assert.Equal(t, want, string(NewBatch(joined(t, Lobby, guests(n)...)).Text()), n)
	}
	names := append([]string{"小明", "guest-18", "Žofie"}, guests(409)...)
	assert.Equal(t, "-- 412 joined: 小明, guest-18, Žofie and 409 more\n", string(NewBatch(joined(t, Lobby, names...)).Text()))
}

func TestManyWhoGoAtOnceAreOneLine(t *testing.T) {
	why := []Reason{Departed, Lost, Stalled, Moved, Replaced, Shutdown}
	names := append([]string{"小红", "b", "c"}, guests(297)...)
	assert.Equal(t, "-- 300 have left: 小红, b, c and 297 more\n", string(NewBatch(gone(t, Lobby, why, names...)).Text()))
	assert.Equal(t, "-- 11 have left: 小红, b, c and 8 more\n", string(NewBatch(gone(t, Lobby, why, names[:11]...)).Text()))
	assert.Equal(t, `-- 小红 left: see you
-- b left (the connection broke)
-- c left (took nothing for too long)
-- guest-1 went to #tea
-- guest-2 left
-- guest-3 left
-- guest-4 left: see you
-- guest-5 left (the connection broke)
-- guest-6 left (took nothing for too long)
-- guest-7 went to #tea
`, string(NewBatch(gone(t, Lobby, why, names[:10]...)).Text()))
}

func TestSomethingElseBetweenThemIsToldInItsPlace(t *testing.T) {
	said := Said{From: nick(t, "bob"), Text: MustText("welcome, 你好")}
	for _, c := range []struct {
		events []Event
		want   string
	}{
		{slices.Concat(joined(t, Lobby, guests(11)...), []Event{said}, joined(t, Lobby, guests(12)...)),
			"-- 11 joined: guest-1, guest-2, guest-3 and 8 more\n<bob> welcome, 你好\n-- 12 joined: guest-1, guest-2, guest-3 and 9 more\n"},
		{slices.Concat(joined(t, Lobby, guests(10)...), []Event{said}, joined(t, Lobby, guests(10)...)),
			eachJoined(guests(10)) + "<bob> welcome, 你好\n" + eachJoined(guests(10))},
		{slices.Concat([]Event{said}, joined(t, Lobby, guests(11)...), gone(t, Lobby, []Reason{Lost}, guests(11)...), []Event{said}),
			"<bob> welcome, 你好\n-- 11 joined: guest-1, guest-2, guest-3 and 8 more\n-- 11 have left: guest-1, guest-2, guest-3 and 8 more\n<bob> welcome, 你好\n"},
		{slices.Concat(joined(t, Lobby, guests(11)...), []Event{Replayed{Event: said}, Redacted{From: said.From}}),
			"-- 11 joined: guest-1, guest-2, guest-3 and 8 more\n" + string(AppendEvent(nil, Replayed{Event: said})) + "-- a line of bob's was taken out here\n"},
	} {
		assert.Equal(t, c.want, string(NewBatch(c.events).Text()))
	}
}

func TestWhoIsKickedIsNotLostAmongThoseWhoGo(t *testing.T) {
	kick := Left{Meta: Meta{Room: Lobby}, From: nick(t, "mallory"), Reason: Kicked, By: nick(t, "ann"), Text: MustText("enough")}
	go11 := gone(t, Lobby, []Reason{Lost}, guests(11)...)
	assert.Equal(t, `-- 11 have left: guest-1, guest-2, guest-3 and 8 more
-- mallory was kicked by ann: enough
-- 11 have left: guest-1, guest-2, guest-3 and 8 more
`, string(NewBatch(slices.Concat(go11, []Event{kick}, go11)).Text()))

	kicks := slices.Repeat([]Event{kick}, 12)
	assert.Equal(t, strings.Repeat("-- mallory was kicked by ann: enough\n", 12), string(NewBatch(kicks).Text()))
}

func TestThoseOfTwoRoomsAreNotCountedTogether(t *testing.T) {
	tea := Room{"#tea"}
	assert.Equal(t, eachJoined(guests(6))+eachJoined(guests(6)),
		string(NewBatch(slices.Concat(joined(t, Lobby, guests(6)...), joined(t, tea, guests(6)...))).Text()))
	assert.Equal(t, "-- 11 joined: guest-1, guest-2, guest-3 and 8 more\n"+eachJoined(guests(2)),
		string(NewBatch(slices.Concat(joined(t, Lobby, guests(11)...), joined(t, tea, guests(2)...))).Text()))
}

// Those of a room that is not in front are counted with its name, and never with those of the one in front.
func TestManyElsewhereAreOneLine(t *testing.T) {
	tea, milk := Room{"#tea"}, Room{"#milk"}
	other := func(events []Event) []Event {
		for i, e := range events {
			events[i] = Elsewhere{e}
		}
		return events
	}
	in := func(room string, lines string) string { return strings.ReplaceAll(lines, "-- ", "-- "+room+": ") }
	assert.Equal(t, "-- #tea: 11 joined: guest-1, guest-2, guest-3 and 8 more\n", string(NewBatch(other(joined(t, tea, guests(11)...))).Text()))
	assert.Equal(t, in("#tea", eachJoined(guests(10))), string(NewBatch(other(joined(t, tea, guests(10)...))).Text()))
	assert.Equal(t, "-- #tea: 12 have left: guest-1, guest-2, guest-3 and 9 more\n", string(NewBatch(other(gone(t, tea, []Reason{Lost}, guests(12)...))).Text()))
	assert.Equal(t, in("#tea", eachJoined(guests(6)))+in("#milk", eachJoined(guests(6))),
		string(NewBatch(slices.Concat(other(joined(t, tea, guests(6)...)), other(joined(t, milk, guests(6)...)))).Text()))
	assert.Equal(t, eachJoined(guests(6))+in("#tea", eachJoined(guests(6))),
		string(NewBatch(slices.Concat(joined(t, tea, guests(6)...), other(joined(t, tea, guests(6)...)))).Text()), "as the front has changed between them")
}

// A member's parting words cannot look like a count of the server's.
func TestNobodyCanSayThatManyLeft(t *testing.T) {
	goodbye := Left{From: nick(t, "300"), Reason: Departed, Text: MustText("a, b, c and 297 more")}
	crowd := NewBatch(gone(t, Room{}, []Reason{Lost}, append([]string{"a", "b", "c"}, guests(297)...)...))
	assert.NotEqual(t, string(AppendEvent(nil, goodbye)), string(crowd.Text()))
}

// Programs count for themselves.
func TestManyAtOnceStayOneLineEachInJSON(t *testing.T) {
	events := joined(t, Lobby, guests(12)...)
	var want []byte
	for _, e := range events {
		want = AppendEventJSON(want, e)
	}
	assert.Equal(t, string(want), string(NewBatch(events).JSON()))
}

// A digest reads like the batch of the same events, from each of them on.
func TestADigestReadsLikeTheBatch(t *testing.T) {
	reasons := []Reason{Departed, Lost, Kicked}
	for _, events := range [][]Event{
		joined(t, Lobby, guests(30)...),
		append(gone(t, Lobby, reasons, guests(40)...), joined(t, Lobby, guests(30)...)...),
		append(joined(t, Lobby, guests(30)...), gone(t, Lobby, reasons[:1], guests(12)...)...),
		append(joined(t, Lobby, guests(15)...), joined(t, Room{"#tea"}, guests(15)...)...),
	} {
		c := NewDigest(slices.Clone(events))
		for i := range events {
			f := c.From(i)
			assert.Equal(t, string(NewBatch(events[i:]).Text()), string(f.Text()), i)
			assert.Equal(t, events[len(events)-1], f.Last())
			assert.LessOrEqual(t, f.Count(), 2)
		}
	}
}
