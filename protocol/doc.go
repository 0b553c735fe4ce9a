// Package protocol defines the commands and events of chinwag, and their two spellings.
//
//	a line in ──> ParseCommand ─┐                        ┌─> AppendEvent ──> a line out
//	                            ├─> Command ... Event ───┤
//	JSON in ────> DecodeCommand ┘                        └─> AppendEventJSON ──> JSON out
//
// Both spellings exist in both directions, so that the server, the bundled
// client and a bot share one description; the round-trip fuzz tests hold the
// two ends together. README.md beside this file is the specification.
//
// Nick, Room and Text come only from their parsers, so every value is clean:
// valid UTF-8 on one line, nothing in it that moves a cursor, hides
// text or turns it around. No transport and no room has to check again.
//
// A line that a person types goes through a Guard to its parser, so that a mistyped password,
// code or token is not said.
//
// The package knows nothing about sockets, rooms, members or goroutines.
package protocol

// Version is the token in the first line that a server sends. A program that
// does not see it has reached something else and must not speak.
const Version = "chinwag/1"
