package conn_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/hub"
)

// Somebody whose hello is bad is nobody: neither heard of nor counted, however long it
// takes, and gone after the third without a trace.
func TestAProgramWithoutAGoodHelloIsNowhere(t *testing.T) {
	for name, bad := range map[string]string{
		"two words": `{"type":"hello","nick":"two words"}`, "a number": `{"type":"hello","nick":5}`, "a room": `{"type":"hello","room":"a b"}`,
		"a replay": `{"type":"hello","replay":"3"}`, "no hello": `{"type":"say","text":"hi"}`, "torn": `{"type":"hel`, "nothing": `{}`,
		"not UTF-8": `{"type":"hello","nick":"caf` + "\xe9\"}", "another quote": `{'type':'hello'}`, "a mark": "\ufeff{\"type\":\"dance\"}",
		"too long": `{"type":"hello","nick":"` + strings.Repeat("x", 5000) + `"}`,
	} {
		for _, slow := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				w := newHouse(t, hub.Options{}, conn.Options{Rate: -1})
				l, door := w.open()
				ann := l.knock(t, "192.0.2.1")
				ann.say("/nick ann", "/ping", "/who")
				synctest.Wait()
				bot := l.knock(t, "192.0.2.3")
				if slow { // it is announced as a guest, and leaves
					time.Sleep(time.Second)
				}
				from, began := len(bot.text()), len(ann.text())
				for range 2 {
					bot.say(bad)
					time.Sleep(time.Minute)
					synctest.Wait()
				}
				ann.say("hello?", "/who")
				synctest.Wait()
				if slow {
					assert.Equal(t, "-- guest-2 left\n-- 1 in #lobby: ann\n", ann.text()[began:], name)
				} else {
					assert.Equal(t, "-- 1 in #lobby: ann\n", ann.text()[began:], name)
				}
				bot.say(bad, `{"type":"hello"}`, `{"type":"say","text":"too late"}`)
				synctest.Wait()
				lines := strings.Split(strings.TrimSpace(bot.text()[from:]), "\n")
				if assert.Len(t, lines, 4, name) {
					for _, line := range lines[:3] {
						assert.Regexp(t, `^\{"type":"refused","code":"[a-z0-9-]+","text":".*"\}$`, line, name)
					}
					assert.Equal(t, `{"type":"goodbye","reason":"no-hello","back":0}`, lines[3], name)
				}
				assert.True(t, bot.isOver(), name)
				assert.NoError(t, bot.err, name)
				assert.NotContains(t, ann.text(), "too late", name)
				door.Close()
				w.leave(ann)
			})
		}
	}
}

// It may say hello twice more, and then has a session, whether it was announced before or not.
func TestAProgramMaySayHelloAgain(t *testing.T) {
	for _, slow := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newHouse(t, hub.Options{}, conn.Options{Rate: -1})
			l, door := w.open()
			ann, bot := l.knock(t, "192.0.2.1"), l.knock(t, "192.0.2.3")
			ann.say("/nick ann", "before")
			synctest.Wait()
			if slow {
				time.Sleep(time.Second)
			}
			bot.say(`{"type":"hello","nick":"two words"}`, `{"type":"hello","nick":"a b"}`, `{"type":"hello","nick":"bot","replay":0}`, `{"type":"say","text":"hi"}`)
			synctest.Wait()
			ann.say("hello bot")
			synctest.Wait()
			assert.Contains(t, ann.text(), "-- bot joined\n<bot> hi\n")
			require.Equal(t, 2, strings.Count(bot.text(), `"code":"bad-name"`))
			assert.Equal(t, 1, strings.Count(bot.text(), `"type":"welcome"`))
			assert.Equal(t, 1, strings.Count(bot.text(), `"text":"hello bot"`))
			assert.NotContains(t, bot.text()[strings.Index(bot.text(), `"type":"refused"`):], "\n-- ", "no line of text after the first object")
			door.Close()
			w.leave(ann, bot)
		})
	}
}

// One who reads nothing while the room talks was behind as a guest, and is told nothing of
// it while it is nowhere.
func TestAGuestWhoWasBehindIsToldNothingWhileItIsNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{Outbox: 1000}, conn.Options{Rate: -1})
		ann := w.named("ann")
		bot := w.stuck()
		time.Sleep(time.Second)
		for range 100 {
			ann.say("a line that is longer than nothing at all")
		}
		synctest.Wait()
		go func() { _, _ = bot.Write([]byte(`{"type":"hello","nick":"two words"}` + "\n")) }()
		synctest.Wait()
		ann.say("not for you")
		synctest.Wait()
		v := visit(t, bot)
		synctest.Wait()
		ann.say("nor this")
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Contains(t, v.text(), `"code":"bad-name"`)
		assert.NotContains(t, v.text(), "not for you")
		assert.NotContains(t, v.text(), "nor this")
		v.say(`{"type":"hello","nick":"bot","replay":0}`)
		synctest.Wait()
		ann.say("but this")
		synctest.Wait()
		assert.Equal(t, 1, strings.Count(v.text(), `"text":"but this"`))
		assert.NotContains(t, v.text(), "nor this")
		w.leave(ann, v)
	})
}

// A place at the desk that is refused is refused in objects, too.
func TestAFullDeskIsToldInObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{Desk: true, Visitors: 1}, conn.Options{Rate: -1})
		l, door := w.open()
		first := l.knock(t, "192.0.2.1")
		first.say("hello")
		bot := l.knock(t, "192.0.2.3")
		from := len(bot.text())
		bot.say(`{"type":"hello"}`)
		synctest.Wait()
		lines := strings.Split(strings.TrimSpace(bot.text()[from:]), "\n")
		assert.Contains(t, lines[0], `{"type":"refused","code":"desk-full"`)
		assert.Equal(t, `{"type":"goodbye","reason":"full","back":120}`, lines[len(lines)-1])
		door.Close()
		w.leave(first, bot)
	})
}
