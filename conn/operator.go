package conn

import (
	"context"

	"chinwag/protocol"
)

// promote makes the client an operator if the password is right. Without one it asks
// for it: the transport then takes a person's next line for the password. If it does not ask, or the
// password is wrong, the transport is warned that one may be typed all the same.
func (s *Server) promote(ctx context.Context, l *link, cmd protocol.Operator, ref protocol.Ref) error {
	refusal, err := s.mayTry(ctx, l, cmd.Password)
	switch {
	case err != nil:
		return err
	case refusal != nil:
		l.guard()
		return l.client.Tell(ctx, protocol.Refused{Refusal: *refusal, Ref: ref})
	case cmd.Password == "":
		return l.client.Tell(ctx, protocol.PasswordWanted{})
	}
	s.log.Info("an operator has come in", "addr", l.from.Host)
	return l.client.Promote(ctx, ref)
}

// mayTry returns why a password is not asked for, or is not right.
func (s *Server) mayTry(ctx context.Context, l *link, p protocol.Secret) (*protocol.Refusal, error) {
	if is, err := l.client.IsOperator(ctx); is || err != nil {
		return alreadyOperator, err
	}
	return s.checkPassword(ctx, l, p)
}

func (s *Server) checkPassword(ctx context.Context, l *link, p protocol.Secret) (*protocol.Refusal, error) {
	at := l.from.Prefix
	switch {
	case s.opts.Password == nil:
		return noPassword, nil
	case p == "" && s.limits.triesLeft(at) == 0:
		return tooManyTries, nil
	case p == "":
		return nil, nil
	}
	refusal, err := s.checks.try(ctx, at, p)
	if refusal == wrongPassword {
		s.log.Warn("wrong password of an operator", "addr", l.from.Host)
	}
	return refusal, err
}

// guarded is a transport for people, from whom a password may come that was not asked for.
type guarded interface {
	// Guard keeps the next line from being said, for a moment. It is called by the goroutine that
	// calls Receive.
	Guard()
}

func (l *link) guard() {
	if t, ok := l.transport.(guarded); ok {
		t.Guard()
	}
}

var (
	alreadyOperator = protocol.Refuse("already-operator", "you are an operator already")

	noPassword    = protocol.Refuse("no-password", "nobody becomes an operator that way here: the server has no password for it")
	wrongPassword = protocol.Refuse("wrong-password", "that is not the password: /operator asks again")
	tooManyTries  = protocol.Refuse("too-many-tries", "that was tried too often from your address: please wait a minute")
	tooManyTrying = protocol.Refuse("password-busy", "too many are trying that just now: please wait a moment, and then /operator asks again")
)
