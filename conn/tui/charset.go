package tui

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// The locale names the character set of the terminal. A locale without one (C, POSIX, or none at all) does not mean
// ASCII alone: nearly all terminals then speak UTF-8, so that is the default.

// charsets are the character sets other than UTF-8, by their names in a locale: in lower case, and only the letters and
// digits, so that euc-JP, eucJP and EUC_JP are one.
var charsets = map[string]encoding.Encoding{
	"gbk": simplifiedchinese.GBK, "cp936": simplifiedchinese.GBK,
	"gb2312": simplifiedchinese.GBK, "euccn": simplifiedchinese.GBK, // GBK holds all of it
	"gb18030": simplifiedchinese.GB18030,
	"big5":    traditionalchinese.Big5, "big5hkscs": traditionalchinese.Big5, "cp950": traditionalchinese.Big5,

	"eucjp": japanese.EUCJP, "ujis": japanese.EUCJP,
	"sjis": japanese.ShiftJIS, "shiftjis": japanese.ShiftJIS, "cp932": japanese.ShiftJIS, "windows31j": japanese.ShiftJIS,
	"euckr": korean.EUCKR, "uhc": korean.EUCKR, "cp949": korean.EUCKR,

	"iso88591": charmap.ISO8859_1, "iso88592": charmap.ISO8859_2, "iso88593": charmap.ISO8859_3, "iso88594": charmap.ISO8859_4,
	"iso88595": charmap.ISO8859_5, "iso88596": charmap.ISO8859_6, "iso88597": charmap.ISO8859_7, "iso88598": charmap.ISO8859_8,
	"iso88599": charmap.ISO8859_9, "iso885910": charmap.ISO8859_10, "iso885911": charmap.Windows874, "iso885913": charmap.ISO8859_13,
	"iso885914": charmap.ISO8859_14, "iso885915": charmap.ISO8859_15, "iso885916": charmap.ISO8859_16,

	"koi8r": charmap.KOI8R, "koi8u": charmap.KOI8U, "tis620": charmap.Windows874, "cp874": charmap.Windows874,
	"cp437": charmap.CodePage437, "cp850": charmap.CodePage850, "cp852": charmap.CodePage852, "cp866": charmap.CodePage866,
	"cp1250": charmap.Windows1250, "cp1251": charmap.Windows1251, "cp1252": charmap.Windows1252, "cp1253": charmap.Windows1253,
	"cp1254": charmap.Windows1254, "cp1255": charmap.Windows1255, "cp1256": charmap.Windows1256, "cp1257": charmap.Windows1257,
	"cp1258": charmap.Windows1258,
}

// utf8Names are the names under which a locale means UTF-8, or no character set.
var utf8Names = map[string]bool{"utf8": true, "usascii": true, "ascii": true, "ansix341968": true, "iso646": true, "646": true}

// charset is the character set of a terminal.
type charset struct {
	name  string            // for tcell's registry
	table encoding.Encoding // nil: UTF-8
}

// errCharset is a character set that the locale names and this package does not know.
type errCharset struct{ name string }

func (e *errCharset) Error() string {
	return fmt.Sprintf("your locale says that this terminal writes in %s, which is not known here: set both to UTF-8", e.name)
}

// CheckCharset returns nil if a screen can be drawn in the character set of this process's locale, or else an error for
// a person.
func CheckCharset() error {
	_, err := localeCharset()
	return err
}

// localeCharset is the character set that the locale names.
func localeCharset() (charset, error) {
	if runtime.GOOS == "windows" {
		return charset{name: "UTF-8"}, nil // its terminals ignore the locale
	}
	return charsetOf(os.Getenv)
}

func charsetOf(env func(string) string) (charset, error) {
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // the first that is set counts (POSIX)
		if locale = env(name); locale != "" {
			break
		}
	}
	if locale == "C" || locale == "POSIX" {
		return charset{name: "US-ASCII"}, nil
	}
	locale, _, _ = strings.Cut(locale, "@")
	_, name, found := strings.Cut(locale, ".")
	if !found {
		return charset{name: "UTF-8"}, nil
	}
	key := strings.Replace(strings.Map(lettersAndDigits, name), "windows125", "cp125", 1)
	table := charsets[key]
	if table == nil && !utf8Names[key] && name != "" {
		return charset{}, &errCharset{name}
	}
	return charset{name, table}, nil
}

func lettersAndDigits(r rune) rune {
	if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return unicode.ToLower(r)
	}
	return -1
}
