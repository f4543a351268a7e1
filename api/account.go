package api

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"sitmap/api/auth"
	"sitmap/layers"
	"sitmap/layers/access"
)

// cookieName is the name of the session cookie. The __Host- prefix makes
// browsers hold it to this host and to TLS; on a plain loopback address they
// would not take it at all.
func (s *Server) cookieName() string {
	if s.options.Secure {
		return "__Host-sitmap"
	}
	return "sitmap"
}

// setCookie hands the browser its session; an empty secret takes it away.
func (s *Server) setCookie(r *request, secret string) {
	cookie := &fiber.Cookie{
		Name: s.cookieName(), Value: secret, Path: "/",
		HTTPOnly: true, Secure: s.options.Secure, SameSite: fiber.CookieSameSiteStrictMode,
		MaxAge: int(auth.Lifetime.Seconds()),
	}
	if secret == "" {
		cookie.MaxAge, cookie.Expires = 0, time.Unix(1, 0)
	}
	r.fiber.Cookie(cookie)
}

// login signs in. A session that the browser already had ends, so that an id
// known before the sign-in is worth nothing after it.
func (s *Server) login(ctx context.Context, r *request) error {
	var body struct {
		Name     string `json:"name"`
		Password string `json:"password"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	secret, user, err := s.auth.SignIn(ctx, body.Name, body.Password, r.client.network())
	if err != nil {
		return err
	}
	if before := r.fiber.Cookies(s.cookieName()); before != "" {
		if err := s.auth.SignOut(ctx, before); err != nil {
			return err
		}
	}
	r.user = user
	s.setCookie(r, secret)
	return r.json(meOf(user))
}

func (s *Server) logout(ctx context.Context, r *request) error {
	if err := s.auth.SignOut(ctx, r.session); err != nil {
		return err
	}
	s.setCookie(r, "")
	return r.nothing()
}

func (s *Server) me(_ context.Context, r *request) error { return r.json(meOf(r.user)) }

// changePassword proves the old password first; the session that asks goes on.
func (s *Server) changePassword(ctx context.Context, r *request) error {
	var body struct {
		Old string `json:"old"`
		New string `json:"new"`
	}
	if err := r.decode(&body); err != nil {
		return err
	}
	if body.New == body.Old || body.New == r.user.Name {
		return layers.BadParameter("new", "choose a password that is neither the old one nor the name")
	}
	err := s.auth.ChangePassword(ctx, r.user, body.Old, body.New, r.client.network(), r.session)
	if errors.Is(err, auth.ErrWrong) {
		return layers.BadParameter("old", "is not your password") // and not 401: the session still holds
	}
	if err != nil {
		return err
	}
	return r.nothing()
}

// me is what an account may know of itself.
type me struct {
	Name   string         `json:"name"`
	Role   access.Role    `json:"role"`
	Rights []access.Right `json:"rights"`
	Area   meArea         `json:"area"`
}

type meArea struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func meOf(u access.User) me {
	return me{Name: u.Name, Role: u.Role, Rights: access.Table[u.Role], Area: meArea{Code: u.Area, Name: u.AreaName}}
}
