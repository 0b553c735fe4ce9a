package journal

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMostEntries(t *testing.T) {
	assert.Equal(t, 10_110, MostEntries(10))
	assert.Equal(t, math.MaxInt, MostEntries(math.MaxInt), "no bound is none")
}
