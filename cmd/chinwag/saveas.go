package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"

	"chinwag/protocol"
)

// savedAs is a transcript on its way to a file of the operator's.
type savedAs struct {
	file   *os.File
	ticket protocol.Ticket
	lines  int
	err    error
}

var transcriptTo = regexp.MustCompile(`^/transcript\s+@?([0-9]+)\s+(\S.*)$`)

// saveAs takes the name of a file from /transcript 7 FILE: the server is asked
// for the transcript, and it goes there. A file that is there already is not
// overwritten.
func (f *face) saveAs(line string) (command string, err error) {
	m := transcriptTo.FindStringSubmatch(line)
	if m == nil {
		return line, nil
	}
	n, err := strconv.ParseUint(m[1], 10, 32)
	if err != nil {
		return line, nil // the server says what is wrong with it
	}
	file, err := os.OpenFile(m[2], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("the transcript cannot be saved as %s: %s", m[2], plainly(err))
	}
	f.told.Lock()
	defer f.told.Unlock()
	if f.saving != nil {
		_ = f.saving.file.Close()
	}
	f.saving = &savedAs{file: file, ticket: protocol.Ticket(n)}
	return "/transcript " + m[1], nil
}

// save writes e where the transcript goes, if it belongs to it.
func (f *face) save(e protocol.Event) bool {
	f.told.Lock()
	defer f.told.Unlock()
	s := f.saving
	if s == nil {
		return false
	}
	switch e := e.(type) {
	case protocol.Past:
		if protocol.TicketOf(e.Event) != s.ticket {
			return false
		}
		e.Dated = true
		if _, err := s.file.Write(protocol.AppendEvent(nil, e)); err != nil && s.err == nil {
			s.err = err
		}
		s.lines++
		return true
	case protocol.HistoryEnd:
		f.saving = nil
		if err := s.file.Close(); err != nil && s.err == nil {
			s.err = err
		}
		if s.err != nil {
			f.note(fmt.Sprintf("the transcript is not whole in %s: %s", s.file.Name(), plainly(s.err)))
		} else {
			f.note(fmt.Sprintf("the transcript of %s is saved as %s (%d lines)", s.ticket, s.file.Name(), s.lines))
		}
		return true
	}
	return false
}
