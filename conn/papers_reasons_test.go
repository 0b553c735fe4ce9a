package conn_test

import (
	"encoding/json"
	"maps"
	"net"
	"regexp"
	"slices"
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
)

// going is a way in which a client's connection ends; an operator is connected, too.
type going struct {
	*conntest.Server
	me      *conntest.Client
	op      *conntest.Client
	program bool
}

// reasonsWhy makes each reason of the table come true. A server that is only a desk has a place for one.
var reasonsWhy = map[string]struct {
	desk bool
	do   func(g *going)
}{
	"quit":     {do: func(g *going) { g.says("quit", "") }},
	"finished": {desk: true, do: func(g *going) { g.says("say", "hello?"); g.op.Say("/close 1") }},
	"kicked":   {do: func(g *going) { g.op.Say("/kick olga") }},
	"replaced": {do: func(g *going) { g.comeBack() }},
	"shutdown": {do: func(g *going) { g.op.Say("/shutdown") }},
	"restart":  {do: func(g *going) { g.Stop() }},
	"full":     {desk: true, do: func(g *going) { g.me = g.enter("oskar"); time.Sleep(time.Minute) }},
	"no-hello": {do: func(g *going) { // people say none
		if g.program {
			g.me = visitAt(g.Server)
			g.me.Say(`{"type":"dance"}`, `{"type":"hello","nick":"a b"}`, `{"type":`)
		}
	}},
}

func theatre(t *testing.T, desk bool) *conntest.Server {
	w := openServer(t, hubtest.Setup{Options: hub.Options{Desk: desk, Visitors: 1}}, conn.Options{Rate: -1})
	w.Go(w.StopWhenAsked)
	return w
}

// visitAt connects, and says nothing.
func visitAt(w *conntest.Server) *conntest.Client { return w.Attach(identity("", false)) }

func (g *going) enter(nick string) *conntest.Client {
	v := visitAt(g.Server)
	if g.program {
		v.Say(`{"type":"hello","nick":"` + nick + `"}`)
	} else {
		v.Say("/nick " + nick)
	}
	time.Sleep(time.Second)
	synctest.Wait()
	return v
}

func (g *going) says(typ, text string) {
	switch {
	case g.program:
		b, _ := json.Marshal(map[string]string{"type": typ, "text": text})
		g.me.Say(string(b))
	case typ == "say":
		g.me.Say(text)
	default:
		g.me.Say("/" + typ)
	}
	synctest.Wait()
}

// comeBack connects a client that resumes the session of me.
func (g *going) comeBack() {
	again := visitAt(g.Server)
	if g.program {
		token := aToken.FindStringSubmatch(g.me.Text())[1]
		again.Say(`{"type":"hello","token":"` + token + `"}`)
	} else {
		again.Say("/resume " + aCode.FindStringSubmatch(g.me.Text())[1])
	}
	synctest.Wait()
	_ = again.Close()
}

// Every reason of the table comes true, and is told to people and to programs as the table has it.
func TestEveryReasonOfTheTable(t *testing.T) {
	var played []string
	for _, row := range specified(t, "| reason | in words | `back` | exit code |") {
		reason, words, comesBack := strings.Trim(row[0], "`"), row[1], row[2] == "more"
		if words == "" { // it is no goodbye
			continue
		}
		if reason == "lost" || reason == "stalled" { // others are told these: see below
			continue
		}
		played = append(played, reason)
		why, ok := reasonsWhy[reason]
		if !assert.True(t, ok, "nobody goes for the reason %s", reason) {
			continue
		}
		for _, program := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				g := &going{Server: theatre(t, why.desk), program: program}
				g.op = g.Connect(conntest.Operator())
				g.me = g.enter("olga")
				why.do(g)
				synctest.Wait()
				said := g.me.Text()
				last := said[strings.LastIndex(strings.TrimSuffix(said, "\n"), "\n")+1:]
				switch {
				case reason == "no-hello" && !program:
				case program && strings.HasPrefix(said, "{") || strings.Contains(said, "\n{"):
					var goodbye struct {
						Type, Reason string
						Back         *int
					}
					require.NoError(t, json.Unmarshal([]byte(last), &goodbye), said)
					assert.Equal(t, "goodbye", goodbye.Type, said)
					assert.Equal(t, reason, goodbye.Reason)
					require.NotNil(t, goodbye.Back)
					assert.Equal(t, comesBack, *goodbye.Back > 0, last)
				default: // people, and programs before their hello
					assert.Regexp(t, "^-- goodbye: "+regexp.QuoteMeta(words)+"($|[,;:\n])", last)
				}
				_ = g.me.Close()
				_ = g.op.Close()
				g.End()
			})
		}
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(reasonsWhy)), played)
}

// Clients that can get no goodbye: the other members are told the reason.
func TestOthersAreToldTheReason(t *testing.T) {
	for reason, do := range map[string]func(me net.Conn){
		"lost":    func(me net.Conn) { _ = me.Close() },
		"stalled": func(net.Conn) { time.Sleep(time.Minute) },
	} {
		synctest.Test(t, func(t *testing.T) {
			g := &going{Server: theatre(t, false), program: true}
			bob := g.enter("bob")
			me := g.Pipe(hub.Identity{})
			_, err := me.Write([]byte(`{"type":"hello","nick":"olga"}` + "\n"))
			require.NoError(t, err)
			time.Sleep(time.Second)
			bob.Say(`{"type":"say","text":"hello"}`)
			synctest.Wait()
			do(me)
			synctest.Wait()
			assert.Contains(t, bob.Text(), `"from":"olga","reason":"`+reason+`"}`)
			_ = me.Close()
			_ = bob.Close()
			g.End()
		})
	}
}

// Every line of the table of what goes out is seen, letter for letter.
func TestEveryLineOfTheTableComesOut(t *testing.T) {
	t.Setenv("TZ", "UTC")
	var seen string
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(12*time.Hour + 31*time.Minute)
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1})
		op := w.Connect(conntest.Operator())
		for n := range 6 { // the numbers at the desk before bob's
			v := w.ConnectAs("v" + string(rune('a'+n)))
			v.Say("/desk help")
			synctest.Wait()
			_ = v.Close()
			synctest.Wait()
		}
		bob, ann := w.ConnectAs("bob"), w.ConnectAs("ann")
		bob.Say("/echo on", "hello", "/me waves", "/msg ann psst")
		synctest.Wait()
		ann.Say("/msg bob psst", "/history all")
		synctest.Wait()
		ann.Say("/watch tea")
		synctest.Wait()
		bob.Say("/watch tea", "/say #tea hello", "/part tea")
		synctest.Wait()
		carol := w.Connect(identity("carol", true))
		bob.Say("/desk", "hello")
		synctest.Wait()
		carol.Say("/take 7", "hello")
		synctest.Wait()
		var many []*conntest.Client
		for len(many) < 412 {
			many = append(many, visitAt(w))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		for _, v := range many[:300] {
			_ = v.Close()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		seen = op.Text() + bob.Text() + ann.Text() + carol.Text()
		for _, v := range append(many, op, bob, ann, carol) {
			_ = v.Close()
		}
		w.End()
	})
	for _, row := range specified(t, "| line | event |") {
		for _, m := range inCode.FindAllStringSubmatch(row[0], -1) {
			like := strings.ReplaceAll(regexp.QuoteMeta(m[1]), "…", ".+")
			if strings.Contains(row[1], "at once") { // how many come in one line is up to the moment
				like = regexp.MustCompile(`\d+`).ReplaceAllLiteralString(like, `\d+`)
				like = regexp.MustCompile(`小明|dave|eve`).ReplaceAllString(like, `[^ ,]+`)
			}
			assert.True(t, regexp.MustCompile("(?m)^"+like+"$").MatchString(seen), "nobody sees %q:\n%s", m[1], seen)
		}
	}
}

var inCode = regexp.MustCompile("`([^`]*)`")
