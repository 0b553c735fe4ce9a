package console

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A screen shows sentences, and the level where something is wrong.
func TestTheLogOnAScreen(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(&logHandler{to: &b, least: slog.LevelInfo})
	log.Debug("nothing")
	log.Info("what is said is kept", "journal", "/data/chinwag.db", "position", 7)
	log.With("a", 1).WithGroup("g").Warn("it is full", "err", fmt.Errorf("no\nroom"))
	log.Error("it is over")
	assert.Equal(t, `what is said is kept (journal /data/chinwag.db, position 7)
warn: it is full (a 1, err no room)
error: it is over
`, b.String())
}
