package tui

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

func TestTheLocaleNamesACharacterSet(t *testing.T) {
	of := func(env ...string) (charset, error) {
		return charsetOf(func(name string) string {
			for _, e := range env {
				if value, ok := strings.CutPrefix(e, name+"="); ok {
					return value
				}
			}
			return ""
		})
	}
	for _, env := range [][]string{
		nil, {"LANG=C"}, {"LANG=POSIX"}, {"LANG=zh_CN.GBK", "LC_CTYPE=C"}, {"LANG=C", "LC_ALL=C.UTF-8"}, {"LANG=C.utf8"}, {"LC_CTYPE=UTF-8"},
		{"LANG=zh_CN"}, {"LANG=de_DE@euro"}, {"LANG=en_US.US-ASCII"}, {"LANG=C.ANSI_X3.4-1968"}, {"LANG=x."},
	} {
		c, err := of(env...)
		require.NoError(t, err, env)
		assert.Nil(t, c.table, env)
	}
	for name, table := range map[string]any{
		"GBK": simplifiedchinese.GBK, "gb2312": simplifiedchinese.GBK, "GB18030": simplifiedchinese.GB18030, "eucJP": japanese.EUCJP, "EUC-JP": japanese.EUCJP,
		"ISO-8859-1": charmap.ISO8859_1, "iso88591": charmap.ISO8859_1, "ISO_8859-15": charmap.ISO8859_15, "CP1251": charmap.Windows1251, "windows-1251": charmap.Windows1251,
	} {
		c, err := of("LANG=xx_XX." + name + "@some")
		require.NoError(t, err, name)
		assert.Equal(t, table, c.table, name)
		assert.Equal(t, name, c.name, "tcell asks for it so")
	}
	_, err := of("LANG=hy_AM.ARMSCII-8")
	assert.EqualError(t, err, "your locale says that this terminal writes in ARMSCII-8, which is not known here: set both to UTF-8")
}

// TestEachByteIsALetterOrMarked gives each table every letter that it has, in pieces, and bytes that it has not.
func TestEachByteIsALetterOrMarked(t *testing.T) {
	names := []string{"utf8"}
	for name := range charsets {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		c := charset{name: name, table: charsets[name]}
		var text strings.Builder
		for _, r := range "abc~Ω中文é日本語のкои한국어😀\r" {
			if _, err := c.NewEncoder().Bytes([]byte(string(r))); err == nil {
				text.WriteRune(r)
			}
		}
		bytes, err := c.NewEncoder().Bytes([]byte(text.String()))
		require.NoError(t, err, name)
		assert.Equal(t, text.String(), inPieces(t, c.NewDecoder(), bytes), name)
		all := make([]byte, 0, 4*256)
		for b := range 256 {
			all = append(all, byte(b), 0xff, byte(b), 'x')
		}
		got := inPieces(t, c.NewDecoder(), all)
		assert.NotContains(t, got, mark, name)
		assert.Contains(t, got, "zx", name)
	}
	assert.Equal(t, "a"+Unreadable+"b"+replaced, inPieces(t, charset{}.NewDecoder(), []byte("a\xe9b\ufffd")))
	assert.Equal(t, "a"+Unreadable+"b", inPieces(t, charset{table: simplifiedchinese.GBK}.NewDecoder(), []byte("a\xffb")))
}

// inPieces decodes as tcell does: what has come so far, into a few bytes at a time.
func inPieces(t *testing.T, d transform.Transformer, from []byte) string {
	t.Helper()
	var text, rest []byte
	for _, b := range from {
		rest = append(rest, b)
		for len(rest) > 0 {
			dst := make([]byte, 8)
			nDst, nSrc, err := d.Transform(dst, rest, false)
			text, rest = append(text, dst[:nDst]...), rest[nSrc:]
			if err == transform.ErrShortSrc {
				break
			}
			require.True(t, nSrc > 0, "it stands still at %q: %v", rest, err)
		}
	}
	return string(text)
}

func TestWhatATableHasNotIsAQuestionMark(t *testing.T) {
	latin := charset{table: charmap.ISO8859_1}
	assert.Equal(t, "caf\xe9 ? ?? x\n", string(latin.encode("cafe\u0301 Ω 中 x\n")))
	assert.Equal(t, "q", string(latin.encode("q\u0323")), "a letter without its mark is still that letter")
	gbk := charset{table: simplifiedchinese.GBK}
	assert.Equal(t, "\xd6\xd0 ??\r\n", string(gbk.encode("中 😀\r\n")))
}

// A terminal that speaks UTF-8 under a locale of single bytes sends control characters that were not typed.
func TestTheControlCharactersBeyondASCIIAreNoLetters(t *testing.T) {
	latin := charset{table: charmap.ISO8859_1}
	line, _, err := transform.Bytes(latin.lineDecoder(), []byte("中文\n"))
	require.NoError(t, err)
	assert.False(t, utf8.Valid(line), "it is refused as a line: %q", line)
	line, _, err = transform.Bytes(latin.lineDecoder(), []byte("caf\xe9\xa0\xbf\n"))
	require.NoError(t, err)
	assert.Equal(t, "café\u00a0¿\n", string(line))
	assert.Equal(t, unreadable, letterOf('\u0096'))
	assert.Equal(t, 'é', letterOf('é'))
	assert.Equal(t, Unreadable, string(unreadable))
}
