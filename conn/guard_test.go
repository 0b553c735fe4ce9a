package conn_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/hub"
)

const (
	isGuarded    = "-- nobody has heard that, since it may be a password: if it is none, please say it again"
	isNoPassword = "-- nobody becomes an operator that way here: the server has no password for it"
)

// A password that is typed without a prompt is not said.
func TestAPasswordThatNobodyAskedForIsNotSaid(t *testing.T) {
	for name, c := range map[string]struct {
		password conn.Password
		before   []string // and then the password
		told     string
	}{
		"there is none":       {nil, []string{"/operator"}, isNoPassword},
		"a wrong one before":  {knowsSesame, []string{"/operator", "simsim"}, isWrong},
		"too many wrong ones": {knowsSesame, strings.Split(strings.Repeat("/operator\nsimsim\n", 5)+"/operator", "\n"), isTooMany},
		"a mistyped command":  {knowsSesame, []string{"/oeprator"}, "-- there is no such command: it is /operator"},
		"a wide slash":        {knowsSesame, []string{"／operator"}, "-- there is no such command: it is /operator"},
		"on one line":         {knowsSesame, []string{"/operator sesame"}, "-- please type /operator alone"},
	} {
		for _, together := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				w := newServer(t, hub.Options{}, conn.Options{Rate: -1, Password: c.password})
				l := listen(w)
				bob, ann := l.Connect(t, "192.0.2.2"), l.Connect(t, "192.0.2.1")
				bob.Say("/ping")
				ann.Say("/ping")
				synctest.Wait()
				if together {
					ann.Say(append(c.before, "open sesame", "hello")...)
				} else {
					for _, line := range append(c.before, "", "open sesame", "hello") {
						ann.Say(line)
						synctest.Wait()
						time.Sleep(time.Second / 2)
					}
				}
				synctest.Wait()
				assert.Contains(t, ann.Text(), c.told, name)
				assert.Contains(t, ann.Text(), isGuarded, name)
				assert.Contains(t, bob.Text(), "> hello\n", name)
				for _, seen := range []string{bob.Text(), ann.Text(), w.Log.Text()} {
					assert.NotContains(t, seen, "sesame", name)
					assert.NotContains(t, seen, "simsim", name)
				}
				ann.Say(c.before...)
				time.Sleep(6 * time.Second)
				ann.Say("is anybody here?")
				synctest.Wait()
				assert.Contains(t, bob.Text(), "> is anybody here?\n", "%s: whoever has read the answer is heard", name)
				w.End(bob, ann)
			})
		}
	}
}

// A server without a password says so at once, and takes nothing for one.
func TestAServerWithoutAPasswordDoesNotAskForOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1})
		l := listen(w)
		ann := l.Connect(t, "192.0.2.1")
		from := len(ann.Text())
		ann.Say("/operator", "/who")
		synctest.Wait()
		assert.Regexp(t, "^"+isNoPassword+"\n-- You are guest-1 in #lobby .*\n-- 1 in #lobby: guest-1\n$", ann.Text()[from:])
		bot := l.Connect(t, "192.0.2.1")
		bot.Say(`{"type":"hello"}`, `{"type":"operator","password":"sesame"}`, `{"type":"say","text":"a program says what it means"}`)
		synctest.Wait()
		assert.Contains(t, bot.Text(), `"no_password":true`)
		assert.Contains(t, bot.Text(), `"code":"no-password"`)
		assert.Contains(t, ann.Text(), "> a program says what it means\n")
		w.End(ann, bot)
	})
}

// An operator's next line is heard: what was typed before it was right.
func TestAfterTheRightPasswordTheNextLineIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{Rate: -1, Password: knowsSesame})
		l := listen(w)
		ann, bob := l.Connect(t, "192.0.2.1"), l.Connect(t, "192.0.2.2")
		bob.Say("/ping")
		synctest.Wait()
		ann.Say("/operator", "simsim", "/operator", "sesame", "here I am")
		synctest.Wait()
		assert.Contains(t, bob.Text(), "> here I am\n")
		bot := l.Connect(t, "192.0.2.3")
		bot.Say(`{"type":"hello"}`, `{"type":"operator","password":"simsim"}`, `{"type":"say","text":"so I am none"}`)
		synctest.Wait()
		assert.NotContains(t, bot.Text(), "no_password")
		assert.Contains(t, bob.Text(), "> so I am none\n")
		w.End(ann, bob, bot)
	})
}
