package plain

// Commands and options of telnet (RFC 854, 860).
const (
	eof  = 236 // the first that is a command (RFC 1184)
	se   = 240
	ip   = 244 // interrupt process: Ctrl-C
	ec   = 247 // erase character
	el   = 248 // erase line
	sb   = 250
	will = 251
	wont = 252
	do   = 253
	dont = 254
	iac  = 255

	timingMark = 6
)

// maxSub is how long a subnegotiation may be. One that is never closed must not
// swallow what is typed for ever.
const maxSub = 512

// telnet takes the commands of a telnet client out of what it sends. UTF-8 has
// no byte 255, so other clients pass unchanged.
type telnet struct {
	state   telnetState
	verb    byte         // will, wont, do or dont, in state option
	sub     int          // bytes of the subnegotiation so far
	refused [2][256]bool // what was answered already: do, will
	reply   []byte       // to be sent; the caller takes it
}

type telnetState byte

const (
	data telnetState = iota
	command
	option
	subData
	subCommand
)

// An edit is what a byte does to the line that is being typed.
type edit byte

const (
	nothing edit = iota
	add
	addBoth // the byte before it, too
	eraseChar
	eraseLine
)

// letters is how many of the bytes that come next are nothing but letters of a
// line, and need no closer look.
func (t *telnet) letters(b []byte) (n int) {
	if t.state != data {
		return 0
	}
	for n < len(b) && b[n] > '\r' && b[n] != iac {
		n++
	}
	return n
}

// next takes one byte and says what it does to the line.
func (t *telnet) next(b byte) edit {
	switch t.state {
	case data:
		if b == iac {
			t.state = command
			return nothing
		}
		return add
	case command:
		return t.command(b)
	case option:
		t.state = data
		t.refuse(b)
	case subData:
		if t.sub++; t.sub > maxSub {
			t.state = data
		} else if b == iac {
			t.state = subCommand
		}
	case subCommand:
		t.state = subData
		if b == se {
			t.state = data
		}
	}
	return nothing
}

func (t *telnet) command(b byte) edit {
	t.state = data
	switch b {
	case iac: // a data byte 255
		return add
	case will, wont, do, dont:
		t.verb, t.state = b, option
	case sb:
		t.sub, t.state = 0, subData
	case ec:
		return eraseChar
	case el, ip:
		return eraseLine
	}
	if b < eof {
		return addBoth // no command: the 255 was a letter of a terminal that is not set to UTF-8
	}
	return nothing
}

// refuse answers a request for an option, once, so that two who refuse cannot
// go on for ever. The timing mark is different: a client that has sent one after
// Ctrl-C shows nothing until it is answered, each time.
func (t *telnet) refuse(opt byte) {
	switch {
	case t.verb == do && opt == timingMark:
		t.reply = append(t.reply, iac, will, opt)
	case t.verb == do && !t.refused[0][opt]:
		t.refused[0][opt] = true
		t.reply = append(t.reply, iac, wont, opt)
	case t.verb == will && !t.refused[1][opt]:
		t.refused[1][opt] = true
		t.reply = append(t.reply, iac, dont, opt)
	}
}
