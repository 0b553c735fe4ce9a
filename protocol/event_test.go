package protocol

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyEvent is at least one event of each type, as a test and a fuzz seed.
func everyEvent(t testing.TB) []Event {
	bob, ann, carol := nick(t, "bob"), nick(t, "安"), nick(t, "carol")
	tea, err := ParseRoom("tea")
	require.NoError(t, err)
	text := MustText("hello, 你好")
	at := Meta{Seq: 7, ID: uuid.MustParse("01890000-0000-7000-8000-000000000001"), Time: time.Date(2026, 11, 22, 12, 31, 5, 0, time.UTC), Room: tea}
	mine := Ack{You: true, Ref: "r1"}
	return []Event{
		Said{at, bob, text, Ack{}}, Said{at, bob, text, mine}, Acted{at, bob, text, Ack{}},
		Whispered{at, bob, ann, text, Ack{}}, Whispered{at, bob, ann, text, mine},
		Joined{at, bob}, Left{Meta: at, From: bob, Reason: Departed}, Left{Meta: at, From: bob, Reason: Kicked, By: ann, Text: text},
		Left{Meta: at, From: bob, Reason: Moved, To: Lobby}, Left{Meta: at, From: bob, Reason: Lost}, Left{Meta: at, From: bob, Reason: Stalled}, Left{Meta: at, From: bob, Reason: Parted}, Left{Meta: at, From: bob, Reason: Departed, Text: text, Rooms: []Room{Lobby, tea}},
		Renamed{at, bob, ann, nil, Ack{}}, Renamed{at, bob, ann, []Room{Lobby, tea}, mine}, TopicSet{at, bob, text, Ack{}}, TopicSet{at, bob, Text{}, mine},
		AwaySet{at, bob, text, nil, Ack{}}, AwaySet{at, bob, Text{}, []Room{Lobby, tea}, Ack{}}, AwaySet{at, bob, text, nil, mine}, Announced{at, bob, text}, Redacted{at, bob},
		Greeting{Server: Version}, Greeting{Version, MustText("the queue is full")}, Welcome{Server: Version, Nick: bob, Room: tea, Here: 3}, Welcome{Version, bob, tea, []Room{tea, Lobby}, 3, "tok", "", "epoch", 9, true, nil, []ReadUpTo{{tea, 7}}, true, true}, Welcome{Server: Version, Nick: bob, Room: tea, Here: 3, Code: "k7qm2-xwdab"},
		Passed{7, tea, 2, 1, []Nick{bob, ann}, []Nick{carol}}, Passed{7, tea, 400, 0, []Nick{bob, ann, carol, bob}, []Nick{}}, Passed{7, tea, 0, 1, []Nick{}, []Nick{bob}},
		Entered{tea, 2, 9, nil}, Watching{[]Room{tea, Lobby, {"#茶"}}}, Watching{[]Room{tea}}, Watching{[]Room{}}, Watched{tea, 3, 9}, PartedFrom{tea, Lobby}, Fronted{tea, 3}, TopicInfo{tea, text}, TopicInfo{Room: tea}, Members{tea, 3, []Member{{Nick: bob}, {Nick: ann, Away: true}, {Nick: bob, Attached: new(bool)}}},
		RoomList{3, []RoomInfo{{tea, 2, text, true}, {Lobby, 1, Text{}, false}}, Text{}}, RoomList{1, []RoomInfo{{tea, 2, text, false}}, text}, RoomList{0, []RoomInfo{}, text},
		Ignoring{bob, true}, Ignoring{bob, false}, IgnoreList{[]Nick{bob, ann}}, IgnoreList{}, Echoing{true}, Echoing{}, ReadUpTo{tea, 7}, Pong{"p"},
		HelpRow{Usage: "/nick NAME", Text: "takes another name"}, Duplicate{"r1", 7}, Refused{*Refuse("name-taken", "bob is taken"), "r1"},
		Replayed{Event: Said{at, bob, text, Ack{}}}, Replayed{Event: Acted{at, bob, text, Ack{}}, Dated: true}, HistoryEnd{}, HistoryEnd{12},
		Redaction{1, false}, Redaction{3, true}, SearchEnd{}, SearchEnd{Count: 1}, SearchEnd{Count: 20, More: true, Before: 7}, SearchEnd{More: true, Before: 7}, SearchEnd{Behind: true}, SearchEnd{Count: 2, Behind: true},
		Gap{3, Pruned, 0}, Gap{1, Pruned, 0}, Gap{0, Pruned, 0}, Gap{3400, Skipped, 5124}, Gap{Why: OldEpoch}, Gap{Why: Future}, Gap{Why: SessionExpired},
		Notice{text}, Goodbye{Reason: Shutdown, Text: text}, Goodbye{Reason: Departed}, Goodbye{Stalled, 120, 0, false, "k7qm2-xwdab", Text{}}, Goodbye{Kicked, 0, 40, true, "", text},
		Welcome{Server: Version, Nick: bob, Room: DeskRoom, Desk: &QueuePosition{1, 0}}, Entered{Room: DeskRoom, Desk: &QueuePosition{3, 2}},
		VisitorSaid{at, 7, bob, text}, Replied{at, 7, bob, ann, text, Ack{}}, Replied{at, 7, bob, ann, text, mine},
		Noted{at, 7, bob, ann, text, Ack{}}, Noted{at, 7, bob, ann, text, mine},
		TicketChanged{at, 7, bob, VisitorWaits, Nick{}, Nick{}, "", Text{}, false}, TicketChanged{at, 7, bob, VisitorTaken, ann, Nick{}, "", Text{}, false},
		TicketChanged{at, 7, bob, VisitorHanded, ann, carol, "", Text{}, false}, TicketChanged{at, 7, bob, VisitorHeld, ann, Nick{}, "", Text{}, false},
		TicketChanged{at, 7, bob, VisitorReturned, ann, Nick{}, Lost, Text{}, false}, TicketChanged{at, 7, bob, VisitorReturned, ann, Nick{}, Silent, Text{}, false},
		TicketChanged{at, 7, bob, VisitorReturned, ann, Nick{}, Departed, Text{}, false}, TicketChanged{at, 7, bob, TicketClosed, ann, Nick{}, "", text, false},
		TicketChanged{at, 7, bob, VisitorLeft, Nick{}, Nick{}, "", Text{}, false}, TicketChanged{at, 7, bob, VisitorLost, Nick{}, Nick{}, "", Text{}, false},
		TicketChanged{at, 7, bob, VisitorBack, Nick{}, Nick{}, "", Text{}, false}, TicketChanged{at, 7, bob, VisitorLeftMessage, Nick{}, Nick{}, "", Text{}, false},
		TicketChanged{at, 7, bob, VisitorRenamed, Nick{}, carol, "", Text{}, false},
		DutyChanged{at, ann, true, ""}, DutyChanged{at, ann, false, ""}, DutyChanged{at, ann, false, Silent},
		VisitorNotice{at, VisitorTaken, ann, Nick{}, nil, Text{}}, VisitorNotice{at, VisitorHanded, ann, carol, nil, Text{}}, VisitorNotice{at, VisitorHeld, ann, Nick{}, nil, text},
		VisitorNotice{at, TicketClosed, ann, Nick{}, nil, Text{}}, VisitorNotice{at, VisitorReturned, ann, Nick{}, &QueuePosition{1, 1}, Text{}}, VisitorNotice{at, VisitorReturned, ann, Nick{}, nil, Text{}},
		VisitorNotice{Event: VisitorWaits, QueuePosition: &QueuePosition{2, 1}}, VisitorNotice{Event: VisitorWaits, QueuePosition: &QueuePosition{2, 0}},
		PasswordWanted{}, Promoted{}, CannedList{[]string{"hours", "你好"}}, CannedList{[]string{}},
		Target{VisitorTaken, 7, bob, Nick{}, tea, 7, bob, false, 0, 0}, Target{VisitorHanded, 7, bob, carol, tea, 0, Nick{}, false, 0, 0}, Target{TicketClosed, 7, bob, Nick{}, tea, 8, carol, false, 0, 0},
		Target{VisitorHeld, 7, bob, Nick{}, tea, 7, bob, false, 0, 0}, Target{Room: tea}, Target{TicketClosed, 7, bob, Nick{}, tea, 0, Nick{}, true, 0, 0},
		QueueInfo{12, 0, 2, 3, []OperatorInfo{{ann, true, []Ticket{3, 7}}, {carol, false, nil}}, 0, 0}, QueueInfo{0, 0, 0, 0, []OperatorInfo{}, 0, 0}, QueueInfo{2, 3, 0, 1, []OperatorInfo{}, 7, 0},
		QueueInfo{1, 950, 2, 200, []OperatorInfo{}, 0, 1}, QueueInfo{1, 950, 2, 200, []OperatorInfo{}, 1, 201}, Target{TicketClosed, 0, Nick{}, Nick{}, tea, 0, Nick{}, false, 12, 3}, Target{TicketClosed, 0, Nick{}, Nick{}, tea, 0, Nick{}, true, 1, 1},
		TicketChanged{at, 7, bob, VisitorLeft, Nick{}, Nick{}, Full, Text{}, true}, TicketChanged{at, 7, bob, VisitorLeft, Nick{}, Nick{}, Silent, Text{}, true},
		QueueRow{7, bob, Waiting, Nick{}, at.Time, 125, "192.0.2.7", text}, QueueRow{8, bob, OnHold, carol, at.Time, 3, "", Text{}},
		QueueRow{9, bob, LeftMessage, Nick{}, at.Time, 7200, "", text}, QueueRow{9, bob, Disconnected, Nick{}, at.Time, 0, "", Text{}},
	}
}

func TestEverySpellingOfEveryEvent(t *testing.T) {
	seen := map[reflect.Type]bool{reflect.TypeFor[Replayed](): false}
	for _, e := range everyEvent(t) {
		seen[reflect.TypeOf(e)] = true
		j := AppendEventJSON(nil, e)
		assert.True(t, json.Valid(j), "%s", j)
		got, err := DecodeEvent(j)
		require.NoError(t, err, "%s", j)
		assert.Equal(t, withLists(e), got, "%s", j)

		text := string(AppendEvent(nil, e))
		assertEventLine(t, e, text)
	}
	for typ := range eventNames {
		assert.True(t, seen[typ], "no %s in the test", typ)
	}
}

func assertEventLine(t *testing.T, e Event, text string) {
	t.Helper()
	body, ended := strings.CutSuffix(text, "\n")
	require.True(t, ended)
	assertClean(t, body)
	again, err := ParseEvent(body)
	require.NoError(t, err, "%q", text)
	assert.Equal(t, text, string(AppendEvent(nil, again)), "%T", e)
}

func TestEventsInWords(t *testing.T) {
	t.Setenv("TZ", "UTC")
	time.Local = time.UTC
	var got strings.Builder
	for _, e := range everyEvent(t) {
		got.Write(AppendEvent(nil, e))
	}
	assert.Equal(t, `<bob> hello, 你好
<bob> hello, 你好
* bob hello, 你好
[bob -> you] hello, 你好
[you -> 安] hello, 你好
-- bob joined
-- bob left
-- bob was kicked by 安: hello, 你好
-- bob went to #lobby
-- bob left (the connection broke)
-- bob left (took nothing for too long)
-- bob left
-- bob left: hello, 你好
-- bob is now 安
-- you are now 安
-- bob set the topic: hello, 你好
-- you cleared the topic
-- bob is away: hello, 你好
-- bob is back
-- you are away: hello, 你好
-- bob to everybody: hello, 你好
-- a line of bob's was taken out here
`, firstLines(got.String(), 22))
	assert.Contains(t, got.String(), `-- 3 in #tea: bob, 安 (away), bob (not connected) and 1 more
-- 3 rooms: #tea (2, with you), #lobby (1) and 1 more
-- 1 room: #tea (2)
-- there is no such room
`)
	assert.Contains(t, got.String(), `-- you are in #tea, and watch #lobby, #茶
-- you are in #tea, and watch no other room: /watch ROOM hears one, too
-- you are in no room
-- you watch #tea now (3 here)
-- you have left #tea, and are in #lobby
-- you are in #tea now (3 here)
`)
	assert.Contains(t, got.String(), "-- You are bob in #tea (3 here), and watch #lobby. Type to talk, /help for more.\n")
	many := Welcome{Nick: Nick{"bob"}, Room: Lobby, Here: 3, Rooms: slices.Repeat([]Room{Lobby}, 14)}
	assert.Contains(t, string(AppendEvent(nil, many)), "#lobby, #lobby and 3 more. Type")
	assert.Equal(t, 11, strings.Count(string(AppendEvent(nil, many)), "#lobby"))
	assert.Contains(t, got.String(), `[12:31] <bob> hello, 你好
[2026-11-22 12:31] * bob hello, 你好
-- end of history
-- end of history; /history before 12 goes further back
-- taken out of the history: 1 line of yours
-- taken out of the history: 3 lines of yours, but not those of long ago: you were in more places than are remembered
-- nothing found
-- 1 line found: /history around N shows more; N stands before the time
-- the last 20 found: /history around N shows more; N stands before the time; /search before 7 WORDS goes further back
-- nothing found; /search before 7 WORDS goes further back
-- nothing found (what was said last is not searched yet: please try again in a moment)
-- 2 lines found: /history around N shows more; N stands before the time (what was said last is not searched yet: please try again in a moment)
-- 3 lines are missing here: more was said than is kept for those who read slowly
-- 1 line is missing here: more was said than is kept for those who read slowly
-- some lines are missing here: they are no longer kept
`)
}

func firstLines(s string, n int) string {
	return strings.Join(strings.SplitAfter(s, "\n")[:n], "")
}

// Whatever is spoken has words that can be looked for and taken out.
func TestWhatIsSpokenHasWords(t *testing.T) {
	for _, e := range everyEvent(t) {
		r, ok := e.(Recorded)
		from, words := Words(e)
		if ok && r.IsMessage() {
			assert.Contains(t, []string{"bob", "安"}, from.String(), "%T", e)
		} else {
			assert.Zero(t, from, "%T", e)
			assert.Zero(t, words, "%T", e)
		}
	}
}

// What one author gave along is for that author only.
func TestForOthersHidesWhatIsTheAuthors(t *testing.T) {
	for _, e := range everyEvent(t) {
		if r, ok := e.(Recorded); ok {
			assert.NotContains(t, string(AppendEventJSON(nil, r.Public())), `"r1"`)
			assert.NotContains(t, string(AppendEventJSON(nil, r.Public())), `"you"`)
			assert.Equal(t, Meta{Seq: 1}, MetaOf(r.WithMeta(Meta{Seq: 1})))
		}
	}
}

func TestParseEventRefusesWhatNoServerSends(t *testing.T) {
	for _, s := range []string{"", "hello", "<bob>", "<a b> c", "[12:31]", "[12:31] -- x", "[99:99] <bob> x", "[bob] x", "* bob", "--x", "[12:31] [12:31] <bob> x", "#tea", "#tea bob", "#tea -- x", "#Tea <bob> x", "#tea #milk <bob> x", "#tea [12:31] <bob> x", "#tea [bob -> you] x", "# <bob> x"} {
		_, err := ParseEvent(s)
		assert.Error(t, err, "%q", s)
	}
}

func TestLineIsEncodedOnce(t *testing.T) {
	l := NewFrame(Said{From: nick(t, "bob"), Text: MustText("hi")})
	assert.Equal(t, "<bob> hi\n", string(l.Text()))
	assert.Same(t, &l.Text()[0], &l.Text()[0])
	assert.Same(t, &l.JSON()[0], &l.JSON()[0])
}

// Each line has memory of its own, and no more of it than it needs.
func TestLinesKeepTheirWords(t *testing.T) {
	var lines []*Frame
	var want []string
	for n := range 400 {
		e := Said{From: nick(t, "bob"), Text: MustText(strings.Repeat("x", 10*n) + itoa(n))}
		lines = append(lines, NewFrame(e), NewBatch(slices.Repeat([]Event{e}, 1+n/4)))
		want = append(want, string(AppendEvent(nil, e)), strings.Repeat(string(AppendEvent(nil, e)), 1+n/4))
	}
	for range 2 {
		for i, l := range lines {
			if string(l.Text()) != want[i] || len(l.JSON()) == 0 {
				t.Fatalf("%q and not %q", l.Text(), want[i])
			}
			if len(l.Text()) < maxScratch/4 {
				require.LessOrEqual(t, cap(l.Text()), len(l.Text())*5/4+16)
			}
		}
	}
}

func FuzzEvent(f *testing.F) {
	for _, e := range everyEvent(f) {
		f.Add(string(AppendEvent(nil, e)))
		f.Add(string(AppendEventJSON(nil, e)))
	}
	for _, e := range everyElsewhere(f) {
		f.Add(string(AppendEvent(nil, e)))
	}
	f.Add("-- #tea: 412 joined: 小明, guest-18, guest-19 and 409 more")
	f.Add("-- 412 joined: 小明, guest-18, guest-19 and 409 more")
	f.Add("-- 300 have left: a, b, c and 297 more")
	f.Fuzz(func(t *testing.T, s string) {
		if e, err := ParseEvent(s); err == nil {
			assertEventLine(t, e, string(AppendEvent(nil, e)))
		}
		if e, err := DecodeEvent([]byte(s)); err == nil {
			j := AppendEventJSON(nil, e)
			require.Equal(t, 1, strings.Count(string(j), "\n"), "%q", j)
			again, err := DecodeEvent(j)
			require.NoError(t, err, "%s", j)
			require.Equal(t, string(j), string(AppendEventJSON(nil, again)))
			sameJSON(t, e)
		}
	})
}

// A mark that is none is passed over, and the event is still told.
func TestDecodeEventPassesOverMarksThatAreNone(t *testing.T) {
	e := Joined{From: nick(t, "bob")}
	for marks, want := range map[string]Event{
		``:                           e,
		`,"past":false,"dated":true`: e,
		`,"past":true`:               Replayed{Event: e},
		`,"PAST":true,"found":true`:  Replayed{Event: e, Found: true},
		`,"past":7`:                  e,
		`,"past":true,"dated":"x"`:   e,
	} {
		got, err := DecodeEvent([]byte(`{"type":"joined","from":"bob"` + marks + `}`))
		require.NoError(t, err, marks)
		assert.Equal(t, want, got, marks)
	}
	for _, s := range []string{`{"type":7,"past":true}`, `{"type":"joined","from":7,"past":true}`, `{"past":true}`, `{"type":"joined"`, "{\"type\":\"joined\",\"from\":\"\xff\"}"} {
		_, err := DecodeEvent([]byte(s))
		assert.Error(t, err, s)
	}
}
