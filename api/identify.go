package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"sitmap/layers"
	"sitmap/layers/access"
)

// identify finds out who asks, and refuses who may not. Public routes look at
// nothing, so that they answer while the database is down.
func (s *Server) identify(ctx context.Context, r *request) error {
	r.user = access.User{Role: access.Anonymous}
	// Signing in from a foreign page would put a stranger's account under
	// somebody's hands, so it is checked like a request with a cookie.
	if !r.op.safe() && !r.hasBearer() && !r.client.sameSite(r.header("Sec-Fetch-Site"), r.header(fiber.HeaderOrigin)) {
		return errCrossSite
	}
	if r.op.Right == access.Public {
		return nil
	}
	read := s.readCredential
	if r.op.Door {
		read = s.readDeviceCredential
	}
	if err := read(ctx, r); err != nil {
		return err
	}
	if r.user.Role.Has(r.op.Right) {
		return nil
	}
	if r.user.Role == access.Anonymous {
		return errSignIn
	}
	return fmt.Errorf("the role %s does not hold the right %s: %w", r.user.Role, r.op.Right, layers.ErrDenied)
}

func (r *request) hasBearer() bool { return r.fiber.Get(fiber.HeaderAuthorization) != "" }

// readCredential takes the user from the Authorization header or, without
// one, from the session cookie.
func (s *Server) readCredential(ctx context.Context, r *request) (err error) {
	if r.hasBearer() {
		scheme, token, _ := strings.Cut(r.header(fiber.HeaderAuthorization), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return errCredential
		}
		r.token = strings.TrimSpace(token)
		r.user, err = s.auth.Token(ctx, r.token, r.client.network())
	} else {
		secret := strings.Clone(r.fiber.Cookies(s.cookieName()))
		if secret == "" {
			return nil
		}
		r.user, err = s.auth.Session(ctx, secret)
		r.session = secret
	}
	if errors.Is(err, layers.ErrNotFound) {
		return errCredential
	}
	return err
}
