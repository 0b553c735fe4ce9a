package hub

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strings"
	"unicode/utf8"

	"chinwag/hub/state"
)

// No line, message or name may hold the code or the token of a live session: a reader could take the session over.
// Secrets get there by a mistyped /resume, or by pasting the first line of another window.

const (
	codeHalf  = 5  // letters of a code, before and after its hyphen
	tokenSize = 26 // letters of a token

	// maxLooks is how many words of one line are looked up, so that a line of guesses does not test hundreds of them.
	// The client's own secret is found among any number.
	maxLooks = 16
)

// hash is what the state stores of a code or token.
func (l *loop) hash(secret string) (h state.Secret) {
	mac := hmac.New(sha256.New, l.key[:])
	mac.Write([]byte(secret))
	copy(h[:], mac.Sum(nil))
	return h
}

// secretsIn are the words that may be the code or the token of a session, c's own first.
func (l *loop) secretsIn(c *Client, texts ...string) []state.Secret {
	f := finder{own: c.code, end: -1}
	for _, s := range texts {
		f.end = -1
		f.find(s)
	}
	if len(f.found) == 0 {
		return nil
	}
	hashes := make([]state.Secret, len(f.found))
	for i, s := range f.found {
		hashes[i] = l.hash(s)
	}
	return hashes
}

// find looks for possible codes and tokens in s.
func (f *finder) find(s string) {
	switch {
	case len(s) < 2*codeHalf:
	case strings.IndexByte(s, wide) < 0:
		f.findNarrow(s)
	default:
		f.findWide(s)
	}
}

// findWide is find for any s.
func (f *finder) findWide(s string) {
	size, begin, n := 0, 0, 1
	for at := 0; at < len(s); at += n {
		var b byte
		if b, n = letterAt(s, at); b != 0 {
			if size++; size == 1 {
				begin = at
			}
			continue
		}
		if size == codeHalf || size == 2*codeHalf || size == tokenSize {
			f.word(s[begin:at], size, begin)
		}
		size = 0
	}
	f.word(s[begin:], size, begin)
}

// findNarrow is find for s without wide letters: each letter is a byte. It takes a fifth of the time.
func (f *finder) findNarrow(s string) {
	for at := 0; at < len(s); at++ {
		begin := at
		for at < len(s) && small[s[at]] != 0 {
			at++
		}
		if size := at - begin; size == codeHalf || size == 2*codeHalf || size == tokenSize {
			f.word(s[begin:at], size, begin)
		}
	}
}

// finder looks for codes and tokens among words, also in other cases or with another separator than a hyphen between
// the halves. Where there is none it allocates nothing.
type finder struct {
	own   string
	half  [codeHalf]byte // the last word that could be half of a code
	end   int            // where that ended; -1: there was none
	found []string       // the client's own first, and then at most maxLooks
}

// word checks whether a word of so many letters, which begins there, is a secret or the end of one.
func (f *finder) word(s string, size, begin int) {
	var word [tokenSize]byte
	if size > tokenSize {
		return
	}
	for i, at := 0, 0; i < size; i++ {
		b, n := letterAt(s, at)
		word[i] = b
		at += n
	}
	switch size {
	case codeHalf:
		if f.end >= 0 && begin <= f.end+utf8.UTFMax {
			f.look(f.half[:], word[:codeHalf])
		}
		f.half, f.end = [codeHalf]byte(word[:]), begin+len(s)
	case 2 * codeHalf:
		f.look(word[:codeHalf], word[codeHalf:2*codeHalf])
	case tokenSize:
		for i, b := range word {
			if b >= 'a' {
				word[i] = b - 'a' + 'A'
			}
		}
		f.lookUp(word[:])
	}
}

// look looks up the code of these halves.
func (f *finder) look(a, b []byte) {
	var code [2*codeHalf + 1]byte
	copy(code[:], a)
	code[codeHalf] = '-'
	copy(code[codeHalf+1:], b)
	f.lookUp(code[:])
}

func (f *finder) lookUp(secret []byte) {
	switch {
	case string(secret) == f.own:
		f.found = slices.Insert(f.found, 0, f.own)
	case len(f.found) < maxLooks:
		f.found = append(f.found, string(secret))
	}
}

// letterAt is the ASCII letter or digit at an index of s, also a wide one, in lower case; 0 if there is none. n is the
// number of bytes to skip.
func letterAt(s string, at int) (b byte, n int) {
	b = s[at]
	switch {
	case b < utf8.RuneSelf:
		return small[b], 1
	case b != wide:
		return 0, 1
	}
	r, n := utf8.DecodeRuneInString(s[at:])
	if '！' <= r && r <= '～' {
		return small[r-'！'+'!'], n
	}
	return 0, n
}

const wide = '\xEF' // the first byte of each wide letter in UTF-8

// small maps ASCII letters and digits to lower case; any other byte to 0.
var small = func() (t [256]byte) {
	for b := range t {
		switch {
		case 'A' <= b && b <= 'Z':
			t[b] = byte(b) - 'A' + 'a'
		case 'a' <= b && b <= 'z', '0' <= b && b <= '9':
			t[b] = byte(b)
		}
	}
	return t
}()

// newCode makes the code of a session: 50 bits, which cannot be guessed while guesses are counted, in letters that can
// be read aloud.
func newCode() string {
	code := strings.ToLower(rand.Text()[:10])
	return code[:5] + "-" + code[5:]
}

// canonCode is a code as newCode writes it, or the token of a program.
func canonCode(s string) string {
	letters := strings.ToLower(strings.ReplaceAll(s, "-", ""))
	if len(letters) != 10 {
		return s
	}
	return letters[:5] + "-" + letters[5:]
}
