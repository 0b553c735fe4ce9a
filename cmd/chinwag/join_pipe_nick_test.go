package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// A name that no flag chose may be refused: the line is said by a guest, and all is well.
func TestARefusedNameIsNoFailure(t *testing.T) {
	for code, fails := range map[string]bool{"name-taken": false, "name-alike": false, "name-held": false, "name-reserved": false, "name-kicked": false, "not-kept": true} {
		refused := protocol.Refused{Refusal: *protocol.Refuse(code, "no")}
		unnamed, named := pipeClient{err: io.Discard}, pipeClient{err: io.Discard, named: true}
		unnamed.hear(refused)
		named.hear(refused)
		assert.Equal(t, fails, unnamed.failed.Load(), code)
		assert.True(t, named.failed.Load(), code)
	}
}
