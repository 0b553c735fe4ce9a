package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/hub"
	"chinwag/protocol"
)

// written is a file with these words.
func written(t *testing.T, words string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(words), 0o644))
	return path
}

func TestLoadPassword(t *testing.T) {
	none, _, err := loadPassword("")
	require.NoError(t, err)
	assert.Nil(t, none)
	path := filepath.Join(t.TempDir(), "password")
	require.NoError(t, savePassword(path, "芝麻开门"))
	knows, _, err := loadPassword(path)
	require.NoError(t, err)
	assert.True(t, knows("芝麻开门"))
	assert.False(t, knows("芝麻关门"))
	assert.False(t, knows(""))
	const no = "FILE does not hold what chinwag password writes: make it with chinwag password FILE"
	for words, want := range map[string]string{
		"":              no,
		"open sesame\n": no,
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$":                                no, // which anything would match
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFz":                            no, // cut off
		"$argon2id$v=19$m=64,t=1,p=1$$aGFzaGhhc2hoYXNoaGFzaA":                                no,
		"$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaA":          no, // the check of a password would end the server
		"$argon2id$v=19$m=64,t=1,p=0$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaA":          no,
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$" + strings.Repeat("aGFz", 1000): no,
		"\xff\xfe$\x00a\x00": "the file with the operators' password FILE is written in UTF-16: save it as UTF-8 (in Notepad: Save as, Encoding: UTF-8)",
		"$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g": "the hash in FILE asks for more than a server has for it: make it with chinwag password FILE",
	} {
		path := written(t, words)
		_, _, err := loadPassword(path)
		assert.EqualError(t, err, strings.ReplaceAll(want, "FILE", path))
	}
}

// The password goes to the server, and to no other session, whatever it is.
func TestJoinAsAnOperatorInAPipe(t *testing.T) {
	for name, c := range map[string]struct {
		input, told, refused string
		json                 bool
	}{
		"right":          {input: "/operator\n/quit 芝麻\n/queue\n", told: "-- you are an operator now"},
		"wrong":          {input: "/operator\nsesame\n", refused: "-- that is not the password"},
		"given up":       {input: "/operator\n\n/ping\n", refused: "-- no password, then", told: "-- pong"},
		"too long":       {input: "/operator\n" + strings.Repeat("x", 1025) + "\n", refused: "-- a password has at most 1024 bytes"},
		"at the end":     {input: "/operator\n/quit 芝麻", told: "-- you are an operator now"},
		"none":           {input: "/operator\n"},
		"json":           {input: "{\"type\":\"operator\",\"password\":\"/quit 芝麻\"}\n", json: true, told: `{"type":"promoted"`},
		"json, no line":  {input: "{\"type\":\"operator\"}\n{\"type\":\"ping\"}\n", json: true, told: `{"type":"pong"`},
		"text with json": {input: "/operator\n/quit 芝麻\n", json: true, told: `{"type":"promoted"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := openInside(t)
				in.server = conn.NewServer(in.hub, conn.Options{Rate: -1, Password: func(p protocol.Secret) bool { return p == "/quit 芝麻" }})
				defer in.stop()
				ann, bob := pipedRun{}, pipedRun{json: c.json}
				bob.join(t, in.as("bob", hub.Identity{}), "before\n"+c.input)
				assert.Contains(t, bob.out.String(), c.told)
				assert.Contains(t, bob.out.String()+bob.err.String(), c.refused)
				assert.Equal(t, c.refused != "", bob.code != 0)
				ann.join(t, in.as("ann", hub.Identity{}), "/history all\n")
				assert.Contains(t, ann.out.String(), "<bob> before\n")
				for _, words := range []string{"芝麻", "sesame", "xxx"} {
					assert.NotContains(t, ann.out.String()+bob.out.String()+bob.err.String(), words)
				}
			})
		})
	}
}
