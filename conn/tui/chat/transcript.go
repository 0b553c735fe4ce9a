package chat

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"

	"chinwag/conn/fault"
	"chinwag/protocol"
)

// transcriptFile is a transcript that is being saved to a file of the operator's.
type transcriptFile struct {
	file   *os.File
	ticket protocol.Ticket
	lines  int
	err    error
}

var transcriptTo = regexp.MustCompile(`^/transcript\s+@?([0-9]+)\s+(\S.*)$`)

// openTranscript cuts the name of a file from /transcript 7 FILE, opens the file, and returns the command for the
// server, whose answer goes there. It does not overwrite a file that is there already.
func (v *View) openTranscript(line string) (command string, err error) {
	m := transcriptTo.FindStringSubmatch(line)
	if m == nil {
		return line, nil
	}
	n, err := strconv.ParseUint(m[1], 10, 32)
	if err != nil {
		return line, nil // the server says what is wrong with it
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case !v.roster.isOperator():
		return "/transcript " + m[1], nil // the server rejects it, so there is nothing to save
	case v.transcript != nil:
		return "", fmt.Errorf("the transcript of %s is still being saved: please try again then", v.transcript.ticket)
	}
	file, err := os.OpenFile(m[2], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("the transcript cannot be saved as %s: %s", m[2], fault.Words(err))
	}
	v.transcript = &transcriptFile{file: file, ticket: protocol.Ticket(n)}
	return "/transcript " + m[1], nil
}

// keepInTranscript writes e to the file, and returns true, if e belongs to the transcript.
func (v *View) keepInTranscript(e protocol.Event) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := v.transcript
	if s == nil {
		return false
	}
	switch e := e.(type) {
	case protocol.Replayed:
		recorded, ok := e.Event.(protocol.Recorded)
		if !ok || protocol.TicketOf(recorded) != s.ticket {
			return false
		}
		if _, err := s.file.Write(protocol.AppendTranscript(nil, recorded)); err != nil && s.err == nil {
			s.err = err
		}
		s.lines++
		return true
	case protocol.HistoryEnd:
		v.closeTranscript(nil)
		return true
	}
	return false
}

// abortTranscript is called at a new welcome: the rest of the transcript does not come.
func (v *View) abortTranscript() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.transcript != nil {
		v.closeTranscript(errors.New("the connection was lost"))
	}
}

// closeTranscript closes the file, and shows the result. The caller holds mu.
func (v *View) closeTranscript(err error) {
	s := v.transcript
	v.transcript = nil
	if err = cmp.Or(s.err, s.file.Close(), err); err == nil && s.lines == 0 {
		err = fmt.Errorf("there is none of %s", s.ticket)
	}
	switch {
	case s.lines == 0:
		_ = os.Remove(s.file.Name())
		v.Note("no transcript is saved: " + fault.Words(err))
	case err != nil:
		v.Note(fmt.Sprintf("the transcript is not whole in %s: %s", s.file.Name(), fault.Words(err)))
	default:
		v.Note(fmt.Sprintf("the transcript of %s is saved as %s (%d lines)", s.ticket, s.file.Name(), s.lines))
	}
}
