package sqlite

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal/journaltest"
	"chinwag/protocol/seedtest"
)

const childOf = "CHINWAG_STORE_CHILD" // the file that the child writes to

func TestMain(m *testing.M) {
	if path := os.Getenv(childOf); path != "" {
		child(path)
	}
	os.Exit(m.Run())
}

// rounds is how often a test tries its luck: n times, or with CHINWAG_ROUNDS=10 ten times as often.
func rounds(n int) int {
	more, err := strconv.Atoi(os.Getenv("CHINWAG_ROUNDS"))
	if err != nil {
		return n
	}
	return n * more
}

// child commits numbered lines, in groups as they come, and says after each how far it is, until it is killed.
func child(path string) {
	s, err := Open(path, Options{filing: 1 + rand.IntN(200)})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.Head())
	for {
		in := numbered(int(s.Head())+1, 1+rand.IntN(1+rand.IntN(100)))
		if err := s.Commit(in, rowsAt(s.Head()+uint64(len(in)))); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(s.Head())
		if rand.IntN(4) == 0 {
			if _, err := s.index(); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
		}
		if rand.IntN(20) == 0 {
			if err := s.checkpoint(); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
		}
	}
}

// What a killed process has said to be recorded is in the journal, once, in order.
func TestKilledProcessesLoseNothing(t *testing.T) {
	t.Parallel()
	dice := seedtest.Dice(t)
	path, said := newPath(t), 0
	for round := range rounds(4) {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childOf+"="+path)
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		lines := bufio.NewScanner(out)
		require.True(t, lines.Scan())
		began, err := strconv.Atoi(lines.Text())
		require.NoError(t, err, lines.Text())
		require.GreaterOrEqual(t, began, said)
		if round == 0 {
			_, err := Open(path, Options{})
			assert.ErrorContains(t, err, fmt.Sprintf("(process %d)", c.Process.Pid))
		}
		kill := time.AfterFunc(time.Duration(10+dice.IntN(150))*time.Millisecond, func() { _ = c.Process.Kill() })
		for lines.Scan() {
			said, err = strconv.Atoi(lines.Text())
			require.NoError(t, err, lines.Text())
		}
		kill.Stop()
		require.Error(t, c.Wait(), "it was killed")

		s := opened(t, path, Options{})
		require.GreaterOrEqual(t, assertNumbered(t, s), said)
		assertRowsAtHead(t, s)
		r, err := Verify(path)
		require.NoError(t, err)
		assert.Empty(t, r.Problems, "nor is the index wrong")
		if round%3 == 2 { // else the next child finds the WAL as it was left
			require.NoError(t, s.Close())
			path, said = newPath(t), 0
			continue
		}
		abandon(t, s)
	}
}

// abandon lets go of a store as a killed process does, but for its memory.
func abandon(t *testing.T, s *Store) {
	t.Helper()
	s.end()
	<-s.ended
	s.writing.Lock()
	s.broken = errClosed
	s.writing.Unlock()
	require.NoError(t, s.lock.Close())
}

// copyFiles copies the file and its WAL as they are now.
func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(from + suffix)
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(to+suffix, b, 0o600))
	}
}

// A WAL that was cut or torn anywhere holds all the commits before that place.
func TestATornWALHoldsWhatIsBeforeIt(t *testing.T) {
	t.Parallel()
	dice := seedtest.Dice(t)
	path := newPath(t)
	s := opened(t, path, Options{})
	s.end() // no checkpoint of its own: all is in the WAL
	<-s.ended
	s.ended = make(chan struct{})
	close(s.ended)
	require.NoError(t, s.checkpoint())
	type commit struct{ head, size int }
	var commits []commit
	for range 40 {
		in := numbered(int(s.Head())+1, 1+dice.IntN(40))
		require.NoError(t, s.Commit(in, rowsAt(s.Head()+uint64(len(in)))))
		if dice.IntN(3) == 0 {
			require.NoError(t, s.runStep(lazy, s.fileSome))
		}
		commits = append(commits, commit{int(s.Head()), walSize(t, s)})
	}
	end := commits[len(commits)-1].size
	for range rounds(6) {
		cut := dice.IntN(end)
		to := newPath(t)
		copyFiles(t, path, to)
		damage(t, dice, to+"-wal", cut)
		safe := 0
		for _, c := range commits {
			if c.size <= cut {
				safe = c.head
			}
		}
		torn := opened(t, to, Options{})
		got := assertNumbered(t, torn)
		assert.GreaterOrEqual(t, got, safe, "cut at %d of %d", cut, end)
		assertRowsAtHead(t, torn)
		journaltest.Commit(t, torn, numbered(got+1, 10)...)
		assert.Equal(t, got+10, assertNumbered(t, torn), "it goes on from there")
		require.NoError(t, torn.Close())
		r, err := Verify(to)
		require.NoError(t, err)
		assert.Empty(t, r.Problems)
	}
}

func walSize(t *testing.T, s *Store) int {
	t.Helper()
	var busy, pages, done int
	require.NoError(t, s.checkpoints.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(NOOP)").Scan(&busy, &pages, &done))
	return 32 + pages*(24+4096)
}

// damage cuts a file at a place, or writes over some of what is there.
func damage(t *testing.T, dice *rand.Rand, path string, at int) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	switch dice.IntN(3) {
	case 0:
		b = b[:at]
	case 1:
		clear(b[at:min(at+512, len(b))])
	default:
		for i := at; i < min(at+100, len(b)); i++ {
			b[i] = byte(dice.Uint32())
		}
	}
	require.NoError(t, os.WriteFile(path, b, 0o600))
}

// A file that was damaged anywhere is refused in plain words, or what is read from it is right: never something else,
// and never is it written over.
func TestADamagedFileIsRefused(t *testing.T) {
	t.Parallel()
	dice := seedtest.Dice(t)
	path := newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 1000)...)
	require.NoError(t, s.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	refused := 0
	for range rounds(20) {
		to := newPath(t)
		copyFiles(t, path, to)
		damage(t, dice, to, dice.IntN(int(info.Size())))
		before, err := os.ReadFile(to)
		require.NoError(t, err)
		s, err := Open(to, Options{})
		if err != nil {
			refused++
			assert.Regexp(t, "is damaged|is not a chinwag journal|newer chinwag", err.Error())
			after, err := os.ReadFile(to)
			require.NoError(t, err)
			assert.Equal(t, before, after, "it is left as it is")
			continue
		}
		cur := journaltest.From(0, "#a", "#b", "@x")
		for n := 0; cur.Seq < s.Head(); {
			p, err := s.Read(cur, s.Head(), 100)
			if err != nil {
				break // told, and not passed over
			}
			for _, e := range p.Entries {
				n++
				assert.Equal(t, uint64(n), e.Seq)
			}
		}
		require.NoError(t, s.Close())
	}
	assert.Positive(t, refused)
}

func TestACutFileIsRefused(t *testing.T) {
	t.Parallel()
	dice := seedtest.Dice(t)
	path := newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 1000)...)
	require.NoError(t, s.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	for range rounds(10) {
		to := filepath.Join(t.TempDir(), "cut.db")
		copyFiles(t, path, to)
		require.NoError(t, os.Truncate(to, 16+dice.Int64N(info.Size()-16)))
		_, err := Open(to, Options{})
		assert.ErrorContains(t, err, "is damaged")
	}
}
