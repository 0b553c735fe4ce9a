//go:build unix

package e2e

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// thePages are for people, and what stands in them is true.
var thePages = []string{"README.md", "cmd/chinwag/README.zh.md", "cmd/chinwag/OPERATING.md"}

// TestThePages plays what the pages for people show. The label of a block tells how:
//
//	console      what stands on a terminal; the blocks of a section that follow each other are one scene
//	sh           commands, one a line, on the machine of a server that runs and keeps a journal
//	sh server    each line starts a server
//	sh make      each line names a target of the Makefile
//	sh stopped   commands beside a journal whose server has ended, after a backup
//	python, …    a bot, which is spoken to, and again after a restart if it comes back
//	ini          a unit of systemd
//
// A block with another label fails, and so does one without.
func TestThePages(t *testing.T) {
	t.Parallel()
	for _, file := range thePages {
		t.Run(filepath.Base(file), func(t *testing.T) {
			blocks := blocksOf(t, file)
			for len(blocks) > 0 {
				n := 1
				for n < len(blocks) && blocks[n].label == "console" && blocks[n].section == blocks[0].section {
					n++
				}
				if blocks[0].label != "console" {
					n = 1
				}
				b, scene := blocks[0], blocks[:n]
				blocks = blocks[n:]
				t.Run(fmt.Sprintf("line %d", b.at), func(t *testing.T) {
					switch b.label {
					case "console":
						playScene(t, scene)
					case "sh":
						runBeside(t, b)
					case "sh server":
						runServers(t, b)
					case "sh make":
						runMake(t, b)
					case "sh stopped":
						runStopped(t, b)
					case "python", "js", "bash":
						meetBot(t, b)
					case "ini":
						checkUnit(t, b)
					default:
						t.Errorf("no test knows the label %q", b.label)
					}
				})
			}
		})
	}
}

// block is a block of a page.
type block struct {
	at      int    // its line in the page
	section string // the heading above it
	label   string
	text    string
}

// blocksOf are the blocks of a page, in order.
func blocksOf(t *testing.T, file string) (blocks []block) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, file))
	require.NoError(t, err)
	var b *block
	var section string
	for i, line := range strings.Split(string(page), "\n") {
		label, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && b == nil:
			b = &block{at: i + 1, section: section, label: label}
		case fence:
			require.Empty(t, label, "the end of the block at line %d", b.at)
			blocks, b = append(blocks, *b), nil
		case b != nil:
			b.text += line + "\n"
		case strings.HasPrefix(line, "#"):
			section = line
		}
	}
	require.Nil(t, b, "a block has no end")
	require.NotEmpty(t, blocks)
	return blocks
}

func (b block) lines() []string { return strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") }

// commands are the lines of a block of commands, without what they say to the reader.
func (b block) commands() (lines []string) {
	for _, line := range b.lines() {
		if line = strings.TrimSpace(regexp.MustCompile(`(^|\s+)# .*`).ReplaceAllString(line, "")); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// playScene types what stands on each terminal, each line as soon as what stands before it is seen, and compares what
// is shown.
//
// The first line tells what the terminal is of: nc, or the console of a server. What the server tells begins with "<",
// "[", "* " or "-- ", and nothing else does: so all other lines of nc are typed. At the console what was typed is told
// again, as the operator's own.
func playScene(t *testing.T, scene []block) {
	t.Parallel()
	var h *server
	for _, b := range scene {
		if flags, ok := consoleFlags(b); ok {
			require.Nil(t, h, "one console a scene")
			h = openPage(t, flags...)
		}
	}
	if h == nil {
		h = open(t)
	}
	var all sync.WaitGroup
	for _, b := range scene {
		if _, ok := consoleFlags(b); ok {
			all.Go(func() { playConsole(h.console, b) })
			continue
		}
		require.Equal(t, "$ nc localhost 12345", b.lines()[0])
		nc := h.nc()
		all.Go(func() { playNC(nc, b) })
		defer func() {
			assert.Equal(t, told(b), aCode.ReplaceAllString(nc.all(), "/resume CODE"), "at line %d", b.at)
		}()
	}
	all.Wait()
}

// consoleFlags are those with which a console's server was started.
func consoleFlags(b block) (flags []string, ok bool) {
	words := strings.Fields(b.lines()[0])
	switch {
	case slices.Equal(words, []string{"$", "make", "run"}):
		return nil, true
	case len(words) > 2 && words[1] == ".bin/chinwag" && words[2] == "serve":
		return words[3:], true
	}
	return nil, false
}

var fromTheServer = regexp.MustCompile(`^(-- |<|\[|\* )`)

// told is what the server has told in a block of nc.
func told(b block) string {
	var lines []string
	for _, line := range b.lines()[1:] {
		if fromTheServer.MatchString(line) {
			lines = append(lines, aCode.ReplaceAllString(line, "/resume CODE"))
		}
	}
	return linesOf(lines...)
}

func playNC(p *person, b block) {
	for _, line := range b.lines()[1:] {
		switch {
		case !fromTheServer.MatchString(line):
			p.types(line)
		case aCode.MatchString(line):
			before, after, _ := strings.Cut(aCode.ReplaceAllString(line, "\x00"), "\x00")
			assert.Contains(p.t, p.expect(before+"..."), after)
		default:
			p.expect(line)
		}
	}
}

var ownLine = regexp.MustCompile(`^(?:<operator>|\[you -> [^\]]+\]) (.*)$`)

func playConsole(p *person, b block) {
	lines := b.lines()[1:]
	shown := len(lines) - 2 // above the status line
	for i, line := range lines[:shown] {
		if m := ownLine.FindStringSubmatch(line); m != nil {
			p.untilSeen(line+" as the next", func(rows []string) bool { return endsWith(rows, lines[:i]) })
			p.presses(m[1])
		}
	}
	p.untilSeen(fmt.Sprintf("the picture at line %d:\n%s\n", b.at, b.text), func(now []string) bool {
		return endsWith(now, lines[:shown]) && slices.Equal(now[len(now)-2:], lines[shown:])
	})
}

// endsWith reports whether these lines are the last above the status line.
func endsWith(rows, lines []string) bool {
	above := rows[:len(rows)-2]
	return len(above) >= len(lines) && slices.Equal(above[len(above)-len(lines):], lines)
}

// openPage starts a server with its console on a terminal.
func openPage(t *testing.T, flags ...string) *server {
	t.Helper()
	cmd := exec.Command(program(t), serveArgs(flags)...) // builds it, perhaps, for which the patience is not
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	cmd.Dir = t.TempDir()
	home := filepath.Join(scratch, "home")
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "TZ=UTC")
	h := &server{t: t, ctx: ctx, console: atTerminal(t, ctx, cmd)}
	h.process = h.console.process
	dialled := regexp.MustCompile(`127\.0\.0\.1[: ](\d+)`) // as the console tells it to others
	h.console.untilSeen("an address", func(rows []string) bool {
		m := dialled.FindStringSubmatch(strings.Join(rows, "\n"))
		if m != nil {
			h.addr = "127.0.0.1:" + m[1]
		}
		return m != nil
	})
	h.console.sees("-- You are operator in ")
	return h
}

// asOnThisMachine is a command of a page, with the server of the test in the place of the reader's.
func asOnThisMachine(line string, h *server) string {
	host, port, _ := net.SplitHostPort(h.addr)
	line = regexp.MustCompile(`\bHOST\b`).ReplaceAllString(line, host)
	line = strings.ReplaceAll(line, "12345", port)
	return regexp.MustCompile(`(chinwag join `+host+`)( |$)`).ReplaceAllString(line, "$1:"+port+"$2")
}

// inFolder is a command of a page, typed in a folder, with the program on the path and the password as its input.
func inFolder(t *testing.T, folder, line string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(onPath(t, "bash"), "-c", strings.ReplaceAll(line, ".bin/chinwag", "chinwag"))
	cmd.Dir = folder
	cmd.Stdin = strings.NewReader(sesame + "\n")
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(program(t))+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return cmd
}

// onPath is the path of a program that most machines have, from whatever maker; without it the test is left out.
// Nothing else wants it, so .ci/setup does not install it.
func onPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not on this machine", name)
	}
	return path
}

func runBeside(t *testing.T, b block) {
	t.Parallel()
	folder := t.TempDir()
	h := openOn(t, folder)
	ann := h.enter("ann")
	for _, line := range b.commands() {
		switch strings.Fields(line)[0] {
		case "nc":
			tool(t, "nc", "-h", "OpenBSD")
		case "telnet":
			tool(t, "telnet", "--version", "inetutils")
		}
		cmd := inFolder(t, folder, asOnThisMachine(line, h))
		if first := strings.Fields(line)[0]; first == "nc" || first == "telnet" || strings.HasSuffix(line, "chinwag join HOST") {
			p := &person{screen: newScreen(t, h.ctx, line)}
			stays, w, err := os.Pipe()
			require.NoError(t, err)
			cmd.Stdin, cmd.Stdout = stays, p.screen
			p.process = start(t, h.ctx, cmd, p.screen)
			require.NoError(t, stays.Close())
			_, err = w.WriteString("hello\n")
			require.NoError(t, err)
			ann.expect("...> hello")
			require.NoError(t, w.Close())
			continue
		}
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, "%s\n%s", line, out)
		if strings.Contains(line, "the backup is done") {
			ann.expect("<backup> the backup is done")
		}
	}
}

// runServers starts the server of each line, the flags as they are but for the ports. What else stands there comes
// before it.
func runServers(t *testing.T, b block) {
	t.Parallel()
	folder := t.TempDir()
	for _, line := range b.commands() {
		if !strings.Contains(line, "chinwag serve") {
			out, err := inFolder(t, folder, line).CombinedOutput()
			require.NoError(t, err, "%s\n%s", line, out)
			continue
		}
		line = regexp.MustCompile(`(--(?:listen|bare)[ =])\S*:\d+`).ReplaceAllString(line, "${1}127.0.0.1:0")
		if !strings.Contains(line, "--listen") {
			line += " --listen 127.0.0.1:0"
		}
		cmd := inFolder(t, folder, "exec "+line)
		cmd.Stdin = nil
		h := openWith(t, cmd, nil)
		h.enter("ann")
		h.process.signal(terminate)
		assert.Zero(t, h.process.exits(), line)
	}
}

// runMake asks make what it would do.
func runMake(t *testing.T, b block) {
	t.Parallel()
	for _, line := range b.commands() {
		words := strings.Fields(line)
		require.Equal(t, "make", words[0])
		cmd := exec.Command(onPath(t, "make"), append([]string{"-n"}, words[1:]...)...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, "%s\n%s", line, out)
	}
}

// meetBot speaks to a bot, and once more after the server has started again if it says that it comes back.
func meetBot(t *testing.T, b block) {
	t.Parallel()
	m := regexp.MustCompile(`nick\W+(\w+)`).FindStringSubmatch(b.text)
	require.NotNil(t, m, "the bot has no name")
	name := m[1]
	h := open(t)
	_, port, _ := net.SplitHostPort(h.addr)
	var interpreter string
	switch b.label {
	case "python":
		interpreter = onPath(t, "python3")
	case "js":
		interpreter = onPath(t, "node")
	case "bash":
		interpreter = onPath(t, "bash")
	}
	file := filepath.Join(t.TempDir(), "bot")
	text := strings.ReplaceAll(b.text, "12345", port)
	require.Contains(t, b.text, "12345")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	out := newScreen(t, h.ctx, "bot")
	cmd := exec.Command(interpreter, file)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1")

	ann := h.enter("ann")
	start(t, h.ctx, cmd, out)
	lives := 1
	if strings.Contains(b.text, "comes back") {
		lives = 2
	}
	for life := range lives {
		if life == 1 {
			h.process.signal(terminate)
			assert.Zero(t, h.process.exits())
			next := launch(t, exec.Command(program(t), "serve", "--listen", h.addr), nil)
			next.log.expect("...msg=listening addr=127.0.0.1:...")
			next.addr, h = h.addr, next
			ann = h.stranger()
		}
		ann.types("/who")
		if here := ann.expect("... in #lobby: ..."); !strings.Contains(here, name) {
			ann.expect("-- " + name + " joined")
		}
		ann.types("nobody is meant", name+", 你好")
		ann.expect("<" + name + "> ...")
		out.expect("safe: ...")
		assert.Equal(t, 1, strings.Count(ann.all(), "<"+name+"> "), "it answers once, and not itself")
	}
}

// checkUnit asks systemd about a unit.
func checkUnit(t *testing.T, b block) {
	t.Parallel()
	analyze := onPath(t, "systemd-analyze")
	text := regexp.MustCompile(`(?m)^(ExecStart=)\S+`).ReplaceAllString(b.text, "${1}\""+program(t)+"\"") // the folder may have a blank in its name
	file := filepath.Join(t.TempDir(), "chinwag.service")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	out, err := exec.Command(analyze, "verify", file).CombinedOutput()
	assert.NoError(t, err)
	assert.Empty(t, string(out))

	command := regexp.MustCompile(`(?m)^ExecStart=\S+ serve (.*)$`).FindStringSubmatch(b.text)
	require.NotNil(t, command)
	printed(t, append(append([]string{"serve"}, strings.Fields(command[1])...), "--help")...)
}

// TestThePagesLinksLead somewhere: to a file of the repository, and to a heading of it.
func TestThePagesLinksLead(t *testing.T) {
	t.Parallel()
	for _, file := range thePages {
		file = filepath.Join(root, file)
		page, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(string(page), -1) {
			path, anchor, _ := strings.Cut(m[1], "#")
			if strings.HasPrefix(m[1], "https://") {
				continue
			}
			target := file
			if path != "" {
				target = filepath.Join(filepath.Dir(file), path)
			}
			if _, err := os.Stat(target); !assert.NoError(t, err) || anchor == "" {
				continue
			}
			text, err := os.ReadFile(target)
			require.NoError(t, err)
			assert.Contains(t, anchorsOf(string(text)), anchor, "%s: %s", file, m[1])
		}
	}
}

// TestTheChinesePageSaysTheSame: its commands and scenes are those of README.md.
func TestTheChinesePageSaysTheSame(t *testing.T) {
	t.Parallel()
	shown := func(file string) (all []string) {
		for _, b := range blocksOf(t, file) {
			switch {
			case b.label == "console":
				all = append(all, b.text)
			case strings.HasPrefix(b.label, "sh"):
				all = append(all, b.commands()...)
			}
		}
		return all
	}
	assert.Equal(t, shown("README.md"), shown("cmd/chinwag/README.zh.md"))
}

// anchorsOf are the names of the headings of a page, as programs that show it make them.
func anchorsOf(page string) (anchors []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		s := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		anchors = append(anchors, strings.ReplaceAll(s, " ", "-"))
	}
	return anchors
}
