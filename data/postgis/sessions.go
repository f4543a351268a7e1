package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
	"sitmap/layers/access"
)

// OpenSession keeps the hash of a new session's id. Sessions past their end are
// swept away on the occasion.
func (s *Store) OpenSession(ctx context.Context, userID int64, secret [32]byte, until time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	_, err := s.exec(ctx, `with old as (delete from session where until < now() - interval '1 day')
		insert into session (hash, account, until) values ($1, $2, $3)`, secret[:], userID, until.UTC())
	if is(err, "23503") {
		return fmt.Errorf("account %d: %w", userID, layers.ErrNotFound)
	}
	return failure("session", err)
}

// SessionUser finds the user of a session that is neither past its end nor idle
// for longer than idle, and notes that it was used: to a minute, so that a busy
// client does not write all the time. A disabled account has no sessions.
// ErrNotFound otherwise.
func (s *Store) SessionUser(ctx context.Context, secret [32]byte, idle time.Duration) (access.User, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	u, stale, err := s.session(ctx, secret, idle)
	if err == nil && stale {
		_, err = s.exec(ctx, `update session set used = now() where hash = $1`, secret[:])
	}
	return u, failure("session", err)
}

// SeeSession is SessionUser without noting a use: whatever goes on by itself,
// such as a stream, must not keep a session from running out.
func (s *Store) SeeSession(ctx context.Context, secret [32]byte, idle time.Duration) (access.User, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	u, _, err := s.session(ctx, secret, idle)
	return u, failure("session", err)
}

// session is the user of a session that has not ended, and whether its last
// use was noted so long ago that a new one is to be.
func (s *Store) session(ctx context.Context, secret [32]byte, idle time.Duration) (u access.User, stale bool, err error) {
	err = s.row(ctx, `select `+account+`, s.used < now() - least(interval '1 minute', $2::interval / 4) from session s join account a on a.id = s.account
		where s.hash = $1 and s.until > now() and s.used > now() - $2::interval and not a.disabled`,
		[]any{secret[:], idle}, append(userFields(&u), &stale)...)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("session: %w", layers.ErrNotFound)
	}
	return u, stale, err
}

// SeeAll is SeeSession and TokenUser for many at once. Who has ended is missing in
// the answer.
func (s *Store) SeeAll(ctx context.Context, sessions, tokens [][32]byte, idle time.Duration) (map[[32]byte]access.User, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	plain := func(hashes [][32]byte) [][]byte {
		all := make([][]byte, len(hashes))
		for k := range hashes {
			all[k] = hashes[k][:]
		}
		return all
	}
	users := make(map[[32]byte]access.User, len(sessions)+len(tokens))
	_, err := rows(ctx, s, func(row pgx.CollectableRow) (none struct{}, err error) {
		var u access.User
		var hash []byte
		if err := row.Scan(append([]any{&hash}, userFields(&u)...)...); err != nil {
			return none, err
		}
		users[[32]byte(hash)] = u
		return none, nil
	}, `select s.hash, `+account+` from session s join account a on a.id = s.account
			where s.hash = any($1::bytea[]) and s.until > now() and s.used > now() - $3::interval and not a.disabled
		union all
		select t.hash, `+account+` from token t join account a on a.id = t.account
			where t.hash = any($2::bytea[]) and t.until > now() and not t.revoked and not a.disabled`, plain(sessions), plain(tokens), idle)
	return users, failure("sessions and tokens", err)
}

// CloseSession ends a session; one that is not there has ended already.
func (s *Store) CloseSession(ctx context.Context, secret [32]byte) error {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	_, err := s.exec(ctx, `delete from session where hash = $1`, secret[:])
	return failure("session", err)
}

// CloseSessions ends every session of the user but the one given.
func (s *Store) CloseSessions(ctx context.Context, userID int64, except [32]byte) error {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	_, err := s.exec(ctx, `delete from session where account = $1 and hash <> $2`, userID, except[:])
	return failure("sessions", err)
}

// AddToken keeps the hash of a program's token under a name, and gives its number.
func (s *Store) AddToken(ctx context.Context, userID int64, name string, secret [32]byte, until time.Time) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	var id int64
	err := s.pool.QueryRow(ctx, `insert into token (hash, account, name, until) values ($1, $2, $3, $4) returning id`,
		secret[:], userID, name, until.UTC()).Scan(&id)
	if is(err, "23503") {
		return 0, fmt.Errorf("account %d: %w", userID, layers.ErrNotFound)
	}
	return id, failure("token "+name, err)
}

// RevokeToken makes a token worthless.
func (s *Store) RevokeToken(ctx context.Context, id int64) error {
	return s.change(ctx, "token", id, `update token set revoked = true where id = $1`, id)
}

// TokenUser finds the user behind a program's token; ErrNotFound when it is
// unknown, past its end or revoked, or the account is disabled.
func (s *Store) TokenUser(ctx context.Context, secret [32]byte) (access.User, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	var u access.User
	err := s.row(ctx, `select `+account+` from token t join account a on a.id = t.account
		where t.hash = $1 and t.until > now() and not t.revoked and not a.disabled`, []any{secret[:]}, userFields(&u)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return u, fmt.Errorf("token: %w", layers.ErrNotFound)
	}
	return u, failure("token", err)
}
