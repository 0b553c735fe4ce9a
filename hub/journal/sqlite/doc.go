// Package sqlite is the record in a file: a journal.Store that a killed process,
// a crashed system and a power cut leave whole.
//
//	Commit ───────> one transaction, one flush ──> chinwag.db-wal (the log)
//	                                                  │ checkpoint        ┐
//	maintain: prune, index, merge, scrub, checkpoint ─┤                   │ a few
//	                                                  v                   │ milliseconds
//	Read, Back, Before <── four readers <──┐ gate <── chinwag.db          ┘ at a time
//	Search <── a reader of its own <───────┘
//
// There is one writer, one connection that empties the log, and a few readers
// that see one committed moment each. Readers do not wait for the writer, nor the writer for
// them, with one exception: the log begins anew only when nobody reads in it, so when it is longer
// than 16 MB a checkpoint closes the gate to readers for a moment, waits at most 50 ms for those inside,
// each of which has no more than a page to read, and has a search inside begin again
// (TestTheLogIsBoundedWhileReadersNeverPause). Another program that reads the file for long, as an
// export does, is not waited for, and the log grows meanwhile. All that a store holds in memory is bounded, whatever is in the file.
// One goroutine does the maintenance between the commits; Close waits for its slice.
//
// # Lines first
//
// Only one at a time writes, and a commit goes before all maintenance. That works in
// slices: a transaction of a few milliseconds and 24 KB of words, which
// begins when no commit waits, and ends early when one does. So a line waits for one
// slice at the most, whatever others do (TestACommitThatWaitsEndsTheSlice,
// TestASliceIsBoundedInWords, and -bench Pace measures it). Between slices it rests twice as long
// as it has worked; only where more comes than is pruned it does not rest, since what
// is kept would grow without end. FTS5 merges nothing by itself, for that has no
// bound, and takes nothing out of its older parts, for that is slow: what leaves the
// index is noted in a new part, and merging does away with both.
//
// What is no longer kept goes before the index is made, so that a flood which is pruned
// costs the index nothing (TestWhatIsPrunedUnindexedCostsNoWords). With it go the
// streams that hold nothing. Whoever has read one of those before is told that nobody
// has counted what is missing (TestStreamsThatHoldNothingAreDropped). The words of what
// was pruned stay in the index, where no search shows them, until they are more than
// those of what is kept, or for a day. Options.Size bounds the pages in use, an eighth
// of it left free for what comes meanwhile (TestTheSizeIsBounded).
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
// Rows are in the transaction of their entries: after a kill, a power cut or a failed write both
// are there or neither (the same tests). They are neither pruned nor exported. What KeepAfter
// keeps, no pruning reaches (TestNoPruningReachesWhatIsKept).
//
// What cannot be written is refused as a whole, is seen by nobody, and does not
// keep the next from being written when the disk can again
// (TestTheStoreRecoversWithTheDisk, TestAFullDiskIsToldAndOver,
// TestAnotherWriterIsWaitedForAndThenRefused). After a failed flush nobody knows
// what the disk has: every Commit returns journal.ErrBroken until the file is
// opened anew (TestAfterAFailedFlushTheStoreIsBroken). A damaged file is refused
// and left as it is (TestADamagedFileIsRefused, TestACutFileIsRefused,
// TestWhatIsNoRecordIsLeftAlone), and so is a newer one (TestANewerFileIsRefused); an older
// one is brought forward after a copy is made (TestAnOlderFileIsBroughtForward), or without one where
// there is no room for it and the step only adds
// (TestAFileIsBroughtForwardWhereThereIsNoRoomForACopy).
// A second process is told who has the file (TestTwoOnOneFile). A start looks at
// the whole of a small file, and at the counters and the end of a large one;
// Verify looks at everything.
//
// An export ends with what it holds. One that was cut off, or changed, makes no record
// (TestWhatIsMissingInAnExportIsMissed, TestWhatIsNoExportIsRefused), and an import
// that fails leaves no file behind (TestAFailedImportTouchesNothingThatWasThere).
//
// Private lines are in the mailbox of each who may read them, and a question names
// its streams: nothing finds a line of another stream, a search neither ("no
// search is a syntax error" in storetest). Who may read which, the hub knows.
// What operators said to each other behind a desk, in a record of an older version, is
// brought to a stream of their own (TestOlderRecordsOfADeskAreForOperators).
// Only the file's owner may read it.
//
// When Forget returns, the words are overwritten in the rows, at the same length and so
// in their place, and no search finds them; that is flushed. The scrub does the rest, for all
// who have forgotten something meanwhile (TestManyWhoForgetAreOneScrub): from five seconds
// later on it merges the index into one part, a slice at a time (a small one is made anew), and then empties the log as soon as
// no reader looks at it. From then on the words are nowhere but, perhaps, in gaps of pages
// from which SQLite has moved its rows. Those go when a file of up to 16 MB is written
// anew, which happens once nobody has spoken for two seconds and is given up when
// somebody does, to be tried again a minute later; where people never pause, and in a larger
// file, they stay until Vacuum (TestForgottenWordsLeaveTheFiles,
// TestAFileIsNotRewrittenWhilePeopleTalk). Scrubs are a minute apart, and ten times as far as one takes.
// Until one has ended, a mark stands in the index, so that the next process ends what a killed one
// has begun (TestAScrubIsEndedByTheNextProcess).
//
// # The search
//
// The index is FTS5. Signs of scripts without spaces between words (Han, kana,
// hangul, and emoji) stand in it one by one, and what is looked for is a phrase of
// them: so a Chinese word of two signs is found. The index follows the commits within
// a second, in a flood some while after it is over. A search has it follow first, for half of the time that
// it has, and returns how far it has looked. It ends with its context wherever it is: SQLite looks
// for an interruption with each page that it reads.
//
// The package knows nothing about members, rooms, rights or the hub.
package sqlite
