package api

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// errNotAcceptable says that the client wants the thing in another form.
var errNotAcceptable = errors.New("this is not to be had in a form that the header Accept allows")

// asJSON is for resources that are JSON and nothing else: the address that
// links begin with, if the client takes JSON.
func (r *request) asJSON() (base string, err error) {
	if err := r.takes("application/json"); err != nil {
		return "", err
	}
	return r.client.base()
}

// takes refuses a client that takes none of the media types. The parameter f,
// checked by the contract, is stronger than the header Accept.
func (r *request) takes(types ...string) error {
	if r.given("f") || acceptable(r.fiber.Get(fiber.HeaderAccept), types) {
		return nil
	}
	return errNotAcceptable
}

// acceptable reports whether the header Accept (RFC 9110, section 12.5.1)
// allows one of the media types: of the ranges that match a type the most
// precise one counts, and a weight of 0 forbids it.
func acceptable(header string, types []string) bool {
	if strings.TrimSpace(header) == "" {
		return true
	}
	for _, t := range types {
		kind, _, _ := strings.Cut(t, "/")
		precise, allowed := 0, false
		for part := range strings.SplitSeq(header, ",") {
			name, params, _ := strings.Cut(part, ";")
			level := 0
			switch strings.ToLower(strings.TrimSpace(name)) {
			case t:
				level = 3
			case kind + "/*":
				level = 2
			case "*/*":
				level = 1
			}
			if level > precise {
				precise, allowed = level, weightOf(params) > 0
			}
		}
		if allowed {
			return true
		}
	}
	return false
}

// weightOf is the q among the parameters of a media range; 1 where there is
// none, 0 where it is no weight.
func weightOf(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(q >= 0 && q <= 1) {
			return 0
		}
		return q
	}
	return 1
}
