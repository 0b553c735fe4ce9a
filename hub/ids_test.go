package hub

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
)

func TestIDsAreVersion7(t *testing.T) {
	var made ids
	seen := map[uuid.UUID]bool{}
	tails := map[byte]bool{}
	now := time.Unix(1_800_000_000, 999_999_999)
	for range 10_000 {
		id := made.next(now)
		assert.False(t, seen[id])
		seen[id], tails[id[15]] = true, true
		assert.Equal(t, uuid.Version(7), id.Version())
		assert.Equal(t, uuid.RFC4122, id.Variant())
		sec, nsec := id.Time().UnixTime()
		assert.Equal(t, now.UnixMilli(), sec*1000+nsec/1e6)
	}
	assert.Len(t, tails, 256)
	before, after := made.next(now), made.next(now.Add(300))
	assert.Less(t, before.String(), after.String(), "they sort by time")
	assert.Zero(t, testing.AllocsPerRun(1000, func() { made.next(now) }))
}
