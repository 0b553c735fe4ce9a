package hub

import (
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// ids makes the ids of intents: UUIDs of version 7, as uuid.NewV7 does, for one goroutine. An id is no secret, so
// random bytes may wait in memory for it.
type ids struct {
	random [512]byte
	used   int
}

// next returns an id of that time. Its last eight bytes are random: see state.Intent.
func (i *ids) next(now time.Time) (id uuid.UUID) {
	const size = 8
	if i.used%len(i.random) == 0 {
		_, _ = rand.Read(i.random[:]) // it cannot fail
		i.used = 0
	}
	ms, rest := now.UnixMilli(), now.Nanosecond()%1e6
	binary.BigEndian.PutUint64(id[:], uint64(ms)<<16|0x7000|uint64(rest)>>8) // 12 bits of what is below a millisecond
	copy(id[size:], i.random[i.used:])
	id[size] = id[size]&0x3f | 0x80
	i.used += size
	return id
}
