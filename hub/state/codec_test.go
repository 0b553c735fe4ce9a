package state

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// sample is a row as it is in memory.
type sample struct {
	name string
	kind kind
	part interface{ codes() func(*coder) }
}

// The kinds of part that a row can have, each with the fields of its kind.
type (
	sessionPart struct {
		*Session
		at uint64
	}
	roomPart   struct{ *Room }
	ticketPart struct{ *Ticket }
	blockPart  struct{ *block }
	commonPart struct{ *Machine }
	readyPart  struct{ *Settings }
)

func (p *sessionPart) codes() func(*coder) {
	return func(c *coder) { p.fields(c, &p.at) }
}
func (p *roomPart) codes() func(*coder)   { return p.fields }
func (p *ticketPart) codes() func(*coder) { return p.fields }
func (p *blockPart) codes() func(*coder)  { return p.fields }
func (p *commonPart) codes() func(*coder) { return p.fields }
func (p *readyPart) codes() func(*coder)  { return p.replyFields }

func emptyPart(k kind) interface{ codes() func(*coder) } {
	switch k {
	case ofSession:
		return &sessionPart{Session: &Session{}}
	case ofRoom:
		return &roomPart{&Room{}}
	case ofTicket:
		return &ticketPart{&Ticket{}}
	case ofBlock:
		return &blockPart{&block{}}
	case ofCommon:
		return &commonPart{&Machine{}}
	case ofReplies:
		return &readyPart{&Settings{}}
	}
	panic("a kind without a part")
}

func idOf(n byte) (id uuid.UUID) {
	for i := range id {
		id[i] = n
	}
	return id
}

func roomOf(s string) protocol.Room {
	r, err := protocol.ParseRoom(s)
	if err != nil {
		panic(err)
	}
	return r
}

func textOf(s string) protocol.Text { return protocol.MustText(s) }

var (
	noon = time.UnixMilli(1_800_000_000_123).UTC()
	at4  = netip.MustParsePrefix("192.0.2.7/32")
	at6  = netip.MustParsePrefix("2001:db8:0:1::/64")
)

// samples are rows with nothing in them, and with something in each field.
func samples() []sample {
	s := &Session{
		ID: idOf(1), Nick: protocol.MustNick("Zoë"), Released: true, Code: Secret{1, 2, 3}, From: Address{Host: "192.0.2.7", Prefix: at4}, At: at6,
		Conn: 300, Operator: true, Program: true, Echo: true, Replay: 20, Room: roomOf("茶"), Entered: 1000, Resume: protocol.Lobby,
		Watches: true, Watched: []Membership{{Room: roomOf("tea"), Entered: 1001}}, Rewatch: []protocol.Room{roomOf("mate")},
		Stays: []Stay{{Stream: OfRoom(protocol.Lobby), From: 1, Upto: 2}, {Stream: Conversation(idOf(1)), From: 3}}, StaysCut: 1,
		Read: []protocol.ReadUpTo{{Room: roomOf("#tea"), Seq: 8}},
		Away: textOf("lunch"), Ignoring: []Ignored{{Name: protocol.MustNick("troll"), Session: idOf(9)}, {Name: protocol.MustNick("bot")}},
		Created: noon, Returned: true, Short: true, Until: noon.Add(time.Minute), Seen: 999, Behind: true, SeenAtLeast: true, Quiet: true, Redacted: noon.Add(-time.Hour),
		Ticket: 7, Message: 6, Finished: true, Unread: 990, Before: roomOf("tea"), VisitsSince: noon, Visits: 3, HearsDesk: true, OnDuty: true, HearsDeskFrom: 998,
		Target: Target{Ticket: 7, Nobody: true, Pending: 8, Former: 5, FormerNick: protocol.MustNick("ann")},
		soft: soft{
			active: noon.Add(time.Second), spoken: 3, refuseUntil: noon.Add(2 * time.Second), authoredCut: true,
			authored: []Stream{OfRoom(protocol.Lobby), Desk, Conversation(idOf(1)), Mailbox(idOf(2)), Conversation(idOf(2)), Everybody},
			ids:      ringOf(id{hashOf("k1"), 900}, id{hashOf("k2"), 1001}),
		},
	}
	m := &Machine{now: noon, common: common{
		Settings: Settings{
			Desk: true, Rooms: math.MaxInt, RoomsPerSession: 64, Hold: 2 * time.Minute, Replay: 20, Visitors: 100, VisitorsPerAddress: 10, Messages: 24 * time.Hour,
			MessagesKept: 50, MessagesPerAddress: 5, Silence: 10 * time.Minute, Password: Secret{7},
		},
		Tickets: 70, Ended: []protocol.Ticket{5, 6, 300}, Guests: 64, Seen: seen{4990, true}, Checkpoint: 5000, Starts: 2, Started: noon.Add(-time.Hour),
		Dropped: dropped{log: losses{1, 2, 3}, operators: losses{4, 5, 6}, told: noon},
		Order: &order{Position: 70000, Clock: time.Hour, Rules: 3, Epoch: idOf(8), Entries: 1 << 63, Nodes: []node{
			{No: 1, Incarnation: 1_800_000_000_000, Request: 900, Heard: time.Minute, Ended: true, Seen: seen{4000, true}, Summed: 4096, Sum: Sum{5}},
			{No: 300, Incarnation: 1, Request: 1},
		}},
	}, lastRow: 12, head: 5003}
	return []sample{
		{"common, empty", ofCommon, &commonPart{&Machine{}}},
		{"common", ofCommon, &commonPart{m}},
		{"session, a guest", ofSession, &sessionPart{Session: &Session{ID: idOf(1), Nick: protocol.MustNick("guest-1"), Room: protocol.Lobby, Entered: 1, Created: noon, Conn: 1}}},
		{"session", ofSession, &sessionPart{s, 1002}},
		{"room", ofRoom, &roomPart{&Room{Name: roomOf("tea"), Topic: textOf("Earl Grey, or 茶"), By: idOf(1), From: protocol.MustNick("bob"), Emptied: 77}}},
		{"ticket, just opened", ofTicket, &ticketPart{&Ticket{No: 1, Session: idOf(1), Nick: protocol.MustNick("ann"), Since: noon, Opened: 12}}},
		{"ticket", ofTicket, &ticketPart{&Ticket{Kept: true,
			No: 7, Session: idOf(1), Nick: protocol.MustNick("ann"), From: Address{Host: "192.0.2.7", Prefix: at4}, Since: noon, Opened: 12, Left: noon.Add(time.Minute),
			LeftAt: 30, First: textOf("hello?"), Operator: idOf(2), Absent: true, Message: true, OnHold: true,
		}}},
		{"blocked", ofBlock, &blockPart{&block{key: "atroll", until: noon}}},
		{"ready replies, two", ofReplies, &readyPart{&Settings{Replies: []Canned{{"hours", textOf("from 9 to 5")}, {"bye", textOf("See you.")}}}}},
	}
}

// The bytes of a row are a file format: what was written once must be read for ever. If this test is red, the kind
// needs a new version, and the old lines stay in the file.
func TestRowsAreWrittenAsEver(t *testing.T) {
	path := filepath.Join("testdata", "rows", "bytes.txt")
	var got strings.Builder
	m := New()
	for _, s := range samples() {
		fmt.Fprintf(&got, "%s\n\t%s\n", s.name, hex.EncodeToString(m.encode(s.kind, s.part.codes())))
	}
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(got.String()), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got.String())
}

// Earlier versions have written these rows of a session and of what is common. The first did not know of several rooms,
// and the second not of several nodes.
func TestOldRowsAreRead(t *testing.T) {
	for version := range 2 {
		file, err := os.ReadFile(filepath.Join("testdata", "rows", fmt.Sprintf("bytes-%d.txt", version+1)))
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(file), "\r", "")), "\n")
		for i, s := range samples()[:len(lines)/2] {
			require.Equal(t, s.name, lines[2*i])
			b, err := hex.DecodeString(strings.TrimSpace(lines[2*i+1]))
			require.NoError(t, err)
			switch p := s.part.(type) {
			case *sessionPart:
				if p.spoken, p.refuseUntil = 0, (time.Time{}); version == 0 {
					p.Watches, p.Watched, p.Rewatch = false, nil, nil
				}
			case *commonPart:
				if p.Order, p.lastRow, p.head = nil, 0, 0; version == 0 {
					p.Settings.RoomsPerSession = 0
				}
			}
			read := emptyPart(s.kind)
			require.NoError(t, decode(b, read.codes()), s.name)
			assert.Equal(t, s.part, read, s.name)
		}
	}
}

func TestARowIsReadAsItWasWritten(t *testing.T) {
	m := New()
	for _, s := range samples() {
		b := m.encode(s.kind, s.part.codes())
		k, err := kindOf(b)
		require.NoError(t, err, s.name)
		assert.Equal(t, s.kind, k)
		read := emptyPart(k)
		require.NoError(t, decode(b, read.codes()), s.name)
		assert.Equal(t, s.part, read, s.name)
		for n := range b[2:] {
			assert.ErrorIs(t, decode(b[:2+n], emptyPart(k).codes()), errShort, "%s, cut to %d of %d bytes", s.name, n+2, len(b))
		}
		assert.ErrorIs(t, decode(append(bytes.Clone(b), 0), emptyPart(k).codes()), errLong, s.name)
	}
}

// Each kind of row has a sample with something in each exported field, so that none can be forgotten.
func TestEveryFieldIsInASample(t *testing.T) {
	var empty func(v reflect.Value, name string)
	empty = func(v reflect.Value, name string) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			if name+"."+f.Name == "common.Settings.Replies" { // each start brings them
				continue
			}
			assert.False(t, v.Field(i).IsZero(), "%s.%s is empty in the sample", name, f.Name)
			if f.Type == reflect.TypeFor[Target]() || f.Type == reflect.TypeFor[Settings]() {
				empty(v.Field(i), name+"."+f.Name)
			}
		}
	}
	for _, s := range samples() {
		if strings.Contains(s.name, ",") {
			continue
		}
		part := reflect.ValueOf(s.part).Elem()
		if c, is := s.part.(*commonPart); is {
			part = reflect.ValueOf(&c.common)
		} else {
			part = part.Field(0)
		}
		empty(part.Elem(), s.name)
	}
}

func TestARowIsBounded(t *testing.T) {
	long := func(f func(s *Session)) func() {
		return func() {
			s := &Session{}
			f(s)
			New().encode(ofSession, (&sessionPart{Session: s}).codes())
		}
	}
	assert.Panics(t, long(func(s *Session) { s.Stays = make([]Stay, MaxStays+2*MaxRoomsPerSession+1) }))
	assert.Panics(t, long(func(s *Session) { s.Watched = make([]Membership, MaxRoomsPerSession+1) }))
	assert.Panics(t, long(func(s *Session) { s.Ignoring = make([]Ignored, MaxIgnored+1) }))
	assert.Panics(t, long(func(s *Session) { s.authored = make([]Stream, MaxStreams+1) }))
	assert.Panics(t, long(func(s *Session) { s.From.Host = strings.Repeat("x", maxHost+1) }))
	assert.NotPanics(t, long(func(s *Session) { s.authored = make([]Stream, MaxStreams) }))
}

// What a store gives back may be damaged.
func FuzzRow(f *testing.F) {
	m := New()
	for _, s := range samples() {
		f.Add(m.encode(s.kind, s.part.codes()))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := kindOf(b)
		if err != nil {
			return
		}
		part := emptyPart(k)
		if decode(b, part.codes()) != nil {
			return
		}
		again := m.encode(k, part.codes())
		other := emptyPart(k)
		if err := decode(again, other.codes()); err != nil {
			t.Fatalf("%x is read, and written as %x, which is not: %v", b, again, err)
		}
		assert.Equal(t, part, other)
	})
}
