package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNearest(t *testing.T) {
	known := []string{"BURST", "RATE", "PER_ADDRESS", "NICK", "per-address", "export"}
	for word, want := range map[string]string{
		"BRUST": "BURST", "BURS": "BURST", "burst": "BURST", "PERADDRESS": "PER_ADDRESS", "NIKC": "NICK", "RATES": "RATE",
		"per-adress": "per-address", "per_address": "PER_ADDRESS", "exp": "export", "exprot": "export",
		"PORT": "", "": "", "e": "", "SERVICE_HOST": "", "一": "",
	} {
		assert.Equal(t, want, suggestion(word, known), word)
	}
}
