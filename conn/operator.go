package conn

import (
	"context"

	"chinwag/protocol"
)

// Password reports whether somebody knows the operators' password. It may take
// its time, and memory: it is asked by few at once.
type Password func(protocol.Secret) bool

// maxHashing is how many passwords are checked at once: each may take tens of
// megabytes.
const maxHashing = 2

// promote makes an operator of whoever knows the password. Without one it asks
// for it: the next line of a person is then taken for it by the door.
func (s *Server) promote(ctx context.Context, l *link, cmd protocol.Operator) error {
	if s.opts.Password == nil {
		return l.client.Do(ctx, protocol.Operator{}) // is told that there is none
	}
	if cmd.Password == "" {
		return l.client.Tell(ctx, protocol.PasswordWanted{})
	}
	if !s.limits.mayTry(l.from.Prefix) {
		return l.client.Tell(ctx, protocol.Refused{Refusal: *tooManyTries})
	}
	known, err := s.knows(ctx, cmd.Password)
	if err != nil {
		return err
	}
	if !known {
		s.log.Warn("wrong password of an operator", "addr", l.from.Host)
		return l.client.Tell(ctx, protocol.Refused{Refusal: *wrongPassword})
	}
	s.log.Info("an operator has come in", "addr", l.from.Host)
	return l.client.Promote(ctx)
}

func (s *Server) knows(ctx context.Context, p protocol.Secret) (bool, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-s.hashing }()
	return s.opts.Password(p), nil
}

var (
	wrongPassword = protocol.Refuse("wrong-password", "that is not the password: /operator asks again")
	tooManyTries  = protocol.Refuse("too-many-tries", "that was tried too often from your address: please wait a minute")
)
