package hub

import (
	"unicode/utf8"

	"chinwag/protocol"
)

// What is said, written or called never holds the code or the token of a session that is
// alive: whoever reads it could take that over. One who mistypes /resume says it, or who
// pastes the first line of another window.

var secretSaid = protocol.Refuse("secret", "that holds the code of a session, with which others could take it over, so nobody has heard it: /resume CODE goes on with it")

const (
	codeHalf  = 5  // letters of a code, before and after its hyphen
	tokenSize = 26 // letters of a token

	// maxLooks is how many words of one line are looked up, so that a line of
	// guesses is not worth hundreds of them. One's own is known among any number.
	maxLooks = 16
)

// tellsSecret reports whether cmd would tell others a secret.
func (r *run) tellsSecret(m *member, cmd protocol.Command) bool {
	s := wordsOf(cmd)
	if len(s) < 2*codeHalf {
		return false
	}
	f := finder{tokens: r.tokens, own: m.token}
	for at, letter := range s {
		f.next(at, letter)
	}
	f.next(len(s), ' ')
	return f.found
}

// wordsOf is what others would hear or see of cmd.
func wordsOf(cmd protocol.Command) string {
	switch cmd := cmd.(type) {
	case protocol.Say:
		return cmd.Text.String()
	case protocol.Me:
		return cmd.Text.String()
	case protocol.Msg:
		return cmd.Text.String()
	case protocol.Reply:
		return cmd.Text.String()
	case protocol.Desk:
		return cmd.Text.String()
	case protocol.Topic:
		return cmd.Text.String()
	case protocol.Away:
		return cmd.Text.String()
	case protocol.Leave:
		return cmd.Text.String()
	case protocol.Note:
		return cmd.Text.String()
	case protocol.Announce:
		return cmd.Text.String()
	case protocol.Kick:
		return cmd.Text.String()
	case protocol.Hold:
		return cmd.Text.String()
	case protocol.Close:
		return cmd.Text.String()
	case protocol.Stop:
		return cmd.Text.String()
	case protocol.Rename:
		return cmd.Nick.String()
	case protocol.Join:
		return cmd.Room.String()
	}
	return ""
}

// finder looks for codes and tokens among words, also in other letters or with
// something else than a hyphen between the halves. It allocates nothing.
type finder struct {
	tokens map[string]*member
	own    string

	word  [tokenSize]byte // in small letters, as much of it as there is room for
	size  int             // of the word
	begin int             // where it begins
	half  [codeHalf]byte  // the word before, if that was half a code
	end   int             // where that ended; 0: it was none
	looks int
	found bool
}

func (f *finder) next(at int, letter rune) {
	if b, ok := letterOf(letter); ok {
		if f.size == 0 {
			f.begin = at
		}
		if f.size < tokenSize {
			f.word[f.size] = b
		}
		f.size++
		return
	}
	if f.size > 0 {
		f.ended(at)
	}
}

// ended is the end of a word.
func (f *finder) ended(at int) {
	switch f.size {
	case codeHalf:
		if f.end > 0 && f.begin <= f.end+utf8.UTFMax {
			f.look(f.half[:], f.word[:codeHalf])
		}
		copy(f.half[:], f.word[:])
	case 2 * codeHalf:
		f.look(f.word[:codeHalf], f.word[codeHalf:2*codeHalf])
	case tokenSize:
		for i, b := range f.word {
			if 'a' <= b && b <= 'z' {
				f.word[i] = b - 'a' + 'A'
			}
		}
		f.lookUp(f.word[:])
	}
	if f.end = 0; f.size == codeHalf {
		f.end = at
	}
	f.size = 0
}

// look looks for the code of these halves.
func (f *finder) look(a, b []byte) {
	var code [2*codeHalf + 1]byte
	copy(code[:], a)
	code[codeHalf] = '-'
	copy(code[codeHalf+1:], b)
	f.lookUp(code[:])
}

func (f *finder) lookUp(secret []byte) {
	if string(secret) == f.own {
		f.found = true
	} else if f.looks++; f.looks <= maxLooks && f.tokens[string(secret)] != nil {
		f.found = true
	}
}

// letterOf is r as a small letter or a digit, if it is one of ASCII or a wide one.
func letterOf(r rune) (b byte, ok bool) {
	if '！' <= r && r <= '～' {
		r -= '！' - '!'
	}
	switch {
	case 'A' <= r && r <= 'Z':
		return byte(r) - 'A' + 'a', true
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return byte(r), true
	}
	return 0, false
}
