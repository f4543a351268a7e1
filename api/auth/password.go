package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/alexedwards/argon2id"

	"sitmap/layers"
)

// cost is what one password costs: the first choice of OWASP's password storage
// sheet for argon2id, about a twentieth of a second.
var cost = &argon2id.Params{Memory: 46 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashersAtOnce bounds the memory that strangers can make the sign-in use.
const hashersAtOnce = 2

// HashPassword turns a password into the argon2id string that is stored.
func HashPassword(password string) (string, error) {
	encoded, err := argon2id.CreateHash(password, cost)
	if err != nil {
		return "", fmt.Errorf("hash the password: %w", err)
	}
	return encoded, nil
}

// passwords compares and hashes, few at a time.
type passwords struct {
	nobody string // the hash that an unknown name is compared with
	seats  chan struct{}
}

func newPasswords() (*passwords, error) {
	secret, _ := NewSession()
	nobody, err := HashPassword(secret)
	if err != nil {
		return nil, err
	}
	return &passwords{nobody: nobody, seats: make(chan struct{}, hashersAtOnce)}, nil
}

// compare tells whether the password fits the stored string. An empty one,
// for an unknown name or an account without a password, is compared with
// nobody's, so that the time taken does not tell them apart.
func (p *passwords) compare(ctx context.Context, password, stored string) (bool, error) {
	if err := p.sit(ctx); err != nil {
		return false, err
	}
	defer p.rise()
	against := stored
	if stored == "" {
		against = p.nobody
	}
	fits, err := argon2id.ComparePasswordAndHash(password, against)
	if err != nil {
		return false, fmt.Errorf("compare the password: %w", err)
	}
	return fits && stored != "", nil
}

func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.sit(ctx); err != nil {
		return "", err
	}
	defer p.rise()
	return HashPassword(password)
}

func (p *passwords) sit(ctx context.Context) error {
	select {
	case p.seats <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("sign-in is busy: %w", errors.Join(layers.ErrUnavailable, ctx.Err()))
	}
}

func (p *passwords) rise() { <-p.seats }
