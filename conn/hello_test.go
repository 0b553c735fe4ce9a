package conn_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/hub"
)

// A client whose hello is bad has no session: it is neither heard of nor counted, however long it takes, and gone after
// the third without a trace.
func TestAProgramWithoutAGoodHelloIsNowhere(t *testing.T) {
	for name, bad := range map[string]string{
		"two words": `{"type":"hello","nick":"two words"}`, "a number": `{"type":"hello","nick":5}`, "a room": `{"type":"hello","room":"a b"}`,
		"a replay": `{"type":"hello","replay":"3"}`, "no hello": `{"type":"say","text":"hi"}`, "torn": `{"type":"hel`, "nothing": `{}`,
		"not UTF-8": `{"type":"hello","nick":"caf` + "\xe9\"}", "another quote": `{'type':'hello'}`, "a mark": "\ufeff{\"type\":\"dance\"}",
		"too long": `{"type":"hello","nick":"` + strings.Repeat("x", 5000) + `"}`,
	} {
		for _, slow := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				w := newServer(t, hub.Options{}, conn.Options{Rate: -1})
				l := listen(w)
				ann := l.Connect(t, "192.0.2.1")
				ann.Say("/nick ann", "/ping", "/who")
				synctest.Wait()
				bot := l.Connect(t, "192.0.2.3")
				if slow { // it is announced as a guest, and leaves
					time.Sleep(time.Second)
				}
				from, began := len(bot.Text()), len(ann.Text())
				for range 2 {
					bot.Say(bad)
					time.Sleep(time.Minute)
					synctest.Wait()
				}
				ann.Say("hello?", "/who")
				synctest.Wait()
				if slow {
					assert.Equal(t, "-- guest-2 left\n-- 1 in #lobby: ann\n", ann.Text()[began:], name)
				} else {
					assert.Equal(t, "-- 1 in #lobby: ann\n", ann.Text()[began:], name)
				}
				bot.Say(bad, `{"type":"hello"}`, `{"type":"say","text":"too late"}`)
				synctest.Wait()
				lines := strings.Split(strings.TrimSpace(bot.Text()[from:]), "\n")
				if assert.Len(t, lines, 4, name) {
					for _, line := range lines[:3] {
						assert.Regexp(t, `^\{"type":"refused","code":"[a-z0-9-]+","text":".*"\}$`, line, name)
					}
					assert.Equal(t, `{"type":"goodbye","reason":"no-hello","back":0}`, lines[3], name)
				}
				assert.True(t, bot.IsClosed(), name)
				assert.NoError(t, bot.Err(), name)
				assert.NotContains(t, ann.Text(), "too late", name)
				w.End(ann)
			})
		}
	}
}

// It may say hello twice more, and then has a session, whether it was announced before or not.
func TestAProgramMaySayHelloAgain(t *testing.T) {
	for _, slow := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newServer(t, hub.Options{}, conn.Options{Rate: -1})
			l := listen(w)
			ann, bot := l.Connect(t, "192.0.2.1"), l.Connect(t, "192.0.2.3")
			ann.Say("/nick ann", "before")
			synctest.Wait()
			if slow {
				time.Sleep(time.Second)
			}
			bot.Say(`{"type":"hello","nick":"two words"}`, `{"type":"hello","nick":"a b"}`, `{"type":"hello","nick":"bot","replay":0}`, `{"type":"say","text":"hi"}`)
			synctest.Wait()
			ann.Say("hello bot")
			synctest.Wait()
			assert.Contains(t, ann.Text(), "-- bot joined\n<bot> hi\n")
			require.Equal(t, 2, strings.Count(bot.Text(), `"code":"bad-name"`))
			assert.Equal(t, 1, strings.Count(bot.Text(), `"type":"welcome"`))
			assert.Equal(t, 1, strings.Count(bot.Text(), `"text":"hello bot"`))
			assert.NotContains(t, bot.Text()[strings.Index(bot.Text(), `"type":"refused"`):], "\n-- ", "no line of text after the first object")
			w.End(ann, bot)
		})
	}
}

// A client that reads nothing while the room talks was behind as a guest, and is told nothing of it while it is
// nowhere.
func TestAGuestWhoWasBehindIsToldNothingWhileItIsNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{Outbox: 1000}, conn.Options{Rate: -1})
		ann := w.ConnectAs("ann")
		bot := w.Pipe(hub.Identity{})
		time.Sleep(time.Second)
		for range 100 {
			ann.Say("a line that is longer than nothing at all")
		}
		synctest.Wait()
		go func() { _, _ = bot.Write([]byte(`{"type":"hello","nick":"two words"}` + "\n")) }()
		synctest.Wait()
		ann.Say("not for you")
		synctest.Wait()
		v := conntest.NewClient(t, bot)
		synctest.Wait()
		ann.Say("nor this")
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Contains(t, v.Text(), `"code":"bad-name"`)
		assert.NotContains(t, v.Text(), "not for you")
		assert.NotContains(t, v.Text(), "nor this")
		v.Say(`{"type":"hello","nick":"bot","replay":0}`)
		synctest.Wait()
		ann.Say("but this")
		synctest.Wait()
		assert.Equal(t, 1, strings.Count(v.Text(), `"text":"but this"`))
		assert.NotContains(t, v.Text(), "nor this")
		w.End(ann, v)
	})
}

// A place at the desk that is refused is refused in objects, too.
func TestAFullDeskIsToldInObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{Desk: true, Visitors: 1}, conn.Options{Rate: -1})
		l := listen(w)
		first := l.Connect(t, "192.0.2.1")
		first.Say("hello")
		bot := l.Connect(t, "192.0.2.3")
		from := len(bot.Text())
		bot.Say(`{"type":"hello"}`)
		synctest.Wait()
		lines := strings.Split(strings.TrimSpace(bot.Text()[from:]), "\n")
		assert.Contains(t, lines[0], `{"type":"refused","code":"desk-full"`)
		assert.Equal(t, `{"type":"goodbye","reason":"full","back":120}`, lines[len(lines)-1])
		w.End(first, bot)
	})
}
