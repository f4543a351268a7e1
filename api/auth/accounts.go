package auth

import (
	"context"
	"time"

	"sitmap/layers/access"
)

// Accounts is what signing in asks of the store. Secrets are handed over
// only as hashes: passwords as argon2id strings, session ids and tokens as
// SHA-256.
type Accounts interface {
	// Account finds an account that is not disabled; layers.ErrNotFound otherwise.
	Account(ctx context.Context, name string) (access.Account, error)
	SetPassword(ctx context.Context, userID int64, argon2 string) error

	OpenSession(ctx context.Context, userID int64, secret [32]byte, until time.Time) error
	// SessionUser finds the user of a session that is neither past its end nor
	// idle for longer than idle, and notes that it was used. A disabled
	// account has no sessions. layers.ErrNotFound otherwise.
	SessionUser(ctx context.Context, secret [32]byte, idle time.Duration) (access.User, error)
	// SeeSession is SessionUser for something that goes on by itself: it does
	// not note that the session was used.
	SeeSession(ctx context.Context, secret [32]byte, idle time.Duration) (access.User, error)
	// SeeAll is SeeSession and TokenUser for many at once: who is in neither is
	// missing in the answer.
	SeeAll(ctx context.Context, sessions, tokens [][32]byte, idle time.Duration) (map[[32]byte]access.User, error)
	CloseSession(ctx context.Context, secret [32]byte) error
	// CloseSessions ends every session of the user but the one given.
	CloseSessions(ctx context.Context, userID int64, except [32]byte) error

	// TokenUser finds the user behind a program's token; layers.ErrNotFound
	// when it is unknown, past its end or revoked.
	TokenUser(ctx context.Context, secret [32]byte) (access.User, error)
}
