package conn_test

import (
	"bufio"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

var update = flag.Bool("update", false, "rewrite the transcripts as the server plays them")

// TestTranscripts plays the conversations in testdata. A transcript is the screens of all clients in it:
//
//   - bob           bob connects, as nc does, and is silent for a second
//   - op operator   the same with the operator's role; op is called operator, others as they are
//     bob> hello      bob types it
//     bob| <ann> hi   bob sees it
//     ~ 5m            time passes
//     +! bob a\nb\n    bob connects and sends all that at once
//   - bob           bob's connection is closed from his side; -- bob: it breaks
//     # words         for the reader
//
// The rate limit is out of the way but where it says "limits as they are"; with "only a desk" the server is one, with
// "a place for one" one visitor has room there, and with "Three rooms at the most" no session is in more. TOKEN bot,
// CODE bob and EPOCH stand for what they were given.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			got := play(t, string(want))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			assert.Equal(t, string(want), got)
		})
	}
}

// Each conversation stands in README.md beside it, and no other does.
func TestTheConversationsHaveAnIndex(t *testing.T) {
	index, err := os.ReadFile(filepath.Join("testdata", "README.md"))
	require.NoError(t, err)
	var listed []string
	for _, m := range regexp.MustCompile(`(?m)^\| \[(.+)\]\((.+)\.txt\) \| .+ \|$`).FindAllStringSubmatch(string(index), -1) {
		assert.Equal(t, m[1], m[2])
		listed = append(listed, filepath.Join("testdata", m[2]+".txt"))
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	require.NoError(t, err)
	assert.ElementsMatch(t, files, listed)
}

// TestSpecification plays the transcripts of protocol/README.md.
func TestSpecification(t *testing.T) {
	const file = "../protocol/README.md"
	doc, err := os.ReadFile(file)
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```chat\n(.*?)```")
	n := 0
	got := block.ReplaceAllStringFunc(string(doc), func(s string) string {
		n++
		return "```chat\n" + play(t, block.FindStringSubmatch(s)[1]) + "```"
	})
	assert.Greater(t, n, 3)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	assert.Equal(t, string(doc), got)
}

func play(t *testing.T, script string) (got string) {
	t.Setenv("TZ", "UTC")
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, script)
		defer s.end()
		for line := range strings.Lines(script) {
			s.step(strings.TrimSuffix(line, "\n"))
		}
		got = s.out.String()
	})
	return got
}

// stage is a server in a bubble, and its clients. stage is a server and the people of a transcript.
type stage struct {
	*conntest.Server
	t      *testing.T
	people []*person
	out    strings.Builder
	epoch  string
}

// person is a client of a transcript.
type person struct {
	*conntest.Client
	wire  *conntest.Wire
	name  string
	token string // the last it was given
}

func newStage(t *testing.T, script string) *stage {
	o := hub.Options{
		Desk:               strings.Contains(script, "# only a desk"),
		VisitorsPerAddress: 3,
		Replies:            map[string]protocol.Text{"hours": protocol.MustText("We are here from 9 to 5. 我们九点到五点在。"), "bye": protocol.MustText("Thank you, and goodbye")},
	}
	if strings.Contains(script, "# a place for one") {
		o.Visitors = 1
	}
	if strings.Contains(script, "Three rooms at the most") {
		o.RoomsPerSession = 3
	}
	limits := conn.Options{Burst: 100, Password: func(p protocol.Secret) bool { return p == "芝麻开门 /quit" }}
	if strings.Contains(script, "# limits as they are") {
		limits.Burst = 0
	}
	s := &stage{t: t, Server: openServer(t, hubtest.Setup{Options: o, Bounds: journal.Bounds{Lines: 50}}, limits)}
	s.Go(s.StopWhenAsked)
	return s
}

func (s *stage) end() {
	s.Stop()
	synctest.Wait()
	for _, p := range s.people {
		_ = p.Close()
	}
	s.End()
}

func (s *stage) step(line string) {
	fmt.Fprintln(&s.out, line)
	switch name, text, typed := cut(line); {
	case typed:
		_, err := s.find(name).Write([]byte(unescape(s.fill(text)) + "\n"))
		if err != nil {
			fmt.Fprintf(&s.out, "%s| (the connection is over)\n", name)
		}
		synctest.Wait()
	case strings.HasPrefix(line, "+! "):
		words := strings.SplitN(line, " ", 3)
		s.connect(words[1:2])
		_, err := s.find(words[1]).Write([]byte(strings.ReplaceAll(s.fill(words[2]), `\n`, "\n")))
		require.NoError(s.t, err)
		synctest.Wait()
	case strings.HasPrefix(line, "+ "):
		s.connect(strings.Fields(line[2:]))
		time.Sleep(time.Second)
		synctest.Wait()
	case strings.HasPrefix(line, "- "), strings.HasPrefix(line, "-- "):
		p := s.find(strings.TrimLeft(line, "- "))
		if line[1] == '-' {
			p.wire.Break(p.Conn)
		}
		_ = p.Close()
		synctest.Wait()
	case strings.HasPrefix(line, "~ "):
		d, err := time.ParseDuration(line[2:])
		require.NoError(s.t, err)
		time.Sleep(d)
		synctest.Wait()
	case line == "", strings.HasPrefix(line, "#"):
	default: // the events since the last look
		got := s.out.String()
		s.out.Reset()
		s.out.WriteString(strings.TrimSuffix(got, line+"\n"))
	}
	s.look()
}

// look writes down the lines that each client has received since the last look.
func (s *stage) look() {
	for _, p := range s.people {
		seen := bufio.NewScanner(strings.NewReader(p.Take()))
		for seen.Scan() {
			if m := aToken.FindStringSubmatch(seen.Text()); m != nil {
				p.token = m[1]
			}
			if m := aCode.FindStringSubmatch(seen.Text()); m != nil {
				p.token = m[1]
			}
			if m := anEpoch.FindStringSubmatch(seen.Text()); m != nil {
				s.epoch = m[1]
			}
			fmt.Fprintf(&s.out, "%s| %s\n", p.name, unify(seen.Text()))
		}
	}
}

func (s *stage) connect(words []string) {
	var id hub.Identity
	if len(words) > 1 {
		id = hub.Identity{Nick: protocol.MustNick(strings.Replace(words[0], "op", "operator", 1)), Operator: true}
	} else {
		id.From = hub.Address{Host: "192.0.2.7", Prefix: netip.MustParsePrefix("192.0.2.7/32")}
	}
	wire := conntest.NewWire(conntest.Reset)
	c, err := s.Dial(id, wire)
	require.NoError(s.t, err)
	s.people = append(s.people, &person{Client: conntest.NewClient(s.t, c), wire: wire, name: words[0]})
}

func (s *stage) find(name string) *person {
	for i := len(s.people) - 1; i >= 0; i-- {
		if s.people[i].name == name {
			return s.people[i]
		}
	}
	s.t.Fatalf("nobody is called %q in this transcript", name)
	return nil
}

// fill puts in what the script cannot know.
func (s *stage) fill(text string) string {
	return theToken.ReplaceAllStringFunc(strings.ReplaceAll(text, "EPOCH", s.epoch), func(w string) string {
		return s.find(theToken.FindStringSubmatch(w)[1]).token
	})
}

var typing = regexp.MustCompile(`^(\w+)> ?(.*)$`)

func cut(line string) (name, text string, typed bool) {
	m := typing.FindStringSubmatch(line)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// unescape lets a transcript show bytes that a terminal must not get raw.
func unescape(s string) string {
	return regexp.MustCompile(`\\(x[0-9a-f]{2}|u[0-9a-f]{4})`).ReplaceAllStringFunc(s, func(e string) string {
		var n int
		_, _ = fmt.Sscanf(e[2:], "%x", &n)
		if e[1] == 'x' {
			return string([]byte{byte(n)})
		}
		return string(rune(n))
	})
}

var (
	aUUID    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	aToken   = regexp.MustCompile(`"token":"([A-Z2-7]{26})"`)
	anEpoch  = regexp.MustCompile(`"epoch":"([0-9a-f-]{36})"`)
	notText  = regexp.MustCompile(`[\x00-\x1f\x7f]|[^\x00-\x{10FFFF}]|\x{FFFD}`)
	aCode    = regexp.MustCompile(`/resume ([a-z2-7]{5}-[a-z2-7]{5})`)
	theToken = regexp.MustCompile(`(?:TOKEN|CODE) (\w+)`)
)

// unify puts names in the place of what is new in every run.
func unify(s string) string {
	s = notText.ReplaceAllStringFunc(s, func(c string) string { return fmt.Sprintf("%+q", c) })
	s = aCode.ReplaceAllStringFunc(s, func(c string) string { return c[:len(c)-11] + "CODE" })
	return aToken.ReplaceAllString(aUUID.ReplaceAllString(s, "UUID"), `"token":"TOKEN"`)
}
