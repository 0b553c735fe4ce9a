package conn

import (
	"context"

	"chinwag/protocol"
)

// promote makes the client an operator if the password is right. Without one it asks for it: the transport then takes a
// person's next line for the password. If it does not ask, or the password is wrong, the transport is warned that one
// may be typed all the same.
func (s *Server) promote(ctx context.Context, c *connection, cmd protocol.Operator, ref protocol.Ref) error {
	refusal, err := s.mayTry(ctx, c, cmd.Password)
	switch {
	case err != nil:
		return err
	case refusal != nil:
		c.guard()
		return c.client.Tell(ctx, protocol.Refused{Refusal: *refusal, Ref: ref})
	case cmd.Password == "":
		return c.client.Tell(ctx, protocol.PasswordWanted{})
	}
	s.log.Info("an operator has come in", "addr", c.from.Host)
	return c.client.Promote(ctx, ref)
}

// mayTry returns why a password is not asked for, or is not right.
func (s *Server) mayTry(ctx context.Context, c *connection, p protocol.Secret) (*protocol.Refusal, error) {
	if is, err := c.client.IsOperator(ctx); is || err != nil {
		return alreadyOperator, err
	}
	return s.checkPassword(ctx, c, p)
}

func (s *Server) checkPassword(ctx context.Context, c *connection, p protocol.Secret) (*protocol.Refusal, error) {
	at := c.from.Prefix
	switch {
	case s.opts.Password == nil:
		return noPassword, nil
	case p == "" && s.admission.triesLeft(at) == 0:
		return tooManyTries, nil
	case p == "":
		return nil, nil
	}
	refusal, err := s.checks.try(ctx, at, p)
	if refusal == wrongPassword {
		s.log.Warn("wrong password of an operator", "addr", c.from.Host)
	}
	return refusal, err
}

func (c *connection) guard() {
	if t, ok := c.transport.(Guarded); ok {
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
