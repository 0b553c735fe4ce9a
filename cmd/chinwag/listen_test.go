package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// The system never gives up a connection for which the server still waits.
func TestWhoIsWaitedForIsNotTakenForGone(t *testing.T) {
	assert.Equal(t, time.Minute, unanswered(30*time.Second))
	assert.Equal(t, time.Minute, unanswered(time.Second))
	for _, stall := range []time.Duration{time.Minute, 10 * time.Minute} {
		assert.Greater(t, unanswered(stall), stall+stall/8)
	}
	assert.Negative(t, unanswered(0), "however long that takes")
}
