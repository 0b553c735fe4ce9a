package journal

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMaxEntries(t *testing.T) {
	assert.Equal(t, 10_110, MaxEntries(10))
	assert.Equal(t, math.MaxInt, MaxEntries(math.MaxInt), "no bound is none")
}
