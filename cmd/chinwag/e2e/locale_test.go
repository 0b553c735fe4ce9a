//go:build unix

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// locales are what people have, each with the character set of its terminal and what is typed there.
var locales = map[string]struct {
	env    string
	table  encoding.Encoding
	typed  string
	heard  string
	cannot string // what the terminal has no letter for; it shows a question mark
}{
	"LANG=C":      {env: "LANG=C", table: encoding.Nop, typed: "中文 é 😀", heard: "好的 ü"},
	"LC_ALL=C":    {env: "LC_ALL=C", table: encoding.Nop, typed: "中文 é", heard: "好的 ü"},
	"POSIX":       {env: "LC_ALL=POSIX", table: encoding.Nop, typed: "中文 é", heard: "好的 ü"},
	"unset":       {table: encoding.Nop, typed: "中文 é", heard: "好的 ü"},
	"no name":     {env: "LANG=zh_CN", table: encoding.Nop, typed: "中文 é", heard: "好的 ü"},
	"a category":  {env: "LC_CTYPE=zh_CN.gb18030", table: simplifiedchinese.GB18030, typed: "中文", heard: "好的"},
	"UTF-8":       {env: "LC_ALL=C.UTF-8", table: encoding.Nop, typed: "中文 é \ufffd", heard: "好的 ü \ufffd"},
	"utf8@mod":    {env: "LC_ALL=de_DE.utf8@euro", table: encoding.Nop, typed: "中文 é", heard: "好的 ü"},
	"ISO-8859-1":  {env: "LC_ALL=en_US.ISO-8859-1", table: charmap.ISO8859_1, typed: "café ñ ÿ", heard: "Grüße ¿", cannot: "Ω"},
	"ISO-8859-15": {env: "LC_ALL=de_DE.ISO-8859-15@euro", table: charmap.ISO8859_15, typed: "5 €", heard: "6 €", cannot: "Ω"},
	"GBK":         {env: "LC_ALL=zh_CN.GBK", table: simplifiedchinese.GBK, typed: "中文，镕 é", heard: "好的，「ü」", cannot: "ñ"},
	"GB2312":      {env: "LC_ALL=zh_CN.gb2312", table: simplifiedchinese.GBK, typed: "中文", heard: "好的"},
	"GB18030":     {env: "LC_ALL=zh_CN.GB18030", table: simplifiedchinese.GB18030, typed: "中文 ñ 😀", heard: "好的 ñ 😀"},
	"eucJP":       {env: "LC_ALL=ja_JP.eucJP", table: japanese.EUCJP, typed: "日本語 ｶﾅ", heard: "はい、分かりました ñ", cannot: "ข"},
	"SJIS":        {env: "LC_ALL=ja_JP.SJIS", table: japanese.ShiftJIS, typed: "日本語 ソ", heard: "表示", cannot: "ñ"},
	"Big5":        {env: "LC_ALL=zh_TW.Big5", table: traditionalchinese.Big5, typed: "中文 許功蓋", heard: "好的", cannot: "ñ"},
	"KOI8-R":      {env: "LC_ALL=ru_RU.KOI8-R", table: charmap.KOI8R, typed: "привет", heard: "Здравствуйте", cannot: "中"},
}

// underLocale is a command that no other locale is set for.
func underLocale(t *testing.T, locale string, args ...string) *exec.Cmd {
	line := append([]string{"-u", "LC_ALL", "-u", "LC_CTYPE", "-u", "LANG"}, strings.Fields(locale)...)
	return exec.Command("env", append(append(line, program(t)), args...)...)
}

// seesIn waits for the beginning of a line on a terminal of some character set.
func (p *person) seesIn(table encoding.Encoding, want string) {
	p.t.Helper()
	p.untilSeen(want, func([]string) bool {
		text, _, _ := p.now()
		decoded, err := table.NewDecoder().String(text)
		require.NoError(p.t, err)
		for _, row := range new(terminal).show(decoded) {
			if strings.HasPrefix(row, want) {
				return true
			}
		}
		return false
	})
}

// TestG9ATerminalOfAnyCharacterSet: what is typed is what is heard, and what is said is what is seen, at join, at the
// console, and where both are plain lines.
func TestG9ATerminalOfAnyCharacterSet(t *testing.T) {
	t.Parallel()
	for name, l := range locales {
		encode := func(s string) string {
			b, err := l.table.NewEncoder().String(s)
			require.NoError(t, err)
			return b
		}
		talk := func(_ *testing.T, ann, there *person, nick, end string) {
			there.sends(encode(l.typed) + end)
			ann.expect("<" + nick + "> " + l.typed)
			ann.types(l.heard + l.cannot)
			there.seesIn(l.table, "<ann> "+l.heard+strings.Repeat("?", len([]rune(l.cannot))))
		}
		t.Run("join/"+name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			ann := h.enter("ann")
			bob := atTerminal(t, h.ctx, underLocale(t, l.env, "join", h.addr, "--nick", "bob"))
			bob.shows("bob in")
			talk(t, ann, bob, "bob", "\r")
			bob.sends("/quit\r")
			assert.Zero(t, bob.process.exits())
		})
		t.Run("lines/"+name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			ann := h.enter("ann")
			bob := atTerminal(t, h.ctx, underLocale(t, l.env, "join", "--plain", h.addr, "--nick", "bob"))
			bob.shows("You are bob")
			talk(t, ann, bob, "bob", "\n")
			bob.sends("/quit\n")
			assert.Zero(t, bob.process.exits())
		})
		for _, console := range []string{"auto", "plain"} {
			t.Run("console/"+console+"/"+name, func(t *testing.T) {
				t.Parallel()
				h, op := openAtTerminal(t, l.env, "--console", console)
				ann := h.enter("ann")
				talk(t, ann, op, "operator", "\r")
				op.sends("/shutdown\r")
				assert.Zero(t, op.process.exits())
			})
		}
	}
}

// openAtTerminal starts a server in a terminal, which is its log, too.
func openAtTerminal(t *testing.T, locale string, flags ...string) (*server, *person) {
	t.Helper()
	h := open(t, "--console", "off") // lends its deadline, and its address
	h.process.signal(terminate)
	require.Zero(t, h.process.exits())
	op := atTerminal(t, h.ctx, underLocale(t, locale, append([]string{"serve", "--listen", h.addr}, flags...)...))
	op.shows("You are operator")
	return h, op
}

// What is no letter is not sent as one, nor does it stop the screen.
func TestG9WhatIsNoLetterIsNotSent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ locale, bytes string }{
		"C":     {"LC_ALL=C", "caf\xe9 "},
		"UTF-8": {"LC_ALL=C.UTF-8", "caf\xe9 "},
		"GBK":   {"LC_ALL=zh_CN.GBK", "caf\xff "},
		"eucJP": {"LC_ALL=ja_JP.eucJP", "caf\xff "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			ann := h.enter("ann")
			bob := atTerminal(t, h.ctx, underLocale(t, c.locale, "join", h.addr, "--nick", "bob"))
			bob.shows("bob in")
			bob.sends("first\r" + c.bytes + "\r")
			bob.shows("Your terminal has sent what is no letter")
			bob.sends(ctrlC + "second\r")
			assert.Equal(t, linesOf("-- bob joined", "<bob> first", "<bob> second"), ann.until("<bob> second"))
			bob.sends("/quit\r")
			assert.Zero(t, bob.process.exits())
		})
		t.Run("lines/"+name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			ann := h.enter("ann")
			bob := atTerminal(t, h.ctx, underLocale(t, c.locale, "join", "--plain", h.addr, "--nick", "bob"))
			bob.shows("You are bob")
			bob.sends("first\n" + c.bytes + "\nsecond\n")
			assert.Equal(t, linesOf("-- bob joined", "<bob> first", "<bob> second"), ann.until("<bob> second"))
			bob.shows("that line did not arrive as UTF-8")
		})
	}
}

// Where there is no table, lines do, and a sentence says so.
func TestATerminalOfAnUnknownCharacterSet(t *testing.T) {
	t.Parallel()
	const unknown, why = "LC_ALL=hy_AM.ARMSCII-8", "chinwag: no screen but plain lines, in UTF-8: your locale says that this terminal writes in ARMSCII-8, which is not known here: set both to UTF-8"
	h, op := openAtTerminal(t, unknown)
	assert.Contains(t, op.all(), why)
	ann := h.enter("ann")
	bob := atTerminal(t, h.ctx, underLocale(t, unknown, "join", h.addr, "--nick", "bob"))
	bob.shows(why, "-- You are bob")
	bob.types("中文")
	ann.expect("<bob> 中文")
	op.shows("<bob> 中文")
	op.types("好", "/shutdown")
	bob.shows("<operator> 好")
	assert.Zero(t, op.process.exits())
}

// In a pipe the locale says nothing: a job that runs without one speaks as it does by hand.
func TestInAPipeAllIsUTF8(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann := h.enter("ann")
	for _, locale := range []string{"LC_ALL=C", "LC_ALL=zh_CN.GBK", "LC_ALL=hy_AM.ARMSCII-8"} {
		cmd := underLocale(t, locale, "join", h.addr, "--nick", "bob")
		cmd.Stdin = strings.NewReader("中文\n/me 好\n\xd6\xd0\n")
		var out, errs strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		ann.expect("<bob> 中文", "* bob 好", "-- bob left")
		assert.Equal(t, "-- that line did not arrive as UTF-8, so nobody has heard it: please set your terminal to UTF-8, or try once more in telnet\n", errs.String(), locale)
		assert.Equal(t, 1, cmd.ProcessState.ExitCode(), "%v", err)
	}
}

// A console that cannot be shown ends the server with the reason and a code.
func TestAConsoleThatFailsSaysWhy(t *testing.T) {
	t.Parallel()
	h := open(t, "--console", "off") // lends its deadline
	ours, theirs, err := pty.Open()
	require.NoError(t, err)
	defer ours.Close()
	log := newScreen(t, h.ctx, "log")
	cmd := exec.Command(program(t), serveArgs(nil)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, log
	cmd.Env = append(os.Environ(), "TERM=xterm")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // with no terminal to control it, there is no /dev/tty
	p := start(t, h.ctx, cmd, log)
	require.NoError(t, theirs.Close())
	assert.Equal(t, 1, p.exits())
	_, said, _ := strings.Cut(log.ends(), "chinwag: ")
	assert.Equal(t, "this terminal cannot show a screen: the system gives this program no access to it: lines do as well, with --console plain\n", said)
	assert.NotContains(t, log.all(), "an operator asked for it")
}

func TestAPasswordInTheLettersOfTheTerminal(t *testing.T) {
	t.Parallel()
	h := open(t, "--console", "off") // lends its deadline
	const words = "芝麻开门芝麻开门"
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(words)
	require.NoError(t, err)
	ask := func(locale, typed string) (file string, p *person) {
		file = filepath.Join(t.TempDir(), "password")
		p = atTerminal(t, h.ctx, underLocale(t, locale, "password", file))
		p.shows("password: ")
		p.sends(typed + "\r")
		return file, p
	}
	file, p := ask("LC_ALL=zh_CN.GBK", gbk)
	p.shows("once more: ")
	p.sends(gbk + "\r")
	require.Zero(t, p.process.exits())
	assert.True(t, isPassword(t, file, words))
	file, p = ask("LC_ALL=C.UTF-8", gbk)
	assert.Equal(t, 1, p.process.exits())
	p.shows("no letter in the character set")
	assert.NoFileExists(t, file, "any other eight such letters would be this password")
}

// A terminal that edits its own lines forgets the end of a long one: the rest is not said either.
func TestALineThatTheTerminalCutIsNotSaid(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("terminals are others here")
	}
	t.Parallel()
	h, op := openAtTerminal(t, "LC_ALL=C.UTF-8", "--console", "plain")
	ann := h.enter("ann")
	bob := atTerminal(t, h.ctx, underLocale(t, "LC_ALL=zh_CN.GBK", "join", "--plain", h.addr, "--nick", "bob"))
	bob.shows("You are bob")
	long := strings.Repeat("x", 5000)
	op.types(long, "from the console")
	bob.shows("<operator> from the console")
	op.shows("that line is longer than 4096 bytes")
	bob.types(long, "from a client")
	bob.shows("that line is longer than 4096 bytes")
	ann.expect("<operator> from the console", "<bob> from a client")
	assert.NotContains(t, ann.all(), "xx")
}
