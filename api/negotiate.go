package api

import (
	"errors"
	"slices"
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
	return slices.ContainsFunc(types, func(t string) bool {
		_, weight := preference(header, t)
		return weight > 0
	})
}

// byName is how precisely a header Accept speaks of a media type that it names.
const byName = 3

// preference is how precisely the header Accept speaks of the media type, 0 for
// not at all, and the weight it gives it.
func preference(header, t string) (precise int, weight float64) {
	kind, _, _ := strings.Cut(t, "/")
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		level := 0
		switch strings.ToLower(strings.TrimSpace(name)) {
		case t:
			level = byName
		case kind + "/*":
			level = 2
		case "*/*":
			level = 1
		}
		if level > precise {
			precise, weight = level, weightOf(params)
		}
	}
	return precise, weight
}

// prefersMLT reports whether the header Accept names MapLibre Tiles and likes
// Mapbox Vector Tiles no better. A range is not enough: who takes anything may
// never have heard of the format.
func prefersMLT(header []byte) bool {
	if len(header) < len(typeMLT) { // nothing, or */* from most maps
		return false
	}
	accept := string(header)
	named, weight := preference(accept, typeMLT)
	_, other := preference(accept, typeTile)
	return named == byName && weight > 0 && weight >= other
}

func (r *request) prefersMLT() bool {
	return prefersMLT(r.fiber.Request().Header.Peek(fiber.HeaderAccept))
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
