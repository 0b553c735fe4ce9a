//go:build unix

package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Kubernetes tells each program of a service, in variables that begin with its name: no operator has set these.
func TestVariablesOfAServiceAreNoMistake(t *testing.T) {
	alone(t)
	for name, value := range map[string]string{
		"CHINWAG_SERVICE_HOST": "10.0.0.1", "CHINWAG_SERVICE_PORT": "12345", "CHINWAG_SERVICE_PORT_CHAT": "12345", "CHINWAG_PORT": "tcp://10.0.0.1:12345",
		"CHINWAG_PORT_12345_TCP": "tcp://10.0.0.1:12345", "CHINWAG_PORT_12345_TCP_PROTO": "tcp", "CHINWAG_PORT_12345_TCP_PORT": "12345", "CHINWAG_PORT_12345_TCP_ADDR": "10.0.0.1",
		"CHINWAG_WEB_SERVICE_HOST": "10.0.0.2", "CHINWAG_WEB_PORT": "udp://10.0.0.2:53", "CHINWAG_WEB_PORT_53_UDP": "udp://10.0.0.2:53",
	} {
		t.Setenv(name, value)
	}
	s, _, err := loaded(t)
	require.NoError(t, err)
	assert.Empty(t, s.warnings)
}

// What a person may have meant is guessed as it is for flags.
func TestVariablesAsOtherProgramsCallThem(t *testing.T) {
	alone(t)
	for name, meant := range map[string]string{"CHINWAG_PORT": "CHINWAG_LISTEN", "CHINWAG_HOST": "CHINWAG_LISTEN", "CHINWAG_PASSWORD_FILE": "CHINWAG_OPERATOR_PASSWORD_FILE", "CHINWAG_VERBOSE": "CHINWAG_LOG_LEVEL"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "4000")
			s, _, err := loaded(t)
			require.NoError(t, err)
			assert.Equal(t, []string{"the variable " + name + " is no setting, and nothing is set by it: do you mean " + meant + "?"}, s.warnings)
		})
	}
}
