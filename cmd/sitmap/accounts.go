package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"sitmap/api/auth"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
)

// accountsFile is where the demo's accounts are kept beside the database,
// readable by its owner alone.
const accountsFile = "demo-accounts.json"

// shortestPassword is what a person may choose.
const shortestPassword = 12

type userCommand struct {
	Add      userAdd      `cmd:"" help:"Add an account; prints its password unless one is read."`
	List     userList     `cmd:"" help:"List the accounts."`
	Password userPassword `cmd:"" help:"Set a new password."`
	Disable  userDisable  `cmd:"" help:"Close an account, its sessions and its tokens."`
}

type userAdd struct {
	Name          string `arg:"" help:"Name to sign in with."`
	Role          string `required:"" help:"viewer, analyst, dispatcher, leader, administrator, auditor or device."`
	Area          string `help:"Code of the area it answers for; left out for everywhere."`
	PasswordStdin bool   `help:"Read the password from standard input."`
}

func (c userAdd) Run(e *environment) error {
	role, err := access.ParseRole(c.Role)
	if err != nil {
		return err
	}
	return e.withStore(func(s *postgis.Store) error {
		password, given, err := choosePassword(e, c.PasswordStdin)
		if err != nil {
			return err
		}
		if err := addAccount(e.ctx, s, c.Name, role, c.Area, password); err != nil {
			return err
		}
		if !given {
			fmt.Fprintln(e.out, password)
		}
		return nil
	})
}

type userPassword struct {
	Name          string `arg:""`
	PasswordStdin bool   `help:"Read the password from standard input."`
}

func (c userPassword) Run(e *environment) error {
	return e.withStore(func(s *postgis.Store) error {
		account, err := s.Account(e.ctx, c.Name)
		if err != nil {
			return err
		}
		password, given, err := choosePassword(e, c.PasswordStdin)
		if err != nil {
			return err
		}
		hash, err := auth.HashPassword(password)
		if err != nil {
			return err
		}
		if err := s.SetPassword(e.ctx, account.User.ID, hash); err != nil {
			return err
		}
		if !given {
			fmt.Fprintln(e.out, password)
		}
		return s.CloseSessions(e.ctx, account.User.ID, [32]byte{})
	})
}

type userDisable struct {
	Name string `arg:""`
}

func (c userDisable) Run(e *environment) error {
	return e.withStore(func(s *postgis.Store) error {
		account, err := s.Account(e.ctx, c.Name)
		if err != nil {
			return err
		}
		return s.DisableAccount(e.ctx, account.User.ID, true)
	})
}

type userList struct{}

func (userList) Run(e *environment) error {
	return e.withStore(func(s *postgis.Store) error {
		accounts, err := s.Accounts(e.ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(e.out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(table, "name\trole\ttokens\tstate\tarea")
		for _, a := range accounts {
			state := "open"
			if a.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\n", a.User.Name, a.User.Role, a.Tokens, state, strings.TrimSpace(a.User.Area+" "+a.User.AreaName))
		}
		return table.Flush()
	})
}

type tokenCommand struct {
	Add tokenAdd `cmd:"" help:"Make a token for a program; prints the token and nothing else."`
}

type tokenAdd struct {
	Name string `arg:"" help:"Name of the program; an account of that name is made for it, or gets one more token."`
	Role string `required:"" help:"Role of the account."`
	Area string `help:"Code of the area it answers for; left out for everywhere."`
	Days int    `help:"Days until the token ends." default:"365"`
}

func (c tokenAdd) Run(e *environment) error {
	role, err := access.ParseRole(c.Role)
	if err != nil {
		return err
	}
	return e.withStore(func(s *postgis.Store) error {
		account, err := programAccount(e.ctx, s, c.Name, role, c.Area)
		if err != nil {
			return err
		}
		token, hash := auth.NewToken()
		if _, err := s.AddToken(e.ctx, account, c.Name, hash, time.Now().AddDate(0, 0, c.Days)); err != nil {
			return err
		}
		fmt.Fprintln(e.out, token)
		return nil
	})
}

// programAccount is the account of that name, which only tokens open, made
// when there is none. One with another role or area is a conflict.
func programAccount(ctx context.Context, s *postgis.Store, name string, role access.Role, area string) (int64, error) {
	account, err := s.Account(ctx, name)
	switch {
	case errors.Is(err, layers.ErrNotFound):
		return s.AddAccount(ctx, name, role, area, "")
	case err != nil:
		return 0, err
	case account.User.Role != role || account.User.Area != area:
		return 0, fmt.Errorf("account %s is a %s for area %q already; choose another name: %w", name, account.User.Role, account.User.Area, layers.ErrConflict)
	}
	return account.User.ID, nil
}

func addAccount(ctx context.Context, s *postgis.Store, name string, role access.Role, area, password string) error {
	hash, err := auth.HashPassword(password)
	if err != nil {
		return err
	}
	_, err = s.AddAccount(ctx, name, role, area, hash)
	return err
}

// choosePassword reads one line, or makes a password up.
func choosePassword(e *environment, read bool) (password string, given bool, err error) {
	if !read {
		return newPassword(), false, nil
	}
	line, err := bufio.NewReader(e.in).ReadString('\n')
	password = strings.TrimRight(line, "\r\n")
	if utf8.RuneCountInString(password) < shortestPassword {
		return "", true, fmt.Errorf("the password needs at least %d characters: %w", shortestPassword, layers.ErrInvalid)
	}
	return password, true, nil
}

// newPassword makes 80 bits up, in letters that nobody confuses.
func newPassword() string {
	const letters = "abcdefghijkmnpqrstuvwxyz23456789" // 32 of them: 5 bits each
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails: the program ends where there is no randomness
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	return string(b[:4]) + "-" + string(b[4:8]) + "-" + string(b[8:12]) + "-" + string(b[12:])
}

// demoAccount is one of the accounts that the demo opens with.
type demoAccount struct {
	Name     string      `json:"name"`
	Password string      `json:"password"`
	Role     access.Role `json:"role"`
	Area     string      `json:"area"`
}

// demoAccounts are one of each kind, and two whose area is one county.
func demoAccounts() []demoAccount {
	accounts := []demoAccount{
		{Name: "analyst", Role: access.Analyst, Area: "6206"},
		{Name: "analyst-gulang", Role: access.Analyst, Area: "620622"},
		{Name: "dispatcher-liangzhou", Role: access.Dispatcher, Area: "620602"},
		{Name: "leader", Role: access.Leader, Area: "6206"},
		{Name: "viewer", Role: access.Viewer, Area: "6206"},
		{Name: "administrator", Role: access.Administrator, Area: "6206"},
		{Name: "auditor", Role: access.Auditor, Area: "6206"},
	}
	for i := range accounts {
		accounts[i].Password = newPassword()
	}
	return accounts
}

// openDemoAccounts adds the demo's accounts to a database that has none and
// keeps them in the file. fresh is false, and there is nothing to show, when
// the database had accounts already.
func openDemoAccounts(ctx context.Context, s *postgis.Store, folder string) (accounts []demoAccount, fresh bool, err error) {
	name := filepath.Join(folder, accountsFile)
	users, err := s.Accounts(ctx)
	if err != nil || len(users) > 0 {
		return nil, false, err
	}
	accounts = demoAccounts()
	text, err := json.MarshalIndent(accounts, "", "  ")
	if err != nil {
		return nil, false, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, false, err
	}
	if err := os.WriteFile(name, append(text, '\n'), 0o600); err != nil {
		return nil, false, fmt.Errorf("keep the demo accounts: %w", err)
	}
	for _, a := range accounts {
		if err := addAccount(ctx, s, a.Name, a.Role, a.Area, a.Password); err != nil {
			return nil, false, fmt.Errorf("demo account %s: %w", a.Name, err)
		}
	}
	return accounts, true, nil
}
