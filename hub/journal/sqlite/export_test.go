package sqlite

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

func exportOf(t *testing.T, path string, f Format) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, Export(path, &out, f))
	return out.String()
}

func TestWhatIsExportedCanBeImported(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{Lines: 40})
	bob := uuid.New()
	journaltest.Commit(t, s, numbered(1, 300)...)
	journaltest.Commit(t, s, lines(50)...)
	journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", "to be forgotten"), journaltest.Said("#a", "the end of it"))
	_, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	pruneAll(t, s)
	all := []journal.Stream{"#a", "#b", "@x", "#lobby", "#tea", "#go", "#茶"}
	want, err := s.Read(journaltest.From(0, all...), s.Head(), 1000)
	require.NoError(t, err)
	text := exportOf(t, path, JSON) // while the store is open

	to := newPath(t)
	require.NoError(t, imported(to, strings.NewReader(text)))
	assert.Equal(t, text, exportOf(t, to, JSON))
	again := opened(t, to, Options{})
	assert.Equal(t, s.Epoch(), again.Epoch())
	assert.Equal(t, s.Head(), again.Head())
	got, err := again.Read(journaltest.From(0, all...), again.Head(), 1000)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	in := journaltest.Commit(t, again, journaltest.Said("#a", "and on"))
	assert.Equal(t, s.Head()+1, in[0].Seq)
	found, _, err := again.Search(t.Context(), all, "天气", again.Head(), 1000)
	require.NoError(t, err)
	assert.Equal(t, 50, len(found))
	require.NoError(t, again.Close())
	r, err := Verify(to)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
	assert.Equal(t, s.Epoch(), r.Epoch)

	assert.ErrorContains(t, imported(to, strings.NewReader(text)), "has entries already")
}

func TestAnImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 100)...)
	text := exportOf(t, path, JSON)
	whole := strings.SplitAfter(text, "\n")
	for name, damaged := range map[string]string{
		"nothing":    "",
		"other":      `{"hello":1}` + "\n",
		"cut":        text[:len(text)-50],
		"disordered": strings.Join(append(whole[:50:50], whole[20:]...), ""),
		"words":      strings.Join(whole[:50], "") + "and so on\n",
	} {
		to := newPath(t)
		assert.ErrorContains(t, imported(to, strings.NewReader(damaged)), "export", name)
		empty := opened(t, to, Options{})
		assert.Zero(t, empty.Head(), name)
		assert.Empty(t, everything(t, empty, "#a"), name)
	}
}

func TestAnExportForPeople(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	e := journaltest.Said("#a", "hello, 你好")
	journaltest.Commit(t, s, e, journal.Entry{Stream: "#a", Event: protocol.Joined{Meta: protocol.MetaOf(e.Event), From: protocol.MustNick("bob")}})
	at := protocol.MetaOf(e.Event).Time.Local().Format("2006-01-02 15:04")
	assert.Equal(t, fmt.Sprintf("#a [%s] <bob> hello, 你好\n#a [%[1]s] -- bob joined\n", at), exportOf(t, path, Text))
	assert.Error(t, Export(path, os.Stdout, "xml"))
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]string{
		"counter":   "UPDATE streams SET count=count+1 WHERE name='#a'",
		"last":      "UPDATE streams SET last=last+9 WHERE name='#a'",
		"nth":       "UPDATE entries SET nth=nth+1 WHERE seq=20",
		"not filed": "DELETE FROM positions WHERE seq=20",
		"stray":     "INSERT INTO positions VALUES (1, 1, 4711)",
		"filed":     "UPDATE meta SET filed=0; UPDATE streams SET count=1, last=1",
		"missing":   "DELETE FROM entries WHERE seq=20",
		"event":     "UPDATE entries SET event='{' WHERE seq=20",
		"not taken": "INSERT INTO words (words, rowid, stream, text) VALUES ('delete', 20, 's2', '20')",
		"too much":  "INSERT INTO words (rowid, stream, text) VALUES (4711, 's1', 'ghost')",
	} {
		for _, filed := range []bool{true, false} {
			if !filed && strings.Contains(harm, "positions") {
				continue // there are none
			}
			path := newPath(t)
			s := opened(t, path, Options{})
			journaltest.Commit(t, s, numbered(1, 60)...)
			_, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "1", s.Head(), 1)
			require.NoError(t, err)
			if filed {
				require.NoError(t, s.fileUpto(s.Head()))
			}
			r, err := Verify(path)
			require.NoError(t, err)
			assert.Equal(t, Report{Epoch: s.Epoch(), Entries: 60, Streams: 3, Head: 60, Indexed: 60}, r, name)
			conn := s.w.conn
			if strings.Contains(harm, "INTO words") {
				conn = s.words.conn
			}
			_, err = conn.ExecContext(t.Context(), harm)
			require.NoError(t, err)
			r, err = Verify(path)
			require.NoError(t, err)
			assert.NotEmpty(t, r.Problems, name)
		}
	}
}

func TestVacuumGivesBackRoom(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{Lines: 10})
	journaltest.Commit(t, s, lines(1000)...)
	pruneAll(t, s)
	assert.ErrorContains(t, Vacuum(path), "another chinwag")
	require.NoError(t, s.Close())
	before, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, Vacuum(path))
	after, err := os.Stat(path)
	require.NoError(t, err)
	assert.Less(t, after.Size(), before.Size()/2)
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)

	none := newPath(t)
	assert.ErrorContains(t, Vacuum(none), "there is no journal at")
	assert.NoFileExists(t, none)
	_, err = Verify(none)
	assert.ErrorContains(t, err, "there is no journal at")
}

// Of a damaged journal all is exported that can be read, and what cannot is counted; a new journal is made of that, and
// goes on.
func TestWhatCanBeReadOfADamagedJournalIsExported(t *testing.T) {
	t.Parallel()
	dice := seedtest.Dice(t)
	path := newPath(t)
	s := opened(t, path, Options{})
	const n = 500
	journaltest.Commit(t, s, numbered(1, n)...)
	require.NoError(t, s.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	damaged := 0
	for range rounds(4) {
		to := newPath(t)
		copyFiles(t, path, to)
		b, err := os.ReadFile(to)
		require.NoError(t, err)
		at := 0
		for at == 0 || damaged == 0 && !bytes.Contains(b[at:at+4096], []byte(`"said"`)) { // the first is one of entries, none is the schema's
			at = 4096 * dice.IntN(int(info.Size())/4096)
		}
		for i := at; i < at+4096; i++ {
			b[i] = byte(dice.Uint32())
		}
		require.NoError(t, os.WriteFile(to, b, 0o600))
		var out bytes.Buffer
		err = Export(to, &out, JSON)
		if out.Len() == 0 {
			continue // its streams cannot be read
		}
		found := strings.Count(out.String(), `"event":`)
		lost := 0
		if err != nil {
			_, scanErr := fmt.Sscanf(strings.TrimPrefix(err.Error(), to+" is damaged: "), "%d of its entries cannot be read", &lost)
			require.NoError(t, scanErr, "%v", err)
			damaged++
		}
		assert.Equal(t, n, found+lost, "page %d of %d", at/4096, info.Size()/4096)
		saved := newPath(t)
		require.NoError(t, imported(saved, &out))
		again := opened(t, saved, Options{})
		assert.Len(t, everything(t, again, "#a", "#b", "@x"), found)
		if again.Head() < n {
			assert.NotEqual(t, s.Epoch(), again.Epoch(), "positions come again, so it is another journal")
		}
		journaltest.Commit(t, again, numbered(int(again.Head())+1, 3)...)
		require.NoError(t, again.Close())
	}
	assert.Positive(t, damaged)
}

// Each line of an export names its author: no reader of an export has lines of its own.
func TestAnExportForPeopleNamesWhoDidWhat(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	bob, ann, mine := protocol.MustNick("bob"), protocol.MustNick("ann"), protocol.Ack{You: true}
	words := protocol.MustText("words")
	journaltest.Commit(t, s,
		journal.Entry{Stream: "#a", Event: protocol.TopicSet{From: bob, Text: words, Ack: mine}},
		journal.Entry{Stream: "#a", Event: protocol.Renamed{From: bob, To: ann, Ack: mine}},
		journal.Entry{Stream: journal.Desk, Event: protocol.Replied{Ticket: 13, To: ann, From: bob, Text: words, Ack: mine}},
		journal.Entry{Stream: journal.Mailbox([16]byte{1}), Event: protocol.Whispered{From: bob, To: ann, Text: words, Ack: mine}})
	got := regexp.MustCompile(`\[\d{4}-[^]]+\] `).ReplaceAllString(exportOf(t, path, Text), "")
	assert.Equal(t, "#a -- bob set the topic: words\n#a -- bob is now ann\n#desk [bob -> @13 ann] words\n"+
		"@01000000-0000-0000-0000-000000000000 [bob -> ann] words\n", got)
}
