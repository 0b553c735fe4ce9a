package protocol

// A RefusalCode is the name of a Refusal for programs, its one meaning, and whether the command may be sent again.
// Again begins with no, with later (as it is), or with changed.
type RefusalCode struct{ Code, Means, Again string }

// RefusalCodes are all codes: of the server, of its console and of the client. The specification has the same table.
var RefusalCodes = []RefusalCode{
	// Spelling.
	{"usage", "the command is not written so, or lacks something: the text says how it is", "changed: as the text says"},
	{"unknown-command", "there is no command of that name", "changed: `help` lists them"},
	{"bad-json", "the line is no JSON object, or a member of it is of another kind", "changed: as JSON"},
	{"not-utf8", "the bytes are no UTF-8", "changed: in UTF-8"},
	{"line-too-long", "the line, or the text in it, is longer than the text says, and nobody has heard it", "changed: in parts"},
	{"topic-too-long", "a topic has at most 512 bytes", "changed: shorter"},
	{"away-too-long", "an away text has at most 512 bytes", "changed: shorter"},
	{"bad-id", "an `id` is a string of at most 64 bytes", "changed: another one"},
	{"bad-numbers", "`tickets` are numbers and ranges, 100 at the most", "changed: like `3,10-900`"},
	{"bad-address", "an `address` is one of IPv4 or IPv6, or a prefix", "changed: like `192.0.2.7`"},
	{"bad-duration", "nobody is kept out for that long: it is 1 second to 1 day", "changed: another time"},

	// Hello and coming back.
	{"hello-first", "a program whose hello was no good has said something else", "changed: first a good `hello`"},
	{"second-hello", "a connection says hello once", "no"},
	{"late-resume", "a program goes on with a session in its hello, and not with `resume`", "changed: `token` in the `hello` of a new connection"},
	{"no-session", "no session has that code, or not any more", "no"},
	{"operator-stays", "an operator does not become somebody else with `/resume`", "no"},

	// Names.
	{"bad-name", "that is no name for a person or a room", "changed: another name"},
	{"name-too-long", "a name has at most 32 characters", "changed: a shorter one"},
	{"name-taken", "somebody is called so", "changed: another name"},
	{"name-alike", "it looks too much like the name of somebody", "changed: another name"},
	{"name-held", "it is kept for a session whose connection broke", "changed: another name; later, if that session does not come back"},
	{"name-reserved", "it is a name for those who run the server", "changed: another name"},
	{"name-kicked", "somebody of that name, or of one like it, was kicked: the text says for how long", "changed: another name"},

	// People.
	{"no-room", "there is no such room", "changed: `rooms` lists them"},
	{"no-such-nick", "nobody of that name can be reached from here", "changed: another name"},
	{"not-connected", "who is named has lost the connection just now", "later: when they are back"},
	{"yourself", "the one who is named is oneself", "changed: another name"},
	{"operator-exempt", "an operator cannot be ignored or kicked", "no"},
	{"too-many-ignored", "one ignores 100 people already", "changed: hear somebody again first"},

	// Rooms.
	{"too-many-rooms", "the server makes no more rooms", "changed: a room that there is"},
	{"not-in-room", "one is not in that room, and what is said there nobody has heard", "changed: `watch` or `join` it first"},
	{"only-room", "one is in no other room, and cannot leave it", "changed: `join` or `quit`"},
	{"desk-unwatched", "the desk is no room to watch", "no"},
	{"too-many-of-yours", "one is in as many rooms as one may be", "changed: `part` first"},
	{"desk-only", "this server has a desk and no rooms", "no"},
	{"operators-room", "only operators enter that room", "changed: as an operator"},
	{"room-only", "an operator's lines go to a visitor, and `me` is for the room", "changed: `to` the room first"},

	// At the desk, for visitors.
	{"at-desk", "at the desk there are only the operators to talk to", "changed: `leave` first"},
	{"not-at-desk", "one is not at the desk, and cannot leave it", "no"},
	{"desk-full", "as many are at the desk as can be", "later"},
	{"desk-address-full", "as many from one's address are at the desk as can be", "later"},
	{"desk-too-often", "one has come to the desk ten times within a minute", "later: in a minute"},
	{"conversation-closed", "the conversation has just been closed, or is about to be", "no"},
	{"stray-reply", "who is no operator has begun a line with the number of a visitor, and nobody has heard it", "changed: with another word first"},

	// At the desk, for operators.
	{"operators-only", "only operators do that", "changed: as an operator"},
	{"no-visitor", "no visitor has, or lately had, that number or address", "changed: `queue` shows them"},
	{"visitor-gone", "the visitor has gone", "no"},
	{"visitor-taken", "another operator has the visitor", "no"},
	{"visitor-waiting", "no operator has the visitor, who waits", "changed: `take` first"},
	{"visitor-at-desk", "who is named is at the desk, where no `msg` comes", "changed: as a `reply`"},
	{"no-target", "no visitor is named, and one's lines go to none", "changed: with the number"},
	{"target-changed", "one's lines go elsewhere by now, and nobody has heard it", "changed: with the number"},
	{"bad-reply", "an operator's line begins with `@` and digits and is no answer, and nobody has heard it", "changed: like `@7 TEXT`"},
	{"no-operator", "no operator has that name", "changed: another name"},
	{"off-duty", "the operator who is named is off duty", "later"},
	{"no-ready-reply", "there is no ready reply of that name", "changed: `canned` lists them"},

	// The operators' password, and other secrets.
	{"already-operator", "one is an operator already, and no visitor", "no"},
	{"no-password", "the server has no password, and makes nobody an operator", "no"},
	{"empty-password", "no password was typed", "changed: with one"},
	{"wrong-password", "that is not the password", "changed: another one"},
	{"password-too-long", "a password has at most 1024 bytes", "changed: another one"},
	{"too-many-tries", "one's address has tried too many wrong passwords", "later: in a minute"},
	{"password-busy", "too many passwords are being checked", "later"},
	{"secret", "it holds the code or the token of a session, and nobody has heard it", "no"},
	{"almost-resume", "a person's line is nearly `/resume CODE`, and nobody has heard it", "changed: with `/resume` first"},
	{"almost-operator", "a person's line is nearly `/operator`, or has the password behind it, and nobody has heard it", "changed: `/operator` alone"},
	{"maybe-password", "a person's line comes where a password might, and nobody has heard it", "later: at once, if it is none"},
	{"program-line", "a person's line is what a program says to the server, and nobody has heard it", "changed: after a `hello`"},

	// The journal and its bounds.
	{"not-kept", "it could not be recorded, and nobody has heard it; who has just come is in no room yet", "later"},
	{"unreadable", "the journal cannot be read just now", "later"},
	{"budget-spent", "one's address has made the journal grow as much as one may in a day, and nobody has heard it", "later: in some hours"},
	{"search-too-long", "a search is for at most 32 words", "changed: fewer words"},
	{"search-too-broad", "the search finds no end in its time", "changed: more words, or rarer ones"},
	{"search-busy", "too many are searching", "later"},
	{"forget-too-soon", "one has had one's words taken out within the last minute: the text says how long to wait", "later: in a minute"},
	{"forget-busy", "too many are having their words taken out, and of one's own some may still stand", "later: in a minute"},
	{"not-forgotten", "the words could not be taken out of the journal, and some may still stand", "later: in a minute"},

	// Of the console and the client, never of a server.
	{"console-stays", "the server's own console cannot be left", "changed: `shutdown`"},
	{"echo-stays-on", "the client needs the echo of one's own lines", "no"},
	{"no-event", "a line does not come from chinwag", "no"},
}
