package main

import (
	"log/slog"
	"time"

	"chinwag/conn"
	"chinwag/conn/line"
	"chinwag/conn/raw"
	"chinwag/hub"
	"chinwag/hub/journal"
	"chinwag/hub/journal/sqlite"
)

// What the settings mean to the parts of the server. In the settings 0 means none, and in options it means the default.

// limit converts a setting, in which 0 means no limit, to an option, in which -1 does.
func limit[N int | int64 | float64 | time.Duration](n N) N {
	if n == 0 {
		return -1
	}
	return n
}

func (s *settings) hubOptions(log *slog.Logger) hub.Options {
	return hub.Options{
		Outbox: limit(int(s.Outbox)), Replay: limit(s.Replay), Grace: limit(s.Grace),
		Rooms: limit(s.Rooms), RoomsPerSession: s.RoomsPerSession, Hold: s.Hold,
		Desk: s.Desk, Visitors: limit(s.DeskVisitors), VisitorsPerAddress: limit(s.DeskPerAddress), Silence: limit(s.DeskSilence),
		MessagesKept: limit(s.DeskMessages), MessagesPerAddress: limit(s.DeskMessagesPer), PerAddressBytes: s.bytesPerAddress(),
		Replies: s.replies, Password: s.passwordHash,
		Durable: s.Journal != "memory", OnJournalError: logJournalErrors(log), Warn: log.Warn,
	}
}

// bytesPerAddress is the bound for the journal in a file. The store in memory has bounds of its own.
func (s *settings) bytesPerAddress() int64 {
	if s.Journal == "memory" {
		return -1
	}
	return limit(int64(s.PerAddressBytes))
}

func (s *settings) connOptions(log *slog.Logger) conn.Options {
	return conn.Options{
		Rate: limit(s.Rate), Burst: limit(s.Burst),
		PerAddress: limit(s.PerAddress), PerAddressRate: limit(s.PerAddressRate), PerAddressBurst: limit(s.PerAddressBurst),
		Unanswered: unanswered(s.Stall), Password: s.password, Log: log,
	}
}

const minUnanswered = time.Minute // a shorter break of the network ends no connection

// unanswered is how long a client may acknowledge nothing. It is longer than stall, after which a connected client that
// reads nothing is dropped, for the system does not tell the two apart.
func unanswered(stall time.Duration) time.Duration {
	if stall == 0 {
		return -1
	}
	return max(minUnanswered, stall+stall/4)
}

func (s *settings) lineOptions() line.Options {
	return line.Options{LineMax: int(s.LineMax), Stall: limit(s.Stall)}
}

func (s *settings) rawOptions() raw.Options {
	return raw.Options{LineMax: int(s.LineMax), Stall: limit(s.Stall), Greeting: s.BareGreeting}
}

// memoryBounds are those of a journal in memory, which is bounded by lines alone.
func (s *settings) memoryBounds() journal.Bounds {
	return journal.Bounds{Lines: limit(s.KeepLines), Bytes: -1}
}

// fileOptions are those of a journal in a file, in which 0 means no bound, as in the settings.
func (s *settings) fileOptions(log *slog.Logger) sqlite.Options {
	return sqlite.Options{Sync: s.Sync, Keep: s.Keep, Lines: s.KeepLines, Size: int64(s.KeepSize), DeferPruning: true, Log: log}
}
