//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A journal that was imported, or is of a program that kept no sessions, is taken up by the next start: the topics, the
// numbers of the desk, and the messages there, which are for the operators. The log tells that once.
func TestWhatAnImportHoldsIsTakenUp(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]func(t *testing.T, from, to string){
		"imported": func(t *testing.T, from, to string) {
			says, code := importInto(t, to, strings.NewReader(printed(t, "history", "export", from)))
			require.Zero(t, code, says)
		},
		"of an older program": func(t *testing.T, from, to string) {
			require.NoError(t, os.CopyFS(filepath.Dir(to), os.DirFS(filepath.Dir(from))))
			byHand(t, to, asSchema3)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to, password := t.TempDir(), t.TempDir(), passwordFile(t)
			h := openOn(t, from)
			ann, bob, cem := h.enter("ann"), h.enter("bob"), h.enter("cem")
			ann.types("/topic all about tea", "/join #empty", "/topic nobody is here", "hello", "/ping")
			ann.expect("-- pong")
			bob.types("/desk my card is lost", "/leave", "/ping")
			bob.expect("-- pong")
			cem.types("/desk", "/ping")
			cem.expect("-- pong")
			code := aCode.FindString(ann.all())
			h.process.signal(terminate)
			h.process.exits()
			made(t, filepath.Join(from, journalFile), filepath.Join(to, journalFile))

			h = openOn(t, to, "--operator-password-file", password)
			olga := h.stranger()
			olga.expect("-- topic of #lobby: all about tea")
			olga.types("/operator", sesame, "/queue")
			olga.expect("-- you are an operator now...", "-- 0 waiting, 1 message, 0 being answered...", "-- @1 bob has left a message (...")
			olga.types("/join #empty")
			olga.expect("-- topic of #empty: nobody is here")
			dora := h.enter("dora")
			dora.types("/desk me, too")
			olga.expect("-- @3 dora waits at the desk")
			olga.types("/take 1", "/ping")
			olga.expect("-- you have @1 bob...", "-- pong")
			p := h.stranger()
			p.types(code)
			p.expect("-- there is no session of that code any more...")
			assert.Contains(t, journalOf(t, h), "ann")
			assert.Equal(t, 1, strings.Count(h.log.all(), inherits))
			assert.Contains(t, h.log.all(), "rooms=2 tickets=@2 messages=1")
			assert.Contains(t, printed(t, "history", "verify", filepath.Join(to, journalFile)), "\nall is well\n")
			h.kills()

			h = openOn(t, to)
			h.stranger().expect("-- topic of #lobby: all about tea")
			assert.NotContains(t, h.log.all(), inherits, "rows stand in the journal since")
		})
	}
}

const inherits = "the journal is of an older chinwag, or was imported"

// asSchema3 makes a file of today one that has no rows yet, nor what came after them.
const asSchema3 = `
DROP VIEW lines; DROP TABLE positions; ALTER TABLE meta DROP COLUMN filed;
CREATE INDEX spoken_in_stream ON entries(stream) WHERE spoken; CREATE INDEX unspoken_in_stream ON entries(stream) WHERE NOT spoken;
ALTER TABLE meta DROP COLUMN file; ALTER TABLE meta ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
CREATE VIRTUAL TABLE words USING fts5(stream, text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'");
DROP TABLE rows; ALTER TABLE meta DROP COLUMN key; PRAGMA user_version=3`
