package hub

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// However many come, only so many comings and goings are delayed in all rooms.
func TestTooManyDelayedAreTold(t *testing.T) {
	now := time.Now()
	l := &loop{delayed: maxDelayed, delayedDue: now}
	crowded := &room{members: make([]*membership, freeWrites+1)}
	assert.True(t, l.delays(crowded, now))
	assert.True(t, l.delays(crowded, now.Add(noticeDelay/2)))
	l.delayed++
	assert.False(t, l.delays(crowded, now.Add(noticeDelay/2)))
}
