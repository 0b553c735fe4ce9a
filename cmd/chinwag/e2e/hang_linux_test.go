package e2e

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// openOnAilingDisk starts a server whose disk can fall ill. Its console is a pipe.
func openOnAilingDisk(t *testing.T, folder string, flags ...string) (*server, *disk) {
	t.Helper()
	cmd, d, begun := onFaultyDisk(t, folder, append([]string{"--listen", "127.0.0.1:0"}, flags...)...)
	defer begun()
	return piped(t, cmd), d
}

// A disk that hangs beats no deadline: each client hears goodbye, the process ends in time and says by its code and its
// log that something may not be recorded.
func TestG8ADiskThatHangsDoesNotBeatTheDeadline(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(h *server){
		"a signal":  func(h *server) { h.process.signal(terminate) },
		"/shutdown": func(h *server) { h.console.types("/shutdown") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			h, d := openOnAilingDisk(t, folder, "--grace", "1s")
			ann, bob := h.enter("ann"), h.enter("bob")
			ann.types("it is well")
			bob.expect("<ann> it is well")
			h.console.types("it is")
			bob.expect("<operator> it is")
			h.console.expect("-- You are operator...") // else it may wait for the journal itself
			d.becomes("hanging")
			ann.types("is anybody there?")
			bob.types("/history 5") // a command that reads waits for the disk, too
			h.console.types("hello?")
			h.log.expect("...the disk does not answer, and what is said waits...")
			h.console.expect("-- the disk does not answer...")
			began := time.Now()
			ask(h)
			assert.Contains(t, ann.ends(), ": its disk does not answer, and what was said last may be lost\n")
			assert.NoError(t, ann.broke())
			assert.Equal(t, 1, h.process.exits())
			assert.Less(t, time.Since(began), 10*time.Second)
			assert.NotContains(t, bob.all(), "is anybody there?", "nobody has heard it")
			log := h.log.all()
			assert.Contains(t, log, "may not be recorded, and nobody has heard it\" lines=2 others=0\n")
			assert.Contains(t, log, "\nchinwag: the disk did not answer in time")
			assert.Equal(t, 1, strings.Count(log, "the disk does not answer, and what is said waits"))

			again := openOn(t, folder)
			cleo := again.enter("cleo")
			cleo.types("/history all")
			cleo.expect("...<ann> it is well")
			cleo.expect("-- end of history...")
		})
	}
}

// A second signal ends the server at once also then.
func TestASecondSignalDoesNotWaitForTheDisk(t *testing.T) {
	t.Parallel()
	h, d := openOnAilingDisk(t, t.TempDir(), "--grace", "60s")
	ann := h.enter("ann")
	d.becomes("hanging")
	ann.types("is anybody there?")
	h.log.expect("...the disk does not answer, and what is said waits...")
	h.process.signal(terminate)
	h.log.expect("...shutting down...")
	h.process.signal(terminate)
	assert.Equal(t, -1, h.process.exits())
	assert.Equal(t, terminate, h.process.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal())
}

// A disk that hangs for a while costs nothing but the while, and its end is told.
func TestADiskThatAnswersAgainIsTold(t *testing.T) {
	t.Parallel()
	h, d := openOnAilingDisk(t, t.TempDir())
	ann, bob := h.enter("ann"), h.enter("bob")
	d.becomes("hanging")
	ann.types("is anybody there?")
	h.log.expect("...the disk does not answer, and what is said waits...")
	d.becomes("well")
	bob.expect("<ann> is anybody there?")
	h.log.expect("...the journal works again...")
	h.console.expect("-- the journal works again...")
	h.process.signal(terminate)
	assert.Zero(t, h.process.exits())
}
