// Package protocol defines the commands and events of chinwag, and their two encodings: text for people, JSON for
// programs.
//
//	a line in ──> ParseCommand ─┐                        ┌─> AppendEvent ──> a line out
//	                            ├─> Command ... Event ───┤
//	JSON in ────> DecodeCommand ┘                        └─> AppendEventJSON ──> JSON out
//
// Both encodings exist in both directions, so that the server, the bundled client and a bot share one description; the
// round-trip fuzz tests hold the two ends together. README.md beside this file is the specification.
//
// # Where things stand
//
// A family's file has its commands, each with its verb (name, help, parser), and the events that they cause, each with
// its line of text. A new command is a type with its verb, perhaps an event, and a row for each in lists.go.
//
//	message.go    say, me, msg                  desk.go     desk, leave; what a visitor is told
//	room.go       join, watch, part             ticket.go   tickets, their states and events
//	roomlist.go   rooms, who, topic             reply.go    reply, note, canned
//	session.go    hello, resume, nick           target.go   next, take, to, hand, hold
//	goodbye.go    quit                          close.go    close, transcript
//	presence.go   away, ignore, echo,           queue.go    queue, duty
//	              read, ping                    operator.go operator, kick, announce, shutdown
//	history.go    history; since.go: its times  search.go   search
//	redact.go     forget                        gap.go      what is missing
//	help.go       help
//
//	command.go, verb.go, event.go     the two interfaces, and what every verb and every event has
//	lists.go                          all verbs in the order of help, all events by their names in JSON
//	command_text.go, encode_text.go   lines of text; coalesce.go, of many joins; transcript.go
//	encode_json.go, json_fast.go      lines of JSON; program.go tells them from a person's
//	frame.go                          events encoded once, for any number of clients
//	text.go, name.go, secret.go, ref.go, ticket_list.go, seconds.go  values that only parsing makes
//	reason.go, refusal.go, refusal_codes.go                          why not, in words and in codes
//	guard.go, guess.go, distance.go                                  mistyped lines, and what is offered instead
//	place.go, fields.go                                              what can be done where; how programs write it
//
// # What a value proves
//
// Nick, Room and Text come only from their parsers, so every value is clean: valid UTF-8 on one line, nothing in it
// that moves a cursor, hides text or turns it around. No transport and no room has to check again.
//
// A line that a person types goes through a Guard to its parser, so that a mistyped password, code or token is not
// said.
//
// The package knows nothing about sockets, rooms, members or goroutines.
package protocol

// Version is the token in the first line that a server sends. A program that does not see it has reached something else
// and must not speak.
const Version = "chinwag/1"
