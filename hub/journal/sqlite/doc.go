// Package sqlite keeps the journal in a file: a journal.Store that a killed process, a crashed system and a power cut
// leave whole.
//
//	Commit ─────────────> one transaction, one flush ──> chinwag.db-wal (the WAL)
//	                                                        │ checkpoint   ┐ a few
//	maintain: file, prune, scrub, checkpoint ───────────────┤              │ milliseconds
//	   │                                                    v              ┘ at a time
//	   │      Read, Newest, … <── four readers <── latch <── chinwag.db
//	   │               Search <── one more    <──────┘
//	   │                  └────── and one of the words <──── chinwag.db-words
//	   └── index, merge, scrub ───────────────────────────────────┘ no commit waits
//
// There is one writer, one connection that makes checkpoints, and a few readers that see one committed moment each.
// Readers do not wait for the writer, nor the writer for them, with one exception: the WAL begins anew only when no
// reader is in it. When it is longer than 16 MB a checkpoint therefore excludes the readers for a moment, waits at most
// 50 ms for those inside, each of which has no more than a page to read, and makes a search inside begin again
// (TestTheWALIsBoundedWhileReadersNeverPause). A checkpoint does not wait for another program that reads the file for
// long, as an export does, and the WAL grows meanwhile. The memory of a store is bounded, whatever is in the file. One
// goroutine does the maintenance between the commits; Close waits for its step.
//
// # Filed behind the commit
//
// A commit appends rows of entries and nothing else, but for the names of new streams and the rows of state. An index
// by stream has a page for each stream that a group touches, and to write it costs more than the lines do. So the index
// of the streams (positions) and their counters are written behind the commits, 8,192 entries at a time and at Close:
// the entries are filed. Until then their places are in memory, four times as many at the most: a commit that finds
// more files some before it writes (TestWhatIsNotFiledHasABound). A read takes what is filed by the index and the rest
// by its places (TestFilingChangesNoAnswer, TestReadersSeeAllWhileEntriesAreFiled). What is filed of a stream and its
// counters are in one transaction. A start finds the rest in the entries after that, and so does another program that
// reads the file (TestOthersCountWhatIsNotFiled). What is pruned or redacted is filed before.
//
// For people who open the file with sqlite3, the view lines has the entries with the names of their streams
// (TestTheViewShowsLines).
//
// # Lines first
//
// Writing takes a lock, and a commit goes before all maintenance. Maintenance works in steps: each is a transaction of
// a few milliseconds and 24 KB of words, which begins when no commit waits, and ends early when one does. So a line
// waits for one step at the most, whatever else the server does (TestACommitThatWaitsEndsTheStep,
// TestAStepIsBoundedInWords, and -bench Pace measures it). Between steps the maintenance rests twice as long as it has
// worked. It does not rest while entries come faster than they are pruned, since the file would grow without end. Steps
// of the words are eight times as long, since no commit waits for them.
//
// Pruning goes before indexing, so that a flood which is pruned costs the index nothing
// (TestWhatIsPrunedUnindexedCostsNoWords). A stream that holds nothing is dropped, and a client that read it before is
// told that an unknown number of lines is missing (TestStreamsThatHoldNothingAreDropped). The words of pruned entries
// stay in the index, where no search shows them, until they are more than those of what is kept, or for a day.
// Options.Size bounds the pages in use, an eighth of it left free for what comes meanwhile (TestTheSizeIsBounded).
//
// # What may be relied on
//
// A group for which Commit has returned nil is in the file, once, in order and whole; of any other group nothing is.
// With Sync: Full, the zero value, that holds after kill -9 (TestKilledProcessesLoseNothing) and after a power cut,
// whatever part of what was not flushed has reached the disk (TestAPowerCutLosesNothing); a WAL that is torn holds what
// is before that place (TestATornWALHoldsWhatIsBeforeIt). It costs one flush a group (TestACommitIsOneFlush). With
// Normal and Off a power cut may lose the last lines, and positions that were told may come again.
//
// Rows are in the transaction of their entries: after a kill, a power cut or a failed write both are there or neither
// (the same tests). They are neither pruned nor exported. No pruning removes what KeepAfter keeps
// (TestNoPruningReachesWhatIsKept).
//
// A group that cannot be written is rejected as a whole, and no reader sees it. The next one is written when the disk
// works again (TestTheStoreRecoversWithTheDisk, TestAFullDiskIsToldAndOver,
// TestAnotherWriterIsWaitedForAndThenRefused). After a failed flush it is unknown what the disk has: every Commit
// returns journal.ErrBroken until the file is opened anew (TestAfterAFailedFlushTheStoreIsBroken). A damaged file is
// rejected and left as it is (TestADamagedFileIsRefused, TestACutFileIsRefused, TestWhatIsNoJournalIsLeftAlone), and so
// is a newer one (TestANewerFileIsRefused); an older one is migrated after a copy is made
// (TestAnOlderFileIsBroughtForward), or without one where there is no room for it and the step only adds
// (TestAFileIsBroughtForwardWhereThereIsNoRoomForACopy). A second process is told which process has the file
// (TestTwoOnOneFile). A start looks at the whole of a small file, and at the counters and the end of a large one;
// Verify looks at everything.
//
// An export ends with a count of what it holds. One that was cut off, or changed, is rejected
// (TestWhatIsMissingInAnExportIsMissed, TestWhatIsNoExportIsRefused), and an import that fails leaves no file behind
// (TestAFailedImportTouchesNothingThatWasThere).
//
// A private line is in the mailbox of each session that may read it, and a query names its streams: neither a read nor
// a search finds a line of another stream ("no search is a syntax error" in journaltest). The hub decides which session
// may read which stream. What operators said to each other behind a desk, in a file of an older version, is moved to a
// stream of their own (TestOlderJournalsOfADeskAreForOperators). Only the file's owner may read it.
//
// When Redact returns, the words are overwritten in the rows, at the same length and so in their place, and no search
// finds them; that is flushed. The scrub does the rest, once for all calls of Redact meanwhile
// (TestManyRedactionsAreOneScrub): from five seconds later on it merges the index into one part, a step at a time (a
// small one is made anew), and then empties the WAL as soon as no reader is in it. After that the words may only be
// left in gaps of pages from which SQLite has moved its rows. Those go when a file of up to 16 MB is rewritten, which
// begins after two seconds without a commit, is given up at the next one, and is tried again a minute later. Where
// people never pause, and in a larger file, they stay until Vacuum (TestRedactedWordsLeaveTheFiles,
// TestAFileIsNotRewrittenWhilePeopleTalk). Scrubs are a minute apart, and ten times as far as one takes. Until a scrub
// has ended, a mark stands in the index, so that the next process ends the scrub of a killed one
// (TestAScrubIsEndedByTheNextProcess).
//
// # The search
//
// The words stand in a file of their own, which is never waited for: what puts words into it is not flushed, and where
// it is lost, damaged, of another version or another journal, it is made again (TestTheWordsAreMadeAgain). It says of
// which file it is and up to which entry it goes. What takes words out of it is flushed before the journal changes
// (TestWordsGoFirst); where that cannot be done, the file is removed, which needs no room
// (TestTheJournalDoesWithoutWords). Options.Size counts both files.
//
// FTS5 merges nothing by itself, for that has no bound, and takes nothing out of its older parts, for that is slow: a
// deletion is noted in a new part, and merging does away with both.
//
// The index is FTS5, and has the words that journal.IndexWords makes of a line: signs of scripts without spaces between
// words (Han, kana, hangul, and emoji) stand in it one by one, and a search for a word of them is a search for a
// phrase, so a Chinese word of two signs is found. It knows no marks: what it finds is looked at again, in the line. It
// follows the commits within a second, in a flood some while after it is over. A search first lets it catch up, for
// half of the time that it has, and returns how far it has looked. It ends with its context wherever it is: SQLite
// looks for an interruption with each page that it reads.
//
// The package knows nothing about members, rooms, rights or the hub.
package sqlite
