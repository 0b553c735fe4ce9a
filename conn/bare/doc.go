// Package bare is the door for programs that know no lines: the tutorial's wire.
//
//	bytes ─> Messages (one read, without the rune that it cut) ─> Words ─> Say
//	bytes <─ one write <─ the Text of Said, Acted, Whispered, Announced
//
// There is no framing at all. What one read brings is one message, and nothing
// in it is a command. What goes out is what others say to this client, with nothing
// before it or after it: no welcome, notice, refusal, history or goodbye, and not one's own
// words. A greeting is the one exception, for servers that were given one.
//
// What may be relied on: what is said is one line of valid UTF-8 whatever came,
// and all that can be shown of it; a rune is whole although two reads brought it, if
// they were less than 3 s apart; what came before a break was a message; nobody's
// memory grows. What may not: that a message arrives as one. TCP joins and
// cuts as it likes, and on this wire nobody can tell.
//
// Messages and Words serve the other half, too, which talks to such a server. The
// package knows nothing about rooms, desks or the hub.
package bare
