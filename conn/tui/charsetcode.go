package tui

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Two noncharacters stand for U+FFFD, which tcell cannot pass on: it takes each byte of a replacement character for a
// letter of its own. Like U+FFFD they have three bytes.
const (
	Unreadable = "\ufdd0" // bytes that are no letter in the terminal's character set
	replaced   = "\ufdd1" // a replacement character that was typed
	mark       = "\ufffd"
)

// NewDecoder implements encoding.Encoding for tcell: it decodes the terminal's input to UTF-8.
func (c charset) NewDecoder() *encoding.Decoder {
	if c.table == nil {
		return &encoding.Decoder{Transformer: utf8Decoder{}}
	}
	return &encoding.Decoder{Transformer: tableDecoder{c.table.NewDecoder().Transformer, Unreadable}}
}

// NewEncoder implements encoding.Encoding for tcell: it encodes the output to the terminal.
func (c charset) NewEncoder() *encoding.Encoder {
	if c.table == nil {
		return &encoding.Encoder{Transformer: encoding.UTF8Validator}
	}
	return &encoding.Encoder{Transformer: &tableEncoder{table: c.table.NewEncoder().Transformer}}
}

// utf8Decoder marks bytes that are not UTF-8. tcell's own never gets past such a byte.
type utf8Decoder struct{ transform.NopResetter }

func (utf8Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		r, size := utf8.DecodeRune(src[nSrc:])
		out := src[nSrc : nSrc+size]
		switch {
		case r != utf8.RuneError:
		case size > 1:
			out = []byte(replaced)
		case !atEOF && !utf8.FullRune(src[nSrc:]):
			return nDst, nSrc, transform.ErrShortSrc
		default:
			out = []byte(Unreadable)
		}
		if nDst+len(out) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], out)
		nSrc += size
	}
	return nDst, nSrc, nil
}

// unreadable is Unreadable as a letter.
const unreadable = '\ufdd0'

// letterOf is r, or unreadable for a control character beyond ASCII. No key types those: they come from a terminal that
// speaks UTF-8 under a locale with a character set of single bytes.
func letterOf(r rune) rune {
	if 0x80 <= r && r <= 0x9f {
		return unreadable
	}
	return r
}

// lineDecoder marks unreadable letters in lines, as bytes that are not UTF-8.
type lineDecoder struct{ tableDecoder }

func (d lineDecoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	nDst, nSrc, err = d.tableDecoder.Transform(dst, src, atEOF)
	for i := 1; i < nDst; i++ {
		if dst[i-1] == 0xc2 && dst[i] < 0xa0 {
			dst[i-1], dst[i] = 0xff, 0xff
		}
	}
	return nDst, nSrc, err
}

// tableDecoder marks the letters that its table does not have.
type tableDecoder struct {
	transform.Transformer
	mark string // of three bytes, as the table's own mark
}

func (d tableDecoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	nDst, nSrc, err = d.Transformer.Transform(dst, src, atEOF)
	for rest := dst[:nDst]; ; {
		i := bytes.Index(rest, []byte(mark))
		if i < 0 {
			return nDst, nSrc, err
		}
		rest = rest[i+copy(rest[i:], d.mark):]
	}
}

// tableEncoder writes one character of many runes: composed, and without the combining marks that its table does not
// have.
type tableEncoder struct {
	transform.NopResetter
	table transform.Transformer
}

func (e *tableEncoder) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for _, r := range norm.NFC.String(string(src)) {
		e.table.Reset()
		n, _, err := e.table.Transform(dst[nDst:], utf8.AppendRune(nil, r), true)
		switch {
		case err == nil:
			nDst += n
		case nDst > 0 && err != transform.ErrShortDst && unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		default:
			return 0, 0, err // tcell has a likeness of it, or writes a question mark
		}
	}
	return nDst, len(src), nil
}

// likeness is drawn if the terminal does not have the character. tcell knows more of them.
var likeness = map[rune]string{
	'▼': "v", '◌': "o", '…': ".", '•': "*", '·': ".", '“': `"`, '”': `"`, '‘': "'", '’': "'", '–': "-", '—': "-",
}

// register adds the terminal's character set to tcell's registry, under c.name.
func (c charset) register() { tcell.RegisterEncoding(c.name, c) }
