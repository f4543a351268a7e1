package postgis_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
)

func TestAccounts(t *testing.T) {
	s := city(t)
	id, err := s.AddAccount(t.Context(), "Gulang Desk", access.Analyst, "620622", "$argon2id$x")
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Account(t.Context(), "gulang desk")
	want := access.User{ID: id, Name: "Gulang Desk", Role: access.Analyst, Area: "620622", AreaName: "古浪县", Range: east.Area}
	if err != nil || got.User != want || got.Password != "$argon2id$x" {
		t.Errorf("%+v (%v), want %+v", got, err, want)
	}
	if scope := got.User.Scope(); scope != east {
		t.Errorf("it sees %+v", scope)
	}
	if _, err := s.AddAccount(t.Context(), "GULANG DESK", access.Viewer, "", ""); !errors.Is(err, layers.ErrConflict) {
		t.Errorf("the same name: %v, want conflict", err)
	}
	everywhere, err := s.AddAccount(t.Context(), "chief", access.Leader, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Account(t.Context(), "chief"); got.User.Range != layers.Everywhere || got.User.ID != everywhere {
		t.Errorf("an account without an area: %+v", got)
	}
	if err := s.SetPassword(t.Context(), id, "$argon2id$y"); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Account(t.Context(), "Gulang Desk"); got.Password != "$argon2id$y" {
		t.Error("the password is the old one")
	}
	if list, err := s.Accounts(t.Context()); err != nil || len(list) != 2 || list[0].User.Name != "chief" {
		t.Errorf("%+v (%v)", list, err)
	}
	for name, test := range map[string]struct {
		account, area string
		role          access.Role
		want          error
	}{
		"no name": {" ", "", access.Viewer, layers.ErrInvalid}, "a long one": {strings.Repeat("x", 65), "", access.Viewer, layers.ErrInvalid},
		"no role": {"a", "", "king", layers.ErrInvalid}, "no area": {"a", "999", access.Viewer, layers.ErrNotFound}, "a zero byte": {"a\x00", "", access.Viewer, layers.ErrInvalid},
	} {
		if _, err := s.AddAccount(t.Context(), test.account, test.role, test.area, ""); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	for _, name := range []string{"nobody", "", "\x00", "' or 1=1 --"} {
		if _, err := s.Account(t.Context(), name); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("account %q: %v", name, err)
		}
	}
	if err := s.SetPassword(t.Context(), 999, "x"); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("a password for nobody: %v", err)
	}
}

func TestSessions(t *testing.T) {
	s := city(t)
	id, err := s.AddAccount(t.Context(), "desk", access.Dispatcher, "", "")
	if err != nil {
		t.Fatal(err)
	}
	opened := func(n byte, until time.Duration) [32]byte {
		secret := [32]byte{n}
		if err := s.OpenSession(t.Context(), id, secret, time.Now().Add(until)); err != nil {
			t.Fatal(err)
		}
		return secret
	}
	holds := func(secret [32]byte, idle time.Duration) bool {
		u, err := s.SessionUser(t.Context(), secret, idle)
		if err != nil && !errors.Is(err, layers.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil && u.ID == id
	}
	a, b, past := opened(1, time.Hour), opened(2, time.Hour), opened(3, -time.Second)
	if !holds(a, time.Hour) || !holds(b, time.Hour) {
		t.Error("a new session does not hold")
	}
	if holds(past, time.Hour) || holds([32]byte{9}, time.Hour) {
		t.Error("a session past its end, or none, holds")
	}
	one[int](t, s, `update session set used = now() - interval '20 minutes' where hash = $1 returning 1`, a[:])
	if holds(a, 10*time.Minute) {
		t.Error("an idle session holds")
	}
	if !holds(a, 30*time.Minute) || !holds(a, 10*time.Minute) {
		t.Error("using a session does not keep it")
	}
	if err := s.CloseSessions(t.Context(), id, b); err != nil || holds(a, time.Hour) || !holds(b, time.Hour) {
		t.Errorf("after closing all but one (%v) they hold %v and %v", err, holds(a, time.Hour), holds(b, time.Hour))
	}
	if err := s.DisableAccount(t.Context(), id, true); err != nil || holds(b, time.Hour) {
		t.Errorf("a disabled account has a session (%v)", err)
	}
	if _, err := s.Account(t.Context(), "desk"); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("a disabled account is found: %v", err)
	}
	if err := s.DisableAccount(t.Context(), id, false); err != nil || holds(b, time.Hour) {
		t.Errorf("an old session holds again (%v)", err)
	}
	c := opened(4, time.Hour)
	if err := s.CloseSession(t.Context(), c); err != nil || holds(c, time.Hour) {
		t.Errorf("a closed session holds (%v)", err)
	}
	if err := s.CloseSession(t.Context(), c); err != nil {
		t.Errorf("closing it again: %v", err)
	}
	if err := s.OpenSession(t.Context(), 999, c, time.Now().Add(time.Hour)); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("a session for nobody: %v", err)
	}
}

func TestTokens(t *testing.T) {
	s := city(t)
	id, err := s.AddAccount(t.Context(), "gateway", access.Device, "620621", "")
	if err != nil {
		t.Fatal(err)
	}
	secret, past := [32]byte{1}, [32]byte{2}
	token, err := s.AddToken(t.Context(), id, "gateway 1", secret, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddToken(t.Context(), id, "old", past, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	works := func(secret [32]byte) bool {
		u, err := s.TokenUser(t.Context(), secret)
		if err != nil && !errors.Is(err, layers.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil && u.ID == id && u.Range == west.Area
	}
	if !works(secret) || works(past) || works([32]byte{3}) {
		t.Errorf("tokens work: good %v, past %v, unknown %v", works(secret), works(past), works([32]byte{3}))
	}
	if list, err := s.Accounts(t.Context()); err != nil || list[0].Tokens != 1 {
		t.Errorf("%+v (%v)", list, err)
	}
	if err := s.DisableAccount(t.Context(), id, true); err != nil || works(secret) {
		t.Errorf("the token of a disabled account works (%v)", err)
	}
	if err := s.DisableAccount(t.Context(), id, false); err != nil || !works(secret) {
		t.Errorf("the token rests for ever (%v)", err)
	}
	if err := s.RevokeToken(t.Context(), token); err != nil || works(secret) {
		t.Errorf("a revoked token works (%v)", err)
	}
	if err := s.RevokeToken(t.Context(), 999); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("%v", err)
	}
}
