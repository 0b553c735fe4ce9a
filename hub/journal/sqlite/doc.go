// Package sqlite is the record in a file: a journal.Store that a killed process,
// a crashed system and a power cut leave whole.
//
//	Commit ───────> one transaction, one flush ──> chinwag.db-wal (the log)
//	                                                  │ checkpoint        ┐
//	maintain: index behind, prune, checkpoint ────────┤                   │ a few
//	                                                  v                   │ milliseconds
//	Read, Back, Before, Search <── four readers <── chinwag.db            ┘ at a time
//
// There is one writer, one connection that empties the log, and a few readers
// that see one committed moment each. Readers wait for nobody, and nobody waits
// for them; all that a store holds in memory is bounded, whatever is in the file.
// One goroutine does the maintenance between the commits; Close waits for it.
//
// # What may be relied on
//
// What Commit has returned nil for is in the record, once, in order, and all of
// its group or none. With Sync: Full, the zero value, that holds after kill -9
// (TestKilledProcessesLoseNothing) and after a power cut, whatever part of what
// was not flushed has reached the disk (TestAPowerCutLosesNothing); a log that
// is torn holds what is before that place (TestATornLogHoldsWhatIsBeforeIt). It
// costs one flush a group (TestACommitIsOneFlush). With Normal and Off a power
// cut may lose the last lines, and positions that were told may come again.
//
// What cannot be written is refused as a whole, is seen by nobody, and does not
// keep the next from being written when the disk can again
// (TestTheStoreRecoversWithTheDisk, TestAFullDiskIsToldAndOver,
// TestAnotherWriterIsWaitedForAndThenRefused). After a failed flush nobody knows
// what the disk has: every Commit returns journal.ErrBroken until the file is
// opened anew (TestAfterAFailedFlushTheStoreIsBroken). A damaged file is refused
// and left as it is (TestADamagedFileIsRefused, TestACutFileIsRefused,
// TestWhatIsNoRecordIsLeftAlone), and so is a newer one (TestANewerFileIsRefused); an older
// one is brought forward after a copy is made (TestAnOlderFileIsBroughtForward).
// A second process is told who has the file (TestTwoOnOneFile). A start looks at
// the whole of a small file, and at the counters and the end of a large one;
// Verify looks at everything.
//
// Private lines are in the mailbox of each who may read them, and a question names
// its streams: nothing finds a line of another stream, a search neither ("no
// search is a syntax error" in storetest). Who may read which, the hub knows.
// What operators said to each other behind a desk, in a record of an older version, is
// brought to a stream of their own (TestOlderRecordsOfADeskAreForOperators).
// Forgotten words are overwritten in the rows, in the index and in the log; in a
// file of more than 32 MB scraps of them may stay until Vacuum
// (TestForgottenWordsLeaveTheFiles). Only the file's owner may read it.
//
// # The search
//
// The index is FTS5. Signs of scripts without spaces between words (Han, kana,
// hangul, and emoji) stand in it one by one, and what is looked for is a phrase of
// them: so a Chinese word of two signs is found. The index follows the commits within
// a second, in a flood when it is over; a search makes sure that it has all first.
//
// The package knows nothing about members, rooms, rights or the hub.
package sqlite
