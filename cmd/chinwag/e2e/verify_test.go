//go:build unix

package e2e

import (
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is true now is compared with what was said and happened: a damaged row is told, and one that is missing, of
// which something else speaks.
func TestVerifyComparesWhatIsTrueWithWhatWasSaid(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	h := openOn(t, folder)
	ann, bob, cem := h.enter("ann"), h.enter("bob"), h.enter("cem")
	ann.types("/topic all about tea", "hello", "/ping")
	ann.expect("-- pong")
	bob.types("/desk my card is lost", "/leave", "/ping")
	bob.expect("-- pong")
	cem.types("/desk mine, too", "/ping")
	cem.expect("-- pong")
	path := filepath.Join(folder, journalFile)
	assert.Contains(t, printed(t, "history", "verify", path), "\nall is well\n", "while the server runs")
	h.kills()
	assert.Contains(t, printed(t, "history", "verify", path), "\nall is well\n", "after a crash")
	h = openOn(t, folder)
	h.process.signal(terminate)
	h.process.exits()
	assert.Contains(t, printed(t, "history", "verify", path), "\nall is well\n", "after another start")

	// A row begins with what it is of (1: what is common, 2: a session, 3: a room, 4: a ticket), and its version.
	for of, c := range map[string]struct{ damage, told string }{
		"a byte of a row":             {"UPDATE rows SET value=CAST(x'ff' || substr(value, 2) AS BLOB) WHERE id=2", "what is true now cannot be read: row 2: it is of a kind that nobody knows: 255\n"},
		"the end of a row":            {"UPDATE rows SET value=substr(value, 1, length(value)-1) WHERE id=2", "what is true now cannot be read: row 2: of a session: it ends too early\n"},
		"what is common":              {"DELETE FROM rows WHERE id=1", "what is true now cannot be read: row 1: of what is common: it is missing\n"},
		"a topic":                     {"UPDATE rows SET value=CAST(replace(value, 'tea', 'ten') AS BLOB) WHERE hex(substr(value, 1, 1))='03'", "#lobby: its topic was set last at position "},
		"whose place it is":           {"UPDATE rows SET value=CAST(replace(value, CAST('lobby' AS BLOB), 'lobbx') AS BLOB) WHERE hex(substr(value, 1, 1))='02'", "at which somebody else came, or nobody\n"},
		"a visitor who waits":         {"DELETE FROM rows WHERE hex(substr(value, 1, 1))='04' AND instr(value, CAST('mine, too' AS BLOB))", "what is true now does not belong together: cem is at @2, which is over or another's\n"},
		"a message":                   {"DELETE FROM rows WHERE hex(substr(value, 1, 1))='04' AND instr(value, CAST('my card is lost' AS BLOB))", "the message @1 of bob was left at the desk, and is not there\n"},
		"the session of who waits":    {"DELETE FROM rows WHERE hex(substr(value, 1, 1))='02' AND instr(value, CAST('cem' AS BLOB))", "what is true now does not belong together: the visitor of @2 cem is over, and it is open\n"},
		"the entries that came after": {"DELETE FROM entries WHERE seq > 3", " is at position "},
	} {
		t.Run(of, func(t *testing.T) {
			said, err := exec.Command(program(t), "history", "verify", damaged(t, folder, c.damage)).CombinedOutput()
			told := string(said)
			assert.Error(t, err)
			assert.Contains(t, told, " is damaged: ")
			assert.Contains(t, told, c.told)
			assert.NotContains(t, strings.ToLower(told), "sql")
		})
	}
	assert.Contains(t, printed(t, "history", "verify", damaged(t, folder, "DELETE FROM rows")), "all is well", "as of an import")
}

// damaged is a copy of the journal in folder of which something was changed by hand.
func damaged(t *testing.T, folder, how string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), journalFile)
	require.NoError(t, os.CopyFS(filepath.Dir(path), os.DirFS(folder)))
	require.Positive(t, byHand(t, path, how), "nothing is damaged")
	return path
}

// byHand changes the journal at path as the program never does, and returns how many rows that has changed.
func byHand(t *testing.T, path, how string) int64 {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	done, err := db.Exec(how)
	require.NoError(t, err)
	n, err := done.RowsAffected()
	require.NoError(t, err)
	require.NoError(t, db.Close())
	return n
}
