//go:build linux

package e2e

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol/seedtest"
)

// TestG12Kills kills the server again and again under many programs that talk, move, visit the desk and answer there.
// Each was told one order without a gap or a repeat, none was told that another had gone or come, and the desk is after
// each start what it was before.
//
//	kills ── the server, the journal, the next life
//	  ├── watcher    an operator that takes no visitor, is told all of the desk, and compares /queue with that
//	  ├── operators  take visitors, answer, hand over, close
//	  ├── visitors   go to the desk and talk there, or in the lobby when their conversation is closed
//	  └── talkers    say something, and go from room to room; half watch one or two others, and are away at times
//
// CHINWAG_KILLS says how often (make kills), CHINWAG_CLIENTS under how many; CHINWAG_SEED repeats what chance decides
// here.
func TestG12Kills(t *testing.T) {
	t.Parallel()
	number := func(name string, standard int) int {
		n, err := strconv.Atoi(cmp.Or(os.Getenv(name), fmt.Sprint(standard)))
		require.NoError(t, err, name)
		return n
	}
	times, many, seed := number("CHINWAG_KILLS", 3), number("CHINWAG_CLIENTS", 40), seedtest.One(t, rand.Uint64())
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(times)*10*time.Second)
	defer cancel()
	k := &kills{t: t, ctx: ctx, dice: rand.New(rand.NewPCG(seed, 0)), many: many, folder: t.TempDir(), password: passwordFile(t)}
	k.begins()
	crowd, stop := context.WithCancel(ctx)
	defer stop()
	k.populate(crowd, seed)
	for i := range times {
		if i%4 != 3 { // else some are still on their way back
			k.allAreBack()
			pause(ctx, time.Duration(k.dice.Int64N(int64(time.Second))))
		} else {
			pause(ctx, time.Duration(k.dice.Int64N(int64(300*time.Millisecond))))
		}
		k.deafens()
		k.ends()
		k.begins()
		if t.Failed() || k.isWrong() {
			break
		}
	}
	k.allAreBack()
	k.settles()
	k.ends()
	stop()
	k.people.Wait()
	k.judge()
}

// kills is what all of it shares.
type kills struct {
	t        *testing.T
	ctx      context.Context
	dice     *rand.Rand
	many     int // clients
	folder   string
	password string // the file
	addr     string // of each server in turn
	process  *process
	log      *screen
	people   sync.WaitGroup
	all      []*survivor

	mu    sync.Mutex
	lives int  // servers so far
	quiet bool // no survivor begins anything
	deaf  bool // half of all do not listen any more: what they are told until the end is lost
}

// begins starts a server where the last one was.
func (k *kills) begins() {
	k.t.Helper()
	cmd := exec.Command(program(k.t), "serve", "--listen", cmp.Or(k.addr, "127.0.0.1:0"), "--journal", "sqlite", "--data", k.folder, "--sync", "off",
		"--console", "off", "--rate", "0", "--per-address", "0", "--per-address-rate", "0", "--per-address-bytes", "0",
		"--desk-per-address", "0", "--operator-password-file", k.password)
	cmd.Env = append(os.Environ(), "HOME="+k.folder)
	k.log = newScreen(k.t, k.ctx, "log")
	cmd.Stderr = k.log
	k.mu.Lock()
	k.lives, k.deaf = k.lives+1, false
	k.process = start(k.t, k.ctx, cmd, k.log)
	k.mu.Unlock()
	_, rest, _ := strings.Cut(k.log.expect("...msg=listening addr=127.0.0.1:..."), "addr=")
	if k.addr == "" { // later ones have it again
		k.addr, _, _ = strings.Cut(rest, " ")
	}
}

// deafens has half of all not hear the last that the server tells them, as where a network ends with it.
func (k *kills) deafens() {
	k.mu.Lock()
	k.deaf = true
	k.mu.Unlock()
	pause(k.ctx, time.Duration(k.dice.Int64N(int64(100*time.Millisecond))))
}

// ends kills the server, which has nothing to complain of until then.
func (k *kills) ends() {
	k.t.Helper()
	k.process.signal(syscall.SIGKILL)
	assert.Equal(k.t, -1, k.process.exits())
	for _, bad := range []string{"panic", "level=ERROR"} {
		assert.NotContains(k.t, k.log.all(), bad)
	}
}

// populate has all come in, the operators one after the other: passwords take their time.
func (k *kills) populate(ctx context.Context, seed uint64) {
	add := func(name string, does func(*survivor)) *survivor {
		v := newSurvivor(k, name, does, rand.New(rand.NewPCG(seed, uint64(len(k.all)+1))))
		k.all = append(k.all, v)
		k.people.Go(func() { v.live(ctx) })
		return v
	}
	for i := range k.operators() {
		v := add(fmt.Sprint("operator", i), (*survivor).answers)
		if i == 0 {
			v.does = (*survivor).watches
		}
		k.waitFor("is an operator", v.isOperator)
	}
	visitors := 3 * k.many / 10
	for i := range visitors {
		add(fmt.Sprint("visitor", i), (*survivor).visits)
	}
	for i := range k.many - k.operators() - visitors {
		does := (*survivor).talks
		if i%2 == 0 {
			does = (*survivor).roams
		}
		add(fmt.Sprint("talker", i), does)
	}
}

// operators is how many there are; one of them is the watcher.
func (k *kills) operators() int { return max(3, k.many/20) }

// allAreBack waits until all survivors are at the server of now, and the watcher has looked at the desk.
func (k *kills) allAreBack() {
	k.t.Helper()
	for _, v := range k.all {
		k.waitFor(v.name+" is back", func() bool { return v.isBack(k.life()) })
	}
}

// settles stops all survivors from beginning anything, and waits until all is answered and told.
func (k *kills) settles() {
	k.t.Helper()
	k.mu.Lock()
	k.quiet = true
	k.mu.Unlock()
	for _, v := range k.all {
		k.waitFor(v.name+" is answered", v.isAnswered)
	}
	for _, v := range k.all {
		v.with(v.asksForPong)
	}
	for _, v := range k.all { // which comes after all that was said
		k.waitFor(v.name+" is told all", v.isAnswered)
	}
}

func (k *kills) waitFor(what string, is func() bool) {
	k.t.Helper()
	for until := time.Now().Add(answerTime); !is() && !k.isWrong(); pause(k.ctx, 5*time.Millisecond) {
		require.True(k.t, time.Now().Before(until), "in %s not: %s\n%s", answerTime, what, clip(k.log.all()))
		require.NoError(k.t, k.ctx.Err())
	}
}

func (k *kills) life() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lives
}

// isDeaf is the end of the server, if nothing is heard until then.
func (k *kills) isDeaf() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.deaf {
		return nil
	}
	return k.process.done
}

func (k *kills) isQuiet() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.quiet
}

// isWrong reports whether a survivor has seen what must not be: it is told in the end, and no more kills are needed.
func (k *kills) isWrong() bool {
	for _, v := range k.all {
		if v.isWrong() {
			return true
		}
	}
	return false
}
