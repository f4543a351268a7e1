// Package auth finds out who is asking: passwords, the sessions of browsers
// and the tokens of programs. It knows no HTTP and no SQL; what a user may do
// is decided by layers/access.
package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
)

const (
	// Idle is how long a session lives without a request.
	Idle = 30 * time.Minute
	// Lifetime is how long a session lives at most.
	Lifetime = 12 * time.Hour
)

// ErrWrong says that name and password do not belong together; it never says
// which of them is wrong.
var ErrWrong = errors.New("the name or the password is wrong")

// TooMany says that somebody tried too often.
type TooMany struct {
	Wait time.Duration // until the next attempt is let through
}

func (e *TooMany) Error() string {
	return fmt.Sprintf("too many attempts to sign in; wait %d s", int(e.Wait/time.Second)+1)
}

// Authenticator answers for passwords, sessions and tokens.
type Authenticator struct {
	accounts    Accounts
	now         func() time.Time
	passwords   *passwords
	recent      *recent
	watched     *recent // for Watch, whose answers note no use
	devices     *recent // for Device
	byName      *limiter
	byAddress   *limiter
	tokenByAddr *limiter
}

// New makes an authenticator that reads the time from now.
func New(accounts Accounts, now func() time.Time) (*Authenticator, error) {
	p, err := newPasswords()
	if err != nil {
		return nil, err
	}
	devices := newRecent(now)
	devices.bridge = DeviceBridge
	return &Authenticator{
		devices:   devices,
		accounts:  accounts,
		now:       now,
		passwords: p,
		recent:    newRecent(now),
		watched:   newRecent(now),
		// Ten wrong passwords for a name, then one more each half minute: a
		// person who mistypes never notices, a guesser gets 2,890 a day.
		byName: newLimiter(now, 10, 30*time.Second),
		// An office may share one address, so it gets more.
		byAddress: newLimiter(now, 60, 5*time.Second),
		// Nobody guesses 256 bits; this keeps guessers from the store.
		tokenByAddr: newLimiter(now, 500, 100*time.Millisecond),
	}, nil
}

// SignIn checks a password and opens a session. The secret is for the
// browser's cookie alone; address is where the request came from. The error
// is ErrWrong, a *TooMany, or that of the store.
func (a *Authenticator) SignIn(ctx context.Context, name, password, address string) (secret string, user access.User, err error) {
	user, err = a.prove(ctx, name, password, address)
	if err != nil {
		return "", access.User{}, err
	}
	secret, hash := NewSession()
	if err := a.accounts.OpenSession(ctx, user.ID, hash, a.now().Add(Lifetime)); err != nil {
		return "", access.User{}, fmt.Errorf("open a session: %w", err)
	}
	return secret, user, nil
}

// prove checks that the password is the account's. Attempts are counted
// before the password is looked at, so that many at once are no way around
// the limit; a right one is given back.
func (a *Authenticator) prove(ctx context.Context, name, password, address string) (access.User, error) {
	key := strings.ToLower(name) // the store finds a name whatever its capitals
	if wait, ok := a.byAddress.take(address); !ok {
		return access.User{}, &TooMany{wait}
	}
	if wait, ok := a.byName.take(key); !ok {
		return access.User{}, &TooMany{wait}
	}
	account, err := a.accounts.Account(ctx, name)
	if err != nil && !errors.Is(err, layers.ErrNotFound) {
		return access.User{}, fmt.Errorf("find the account: %w", err)
	}
	right, err := a.passwords.compare(ctx, password, account.Password)
	if err != nil {
		return access.User{}, err
	}
	if !right {
		return access.User{}, ErrWrong
	}
	a.byAddress.giveBack(address)
	a.byName.giveBack(key)
	return account.User, nil
}

// Session is the user behind a session cookie; an error of kind ErrNotFound
// when there is none any more. An answer is believed for at most a second, so
// that a page full of tiles asks the store once; while the store does not
// answer at all, for as long as Bridge.
func (a *Authenticator) Session(ctx context.Context, secret string) (access.User, error) {
	hash, ok := hashSession(secret)
	if !ok {
		return access.User{}, fmt.Errorf("session: %w", layers.ErrNotFound)
	}
	return a.recent.user(hash, func() (access.User, error) {
		return a.accounts.SessionUser(ctx, hash, Idle)
	})
}

// WatchSession is Session for something that goes on by itself, such as a
// stream: it says when the session has ended, and does not keep it from ending.
func (a *Authenticator) WatchSession(ctx context.Context, secret string) (access.User, error) {
	hash, ok := hashSession(secret)
	if !ok {
		return access.User{}, fmt.Errorf("session: %w", layers.ErrNotFound)
	}
	user, err := a.watched.user(hash, func() (access.User, error) {
		return a.accounts.SeeSession(ctx, hash, Idle)
	})
	if errors.Is(err, layers.ErrUnavailable) {
		// It may be known from its requests, and bridged as they are.
		return a.recent.user(hash, func() (access.User, error) { return access.User{}, err })
	}
	return user, err
}

// KnownSession is the user behind a session cookie who is believed without a
// question to the store; where it is not ok, Session knows.
func (a *Authenticator) KnownSession(secret []byte) (user access.User, ok bool) {
	hash, ok := hashSession(secret)
	if !ok {
		return user, false
	}
	return a.recent.known(hash)
}

// Token is the user behind a program's token; an error of kind ErrNotFound
// when it is unknown, past its end or revoked, and a *TooMany for an address
// that keeps guessing. It believes as Session does.
func (a *Authenticator) Token(ctx context.Context, token, address string) (access.User, error) {
	return a.token(ctx, a.recent, token, address)
}

// Device is Token for those who report positions and are told nothing in return:
// while the store does not answer they are believed for as long as DeviceBridge.
func (a *Authenticator) Device(ctx context.Context, token, address string) (access.User, error) {
	return a.token(ctx, a.devices, token, address)
}

// Sender is the account of that name, for a device that proved itself to it by
// other means than a token; an error of kind ErrNotFound when there is none that
// may come in. It believes as Device does.
func (a *Authenticator) Sender(ctx context.Context, name string) (access.User, error) {
	return a.devices.user(sha256.Sum256([]byte("name "+name)), func() (access.User, error) {
		account, err := a.accounts.Account(ctx, name)
		return account.User, err
	})
}

func (a *Authenticator) token(ctx context.Context, recent *recent, token, address string) (access.User, error) {
	hash, ok := HashToken(token)
	if !ok {
		return access.User{}, fmt.Errorf("token: %w", layers.ErrNotFound)
	}
	return recent.user(hash, func() (access.User, error) {
		if wait, ok := a.tokenByAddr.take(address); !ok {
			return access.User{}, &TooMany{wait}
		}
		user, err := a.accounts.TokenUser(ctx, hash)
		if !errors.Is(err, layers.ErrNotFound) {
			a.tokenByAddr.giveBack(address) // it was no guess
		}
		return user, err
	})
}

// KnownToken is the user behind a program's token who is believed without a
// question to the store; where it is not ok, Token knows.
func (a *Authenticator) KnownToken(token []byte) (user access.User, ok bool) {
	hash, ok := HashToken(token)
	if !ok {
		return user, false
	}
	return a.recent.known(hash)
}

// Bridged counts how often somebody was believed from memory because the
// store did not answer.
func (a *Authenticator) Bridged() uint64 {
	return a.recent.bridged.Load() + a.watched.bridged.Load() + a.devices.bridged.Load()
}

// forget makes every next question go to the store; whoever is gone is not
// bridged either.
func (a *Authenticator) forget(gone func(hash [32]byte, user access.User) bool) {
	a.recent.forget(gone)
	a.watched.forget(gone)
	a.devices.forget(gone)
}

// SignOut ends a session. Ending one that has ended is no error.
func (a *Authenticator) SignOut(ctx context.Context, secret string) error {
	hash, ok := hashSession(secret)
	if !ok {
		return nil
	}
	ended := func(h [32]byte, _ access.User) bool { return h == hash }
	a.forget(ended)
	if err := a.accounts.CloseSession(ctx, hash); err != nil && !errors.Is(err, layers.ErrNotFound) {
		return fmt.Errorf("end the session: %w", err)
	}
	a.forget(ended)
	return nil
}

// ChangePassword sets a new password after proving the old one, and ends
// every other session of the account; keep is the session that asks, or
// empty. The error is ErrWrong when the old password is not right.
func (a *Authenticator) ChangePassword(ctx context.Context, user access.User, old, new, address, keep string) error {
	if _, err := a.prove(ctx, user.Name, old, address); err != nil {
		return err
	}
	encoded, err := a.passwords.hash(ctx, new)
	if err != nil {
		return err
	}
	if err := a.accounts.SetPassword(ctx, user.ID, encoded); err != nil {
		return fmt.Errorf("set the password: %w", err)
	}
	hash, _ := hashSession(keep)
	if err := a.accounts.CloseSessions(ctx, user.ID, hash); err != nil {
		return fmt.Errorf("end the other sessions: %w", err)
	}
	a.forget(func(h [32]byte, of access.User) bool { return of.ID == user.ID && h != hash })
	return nil
}
