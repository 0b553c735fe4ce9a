// Package raw is the transport for programs without lines: the tutorial's wire.
//
//	bytes ─> Reader (one read, without the rune that it cut) ─> Text ─> Say
//	bytes <─ one write <─ the Text of Said, Acted, Whispered, Announced
//
// There is no framing. The bytes of one read are one message, and no message is a command. The server sends the words
// of other clients, with nothing before or after them: no welcome, notice, refusal, history or goodbye, and not the
// client's own words. The only exception is a greeting, on servers with that option.
//
// What may be relied on: each message is said as one line of valid UTF-8, with all that can be shown of it; a rune from
// two reads is whole if they were less than 3 s apart; bytes before a break are a message; memory is bounded. What may
// not: that a message arrives as one. TCP joins and cuts messages, and this wire cannot show it.
//
// Client is the other end, for people and pipes. The package knows nothing about rooms, desks or the hub.
package raw
