package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A word that is no command is compared with all that there are, by the goroutine of the hub.
func TestDistanceAllocatesLittle(t *testing.T) {
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { Distance("histroy", "history") }), 1.0)
}
