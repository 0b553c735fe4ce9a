package state

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"chinwag/protocol"
)

// wireSample is an intent or a change. It has something in each field, unless its name says more than its type does.
type wireSample[T any] struct {
	name string
	of   T
}

func settingsSample() Settings {
	return Settings{
		Desk: true, Rooms: 1 << 30, RoomsPerSession: 64, Hold: 2 * time.Minute, Replay: 20, Visitors: 100, VisitorsPerAddress: 10, Messages: 24 * time.Hour,
		MessagesKept: 50, MessagesPerAddress: 5, Silence: 10 * time.Minute, Password: Secret{7},
		Replies: []Canned{{"hours", textOf("from 9 to 5")}, {"où", textOf("first floor")}},
	}
}

func legacySample() Legacy {
	return Legacy{
		Topics: []LegacyTopic{{Room: roomOf("tea"), Text: textOf("Earl Grey"), By: idOf(1), From: protocol.MustNick("bob"), Set: 9}},
		Ticket: 70,
		Messages: []LegacyMessage{{
			Ticket: 69, Session: idOf(2), Nick: protocol.MustNick("ann"), Since: noon, Opened: 12, First: textOf("hello?"), Left: noon.Add(time.Minute), LeftAt: 30,
		}},
	}
}

// withFlags are samples, and for each that has several flags one with each of these alone: in all of them set nothing
// shows their order.
func withFlags[T any](samples []wireSample[T]) []wireSample[T] {
	for _, s := range samples {
		one := reflect.New(reflect.TypeOf(s.of)).Elem()
		one.Set(reflect.ValueOf(s.of))
		of := one
		switch {
		case s.name == "Opened, a guest":
			of = one.Field(0) // the session, of which little else is set
		case strings.Contains(s.name, ","):
			continue
		}
		flags := slices.DeleteFunc(reflect.VisibleFields(of.Type()), func(f reflect.StructField) bool {
			return !f.IsExported() || f.Type.Kind() != reflect.Bool
		})
		if len(flags) < 2 {
			continue
		}
		for _, f := range flags {
			for _, other := range flags {
				of.FieldByIndex(other.Index).SetBool(other.Name == f.Name)
			}
			samples = append(samples, wireSample[T]{s.name + ", " + f.Name, one.Interface().(T)})
		}
	}
	return samples
}

// opSamples are ops but for the commands, of which each has its own.
func opSamples() []wireSample[Op] {
	from, legacy := Address{Host: "192.0.2.7", Prefix: at4}, legacySample()
	return withFlags([]wireSample[Op]{
		{"Began", Start{Settings: settingsSample(), Rules: 3, Epoch: idOf(8), Legacy: &legacy}},
		{"Began, of rows", Start{}},
		{"Open", Open{
			As: idOf(3), Conn: Node(2).Conn(7), Nick: protocol.MustNick("Zoë"), Guest: 4, Operator: true, Program: true, Echo: true, From: from, Again: 5,
			Code: Secret{1}, Token: Secret{2}, Room: roomOf("茶"), Ref: "r1", Replay: 20, Reserved: 6, ReservedFrom: 2, Promoted: true,
			Missing: protocol.SessionExpired, ToldFull: true,
		}},
		{"Open, a guest", Open{As: idOf(3), Conn: 7}},
		{"Resume", Resume{Conn: 7, Code: Secret{1}, Own: true, From: Address{Host: "2001:db8::1", Prefix: at6}, Echo: true, Operator: true, Guest: 4, Ref: "r2"}},
		{"Lost", Disconnect{Reason: protocol.Stalled, Seen: 999}},
		{"Seen", NoteSeen{Upto: 1000, Behind: []Behind{{idOf(1), 900}, {Session: idOf(2)}}, Clean: true}},
		{"Withdrawn", Withdraw{}},
		{"Promote", Promote{}},
		{"Continue", Continue{closing{Text: textOf("bye"), Rest: []protocol.Ticket{3, 300}, Closed: 128, First: 1, Last: 2, Left: 4}}},
		{"Due", Tick{}},
		{"Heartbeat", Heartbeat{}},
		{"Checksum", Checksum{Position: 4096, Sum: Sum{5}}},
	})
}

func ticketsOf(s string) protocol.Tickets {
	t, err := protocol.ParseTickets(s)
	if err != nil {
		panic(err)
	}
	return t
}

func originOf(s string) protocol.Origin {
	o, err := protocol.ParseOrigin(s)
	if err != nil {
		panic(err)
	}
	return o
}

func commandSamples() []protocol.Command {
	ref, words, nick, tea := protocol.Ref("k1"), textOf("hello 茶"), protocol.MustNick("bob"), roomOf("tea")
	return []protocol.Command{
		protocol.Hello{},
		protocol.Say{Ref: ref, Text: words, Ticket: 7, Room: tea},
		protocol.Me{Ref: ref, Text: words, Room: tea},
		protocol.Msg{Ref: ref, To: nick, Text: words},
		protocol.Rename{Nick: nick},
		protocol.Join{Room: tea},
		protocol.Watch{Room: tea},
		protocol.Part{Room: tea},
		protocol.Rooms{Words: words, After: tea},
		protocol.Who{Room: tea},
		protocol.Topic{Text: words, Room: tea},
		protocol.History{Lines: 10, All: true, Since: noon.Add(7), Before: 90, Around: 80, Room: tea},
		protocol.Search{Text: words, Before: 1 << 40, Room: tea},
		protocol.Redact{Sure: true},
		protocol.Ignore{Nick: nick},
		protocol.Away{Text: words},
		protocol.Echo{On: true},
		protocol.Read{Room: tea, Seq: 900},
		protocol.Quit{Text: words},
		protocol.Desk{Ref: ref, Text: words},
		protocol.LeaveDesk{},
		protocol.Operator{},
		protocol.Kick{Nick: nick, For: 600, Text: words},
		protocol.Announce{Text: words},
		protocol.Stop{Text: words},
		protocol.Duty{On: true},
		protocol.Queue{All: true, From: 57},
		protocol.Next{},
		protocol.Take{Ticket: 7},
		protocol.To{Ticket: 7},
		protocol.Reply{Ref: ref, Ticket: 7, Text: words},
		protocol.Canned{Ref: ref, Name: textOf("hours"), Ticket: 7},
		protocol.Hand{Ticket: 7, To: nick},
		protocol.Hold{Ticket: 7, Text: words},
		protocol.Close{Ticket: 7, Tickets: ticketsOf("3,7,10-900"), Address: originOf("192.0.2.0/24"), Text: words},
		protocol.Note{Ref: ref, Ticket: 7, Text: words},
		protocol.Transcript{Ticket: 7},
	}
}

// nameOf is a type without its package.
func nameOf(v any) string {
	name := reflect.TypeOf(v).String()
	return name[strings.LastIndexByte(name, '.')+1:]
}

// intentSamples are intents with each op and each command.
func intentSamples() (all []wireSample[Intent]) {
	of := func(name string, op Op) {
		all = append(all, wireSample[Intent]{name, Intent{
			Origin: Origin{Node: 2, Incarnation: 1_800_000_000_000, Request: 900},
			ID:     idOf(7), Lag: 40 * time.Millisecond, Session: idOf(1), Conn: Node(2).Conn(7), Secrets: []Secret{{1}, {2, 3}}, Op: op,
		}})
	}
	for _, s := range opSamples() {
		of(s.name, s.of)
	}
	for _, cmd := range commandSamples() {
		of("Command "+nameOf(cmd), Command{Command: cmd, Ref: "k2"})
	}
	return append(all, wireSample[Intent]{"Due, of a server that is alone", Intent{Op: Tick{}}})
}

func changeSamples() []wireSample[Change] {
	s := samples()[3].part.(*sessionPart)
	session := *s.Session
	session.upto = s.at
	return withFlags([]wireSample[Change]{
		{"Opened", Opened{session}},
		{"Opened, a guest", Opened{Session{ID: idOf(1), Nick: protocol.MustNick("guest-1"), Created: noon, Conn: 1}}},
		{"Attached", Attached{Conn: 8, Was: 7, Seen: 9, Program: true, Echo: true, At: Address{Host: "192.0.2.7", Prefix: at4}}},
		{"Detached", Detached{Until: noon, Seen: 999, Quiet: true, Unsure: true, Short: true}},
		{"SeenUpto", NodeSeen{Node: 2, Position: 1000, Clean: true}},
		{"SeenBehind", SessionSeen{900}},
		{"Ended", Ended{}},
		{"Promoted", Promoted{}},
		{"Demoted", Demoted{}},
		{"NameReleased", NameReleased{}},
		{"NameTaken", NameTaken{protocol.MustNick("Zoë")}},
		{"Focused", Focused{Room: roomOf("tea"), Watched: true}},
		{"StayEnded", StayEnded{OfRoom(roomOf("tea"))}},
		{"StayEnded, a visit", StayEnded{Conversation(idOf(1))}},
		{"EchoSet", EchoSet{true}},
		{"ReadSet", ReadSet{[]protocol.ReadUpTo{{Room: roomOf("tea"), Seq: 8}}}},
		{"IgnoreSet", IgnoreSet{[]Ignored{{Name: protocol.MustNick("troll"), Session: idOf(9)}}}},
		{"TargetSet", TargetSet{Target{Ticket: 7, Nobody: true, Pending: 8, Former: 5, FormerNick: protocol.MustNick("ann")}}},
		{"MessageLeft", MessageLeft{}},
		{"SeenOut", ResumeSet{Resume: roomOf("tea"), Finished: true}},
		{"Redacted", Redacted{}},
		{"Blocked", Blocked{Keys: []string{"atroll", "btroll"}, Until: noon}},
		{"RoomDropped", RoomDropped{roomOf("tea")}},
		{"Started", Started{}},
		{"Inherited", Inherited{legacySample()}},
		{"NodeBegan", NodeBegan{Node: 2, Incarnation: 5, Rules: 3, Epoch: idOf(8)}},
		{"NodeEnded", NodeEnded{Node: 2, Why: NodeSilent}},
		{"Configured", Configured{settingsSample()}},
	})
}
