package line

// Commands and options of telnet (RFC 854, 860).
const (
	eof  = 236 // the first that is a command (RFC 1184)
	susp = 237 // suspend: Ctrl-Z
	se   = 240
	brk  = 243
	ip   = 244 // interrupt process: Ctrl-C
	ao   = 245 // abort output
	ec   = 247 // erase character
	el   = 248 // erase line
	sb   = 250
	will = 251
	wont = 252
	do   = 253
	dont = 254
	iac  = 255

	binary     = 0 // RFC 856
	timingMark = 6
)

// torn are the bytes of letters that GNU telnet takes for control keys, since it ignores their top bit, and sends as
// commands. A real key does not come in the middle of a letter.
var torn = map[byte]byte{susp: 0x9a, brk: 0x9c, ip: 0x83, ao: 0x8f}

// maxSub is how many bytes a subnegotiation may have. One that is never closed must not swallow the input for ever.
const maxSub = 512

// telnet takes the commands of a telnet client out of its input. UTF-8 has no byte 255, so the input of other clients
// passes unchanged.
type telnet struct {
	state      telnetState
	verb       byte          // will, wont, do or dont, in state option
	sub        int           // bytes of the subnegotiation so far
	answered   *[2][256]bool // the options answered, for do and for will; nil: none yet
	negotiated bool          // askBinary has asked
	reply      []byte        // to be sent; the caller takes it
}

type telnetState byte

const (
	data telnetState = iota
	command
	option
	subData
	subCommand
)

// An edit is the effect of a byte on the line.
type edit byte

const (
	nothing edit = iota
	add
	addBoth // with the byte before it
	addTorn // as the byte in torn
	eraseChar
	eraseLine
)

// letters is how many of the next bytes are certainly letters of a line.
func (t *telnet) letters(b []byte) (n int) {
	if t.state != data {
		return 0
	}
	for n < len(b) && b[n] > '\r' && b[n] != iac {
		n++
	}
	return n
}

// next takes one byte and returns its effect on the line. inLetter says that the line ends in the middle of a letter.
func (t *telnet) next(b byte, inLetter bool) edit {
	switch t.state {
	case data:
		if b == iac {
			t.state = command
			return nothing
		}
		return add
	case command:
		return t.command(b, inLetter)
	case option:
		t.state = data
		t.answer(b)
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

func (t *telnet) command(b byte, inLetter bool) edit {
	t.state = data
	if _, ok := torn[b]; ok && inLetter {
		t.askBinary()
		return addTorn
	}
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

// askBinary asks a telnet that tears letters to send them as they are, once. It is the only request that the server
// ever makes.
func (t *telnet) askBinary() {
	if !t.negotiated {
		t.negotiated = true
		t.reply = append(t.reply, iac, do, binary)
	}
}

// answer answers a request for an option, once, so that two sides that refuse cannot go on for ever. The timing mark is
// answered each time: a client that has sent one after Ctrl-C shows nothing until the answer.
func (t *telnet) answer(opt byte) {
	if t.verb == do && opt == timingMark {
		t.reply = append(t.reply, iac, will, opt)
		return
	}
	if t.verb != do && t.verb != will {
		return
	}
	side, yes, no := 0, byte(will), byte(wont)
	if t.verb == will {
		side, yes, no = 1, do, dont
	}
	if t.answered == nil {
		t.answered = new([2][256]bool)
	}
	if t.answered[side][opt] {
		return
	}
	t.answered[side][opt] = true
	switch {
	case opt != binary:
		t.reply = append(t.reply, iac, no, opt)
	case side == 0:
		t.reply = append(t.reply, iac, yes, opt)
	default:
		t.askBinary() // which means yes; once is enough
	}
}
