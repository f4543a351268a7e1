package postgis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
	"sitmap/layers/access"
)

// Secrets reach the store only as hashes: passwords as argon2id strings, session
// ids and tokens as SHA-256.

// account are the columns of scanUser; a is the row.
const account = `a.id, a.name, a.role, a.area, coalesce((select r.name from area r where r.code = a.area), ''), a.low, a.high`

func userFields(u *access.User) []any {
	return []any{&u.ID, &u.Name, &u.Role, &u.Area, &u.AreaName, &u.Range.Low, &u.Range.High}
}

// AddAccount makes an account and gives its number. argon2 is empty for a program
// that will only use tokens; area is a code, empty for everywhere. Errors:
// ErrConflict when the name is taken, whatever its capitals; ErrNotFound when
// there is no such area.
func (s *Store) AddAccount(ctx context.Context, name string, role access.Role, area, argon2 string) (int64, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > 64 || !plain(name) {
		return 0, layers.BadParameter("name", "want 1 to 64 characters")
	}
	if _, err := access.ParseRole(string(role)); err != nil {
		return 0, err
	}
	within, err := s.rangeOf(ctx, area)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	var id int64
	err = s.pool.QueryRow(ctx, `insert into account (name, role, area, low, high, password) values ($1, $2, $3, $4, $5, $6) returning id`,
		name, string(role), area, within.Low, within.High, argon2).Scan(&id)
	if is(err, "23505") {
		return 0, fmt.Errorf("account %q exists already: %w", name, layers.ErrConflict)
	}
	return id, failure("account "+name, err)
}

// Account finds an account by name, whatever its capitals, unless it is disabled:
// ErrNotFound otherwise.
func (s *Store) Account(ctx context.Context, name string) (access.Account, error) {
	var a access.Account
	if !plain(name) {
		return a, notFound("account", name)
	}
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	err := s.row(ctx, `select `+account+`, a.password from account a where lower(a.name) = lower($1) and not a.disabled`,
		[]any{name}, append(userFields(&a.User), &a.Password)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, notFound("account", name)
	}
	return a, failure("account "+name, err)
}

// Listed is an account as administrators see it.
type Listed struct {
	User     access.User
	Disabled bool
	Created  time.Time
	Tokens   int // that still open the account
}

// Accounts lists all accounts by name.
func (s *Store) Accounts(ctx context.Context) ([]Listed, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	all, err := rows(ctx, s, func(row pgx.CollectableRow) (l Listed, err error) {
		err = row.Scan(append(userFields(&l.User), &l.Disabled, &l.Created, &l.Tokens)...)
		return l, err
	}, `select `+account+`, a.disabled, a.created, (select count(*) from token t where t.account = a.id and not t.revoked and t.until > now())
		from account a order by lower(a.name)`)
	return all, failure("accounts", err)
}

// SetPassword replaces the password of an account.
func (s *Store) SetPassword(ctx context.Context, userID int64, argon2 string) error {
	return s.change(ctx, "account", userID, `update account set password = $2 where id = $1`, userID, argon2)
}

// DisableAccount shuts an account, or opens it again. Its sessions end for good;
// its tokens rest.
func (s *Store) DisableAccount(ctx context.Context, userID int64, disabled bool) error {
	return s.change(ctx, "account", userID, `with gone as (delete from session where account = $1 and $2)
		update account set disabled = $2 where id = $1`, userID, disabled)
}

// change runs a statement that must change something.
func (s *Store) change(ctx context.Context, what string, id int64, sql string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	n, err := s.exec(ctx, sql, args...)
	if err == nil && n == 0 {
		return fmt.Errorf("%s %d: %w", what, id, layers.ErrNotFound)
	}
	return failure(fmt.Sprintf("%s %d", what, id), err)
}
