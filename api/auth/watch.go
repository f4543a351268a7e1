package auth

import (
	"context"
	"fmt"

	"sitmap/layers"
	"sitmap/layers/access"
)

// Proof is by what somebody proved who they are: the secret of a session, or else
// the token of a program.
type Proof struct{ Session, Token string }

// Refresh asks the store once who is behind all the proofs, so that WatchSession
// and Token know it for the next moment without a question each: for streams,
// which are many and go on by themselves. It notes no use. The error is the
// store's; then nothing is known that was not known before.
func (a *Authenticator) Refresh(ctx context.Context, proofs []Proof) error {
	var sessions, tokens [][32]byte
	for _, p := range proofs {
		if hash, ok := hashSession(p.Session); ok && p.Session != "" {
			sessions = append(sessions, hash)
		} else if hash, ok := HashToken(p.Token); ok {
			tokens = append(tokens, hash)
		}
	}
	watched, recent := a.watched.ask(), a.recent.ask()
	users, err := a.accounts.SeeAll(ctx, sessions, tokens, Idle)
	if err != nil {
		return fmt.Errorf("who reads the streams: %w", err)
	}
	watched.learn(sessions, users)
	recent.learn(tokens, users)
	return nil
}

// Watch is who is behind the proof, for something that goes on by itself; errors
// are those of WatchSession and Token.
func (a *Authenticator) Watch(ctx context.Context, p Proof, address string) (access.User, error) {
	switch {
	case p.Session != "":
		return a.WatchSession(ctx, p.Session)
	case p.Token != "":
		return a.Token(ctx, p.Token, address)
	}
	return access.User{}, fmt.Errorf("no proof: %w", layers.ErrNotFound)
}
