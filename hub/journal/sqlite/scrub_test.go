package sqlite

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/storetest"
)

// Also while others talk, and the index follows them.
func TestForgottenWordsLeaveTheFilesWhileOthersTalk(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{Sync: Off, scrubDelay: 1, scrubEvery: 1, quiet: 1})
	bob := uuid.New()
	for i := range 150 {
		storetest.Commit(t, s, storetest.SaidBy(bob, "#a", fmt.Sprintf("xyzzy%d is %s", i, strings.Repeat("plugh", i%50))), storetest.Said("#a", fmt.Sprint("innocent ", i)))
		if i%5 == 0 {
			_, err := s.index()
			require.NoError(t, err)
		}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			_ = s.Commit([]journal.Entry{storetest.Said("#b", fmt.Sprint("meanwhile ", i))})
			_, _ = s.index()
		}
	}()
	_, err := s.Forget(bob, []journal.Stream{"#a"})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return s.scrubs.Load() > 0 }, time.Minute, time.Millisecond)
	close(stop)
	<-stopped
	awaitScrub(t, s)
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		require.NoError(t, err)
		assert.Zero(t, bytes.Count(b, []byte("xyzzy")), suffix)
	}
}
