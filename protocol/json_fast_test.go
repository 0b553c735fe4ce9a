package protocol

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol/seedtest"
)

// What is written by hand is what encoding/json writes.
func TestWhatIsToldOftenIsWrittenAlike(t *testing.T) {
	for _, e := range everyEvent(t) {
		sameJSON(t, e)
	}
	for r := range rune(0x3000) {
		s := "a" + string(r) + "b"
		text, err := ParseText(s)
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, Said{Text: text, Ack: Ack{Ref: Ref(s)}})
		sameJSON(t, Left{Text: text, Reason: Reason(s)})
	}
	rng := rand.New(rand.NewPCG(seedtest.One(t, 1), 2))
	for range 5_000 {
		at, from, text := randomStamp(rng), Nick{randomOf(rng, "", "bob", "小明", "7of9")}, randomText(rng)
		mine := Ack{rng.IntN(2) == 0, Ref(randomOf(rng, "", "k1", `"`, "\x1b", "引", "\xff", "\u2028", "<&>"))}
		reason := Reason(randomOf(rng, "", string(Departed), string(Lost), `a"b`, "\n", "为", "\xe4", "<&>"))
		by, to := Nick{randomOf(rng, "", "ann", "安")}, Room{randomOf(rng, "", "#tea", "#茶室")}
		sameJSON(t, Said{at, from, text, mine})
		sameJSON(t, Joined{at, from})
		sameJSON(t, Left{at, from, reason, by, to, text, [][]Room{nil, {}, {Lobby}, {Lobby, {"#茶室"}, {`#a"b`}}}[rng.IntN(4)]})
	}
}

func sameJSON(t *testing.T, e Event) {
	if p, ok := e.(Replayed); ok {
		e = p.Event
	}
	short, long := string(AppendEventJSON([]byte("x"), e)), string(appendJSON([]byte("x"), nameOf(e), e))
	if short != long {
		t.Fatalf("%#v is written\n%sand not\n%s", e, short, long)
	}
}

func randomStamp(rng *rand.Rand) (s Meta) {
	if rng.IntN(4) > 0 {
		s.Seq = rng.Uint64() >> rng.IntN(64)
	}
	if rng.IntN(4) > 0 {
		for i := range s.ID {
			s.ID[i] = byte(rng.Uint32())
		}
	}
	if rng.IntN(4) > 0 {
		zones := []*time.Location{time.UTC, time.FixedZone("", 8*3600), time.FixedZone("", -(3*3600 + 1800))}
		nanos := []int64{0, 120_000_000, rng.Int64N(1e9)}
		s.Time = time.Unix(rng.Int64N(4e9), nanos[rng.IntN(3)]).In(zones[rng.IntN(3)])
	}
	s.Room = Room{randomOf(rng, "", "#lobby", "#茶室")}
	return s
}

func randomText(rng *rand.Rand) Text {
	var b strings.Builder
	for range rng.IntN(8) {
		b.WriteString(randomOf(rng, "a", " ", `"`, `\`, `\"`, "/", "<b>&amp;", "~", "é", "你好", "👩‍🚀", "\ufffd", "\u0301", "\u2027", "\u202a", "\u2028", "\x7f", "\x00"))
	}
	return MustText(b.String())
}

func randomOf(rng *rand.Rand, of ...string) string { return of[rng.IntN(len(of))] }

// An event without an author or a time leaves those members out.
func TestAZeroStampIsNotWritten(t *testing.T) {
	for want, at := range map[string]Meta{
		`{"type":"joined","from":"bob"}` + "\n":                                             {},
		`{"type":"joined","seq":7,"from":"bob"}` + "\n":                                     {Seq: 7},
		`{"type":"joined","room":"#lobby","from":"bob"}` + "\n":                             {Room: Lobby},
		`{"type":"joined","time":"1970-01-01T00:00:01Z","from":"bob"}` + "\n":               {Time: time.Unix(1, 0).UTC()},
		`{"type":"joined","id":"01000000-0000-0000-0000-000000000000","from":"bob"}` + "\n": {ID: uuid.UUID{1}},
	} {
		if got := string(AppendEventJSON(nil, Joined{at, nick(t, "bob")})); got != want {
			t.Errorf("%s and not %s", got, want)
		}
	}
}
