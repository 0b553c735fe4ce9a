package protocol

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// What a line of about 100 bytes and a name cost in both alphabets.
var (
	benchLines = []struct{ name, s string }{
		{"ascii", strings.Repeat("all tea ", 12) + "here"},
		{"chinese", strings.Repeat("茶已经好了，", 5) + "请来喝"},
	}
	benchNames = []struct{ name, s string }{
		{"ascii", "guest-1234"},
		{"chinese", "小明同学"},
	}
)

func benchStamp() Meta {
	return Meta{
		Seq:  123456,
		ID:   uuid.MustParse("01890000-0000-7000-8000-000000000001"),
		Time: time.Date(2026, 11, 22, 12, 31, 5, 123456789, time.UTC),
		Room: Lobby,
	}
}

func benchSaid(b testing.TB, text string) Said {
	return Said{Meta: benchStamp(), From: nick(b, "bob"), Text: MustText(text)}
}

func benchJoined(b testing.TB, n int) []Event {
	events := make([]Event, n)
	for i := range events {
		events[i] = Joined{benchStamp(), nick(b, "guest-"+itoa(i+1))}
	}
	return events
}

func BenchmarkAppendEvent(b *testing.B) {
	for _, l := range benchLines {
		benchAppend(b, "said/"+l.name, benchSaid(b, l.s))
	}
	benchAppend(b, "joined", benchJoined(b, 1)[0])
}

func benchAppend(b *testing.B, name string, e Event) {
	for _, spelling := range []struct {
		name string
		f    func([]byte, Event) []byte
	}{{"text", AppendEvent}, {"json", AppendEventJSON}} {
		b.Run(name+"/"+spelling.name, func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			for b.Loop() {
				buf = spelling.f(buf[:0], e)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, l := range benchLines {
		command := AppendCommandJSON(nil, Say{Ref: "k1", Text: MustText(l.s)})
		b.Run("command/"+l.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := DecodeCommand(command); err != nil {
					b.Fatal(err)
				}
			}
		})
		event := AppendEventJSON(nil, benchSaid(b, l.s))
		b.Run("event/"+l.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := DecodeEvent(event); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseCommand(b *testing.B) {
	for _, l := range benchLines {
		b.Run(l.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseCommand(l.s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkNick(b *testing.B) {
	for _, n := range benchNames {
		b.Run("parse/"+n.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseNick(n.s); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("keys/"+n.name, func(b *testing.B) {
			b.ReportAllocs()
			for n := nick(b, n.s); b.Loop(); {
				n.Keys()
			}
		})
		b.Run("room/"+n.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseRoom(n.s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStamp(b *testing.B) {
	e := benchSaid(b, "hello")
	var sum uint64
	b.Run("of", func(b *testing.B) {
		b.ReportAllocs()
		for e := Event(e); b.Loop(); {
			sum += MetaOf(e).Seq
		}
	})
	b.Run("stamped", func(b *testing.B) {
		b.ReportAllocs()
		for e, at := Recorded(e), benchStamp(); b.Loop(); {
			e = e.WithMeta(at)
		}
	})
	b.Run("for-others", func(b *testing.B) {
		b.ReportAllocs()
		for e := Recorded(e); b.Loop(); {
			e = e.Public()
		}
	})
}

func BenchmarkTogether(b *testing.B) {
	said := make([]Event, 25)
	for i := range said {
		said[i] = benchSaid(b, benchLines[0].s)
	}
	for _, batch := range []struct {
		name   string
		events []Event
	}{{"25-said", said}, {"1000-joined", benchJoined(b, 1000)}} {
		b.Run(batch.name+"/text", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewBatch(batch.events).Text()
			}
		})
		b.Run(batch.name+"/json", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewBatch(batch.events).JSON()
			}
		})
	}
}

func BenchmarkLine(b *testing.B) {
	e := benchSaid(b, benchLines[0].s)
	b.Run("text", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			NewFrame(e).Text()
		}
	})
	b.Run("json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			NewFrame(e).JSON()
		}
	})
}
