package api

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"sitmap/layers"
)

// parameter is one described parameter of a route, in the path or in the query.
type parameter struct {
	Name     string
	InPath   bool
	Required bool
	Default  any // int64 or string; nil for none
	integer  bool
	least    float64 // of an integer, or characters of a text
	most     float64
	choices  []string
}

// readParameter takes over what this program checks. A schema that says more
// than that is an error, so that the document never promises a check nobody makes.
func readParameter(p *openapi3.Parameter) (parameter, error) {
	s := p.Schema.Value
	out := parameter{Name: p.Name, InPath: p.In == openapi3.ParameterInPath, Required: p.Required, most: math.Inf(1)}
	if !out.InPath && p.In != openapi3.ParameterInQuery || s.Pattern != "" || len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) > 0 {
		return out, fmt.Errorf("parameter %s is described in a way that is not checked", p.Name)
	}
	switch {
	case s.Type.Is(openapi3.TypeInteger):
		out.integer, out.least = true, math.MinInt64
		if s.Min != nil {
			out.least = *s.Min
		}
		if s.Max != nil {
			out.most = *s.Max
		}
		if d, ok := s.Default.(float64); ok {
			out.Default = int64(d)
		}
	case s.Type.Is(openapi3.TypeString):
		out.least = float64(s.MinLength)
		if s.MaxLength != nil {
			out.most = float64(*s.MaxLength)
		}
		for _, choice := range s.Enum {
			out.choices = append(out.choices, fmt.Sprint(choice))
		}
		if s.Default != nil {
			out.Default = s.Default
		}
	default:
		return out, fmt.Errorf("parameter %s is neither integer nor string", p.Name)
	}
	return out, nil
}

// parse reads a value as the contract describes it: an int64 or a string.
func (p parameter) parse(text string) (any, error) {
	if err := plainText(p.Name, text); err != nil {
		return nil, err
	}
	if p.integer {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || float64(n) < p.least || float64(n) > p.most {
			return nil, layers.BadParameter(p.Name, "give %s", p.want())
		}
		return n, nil
	}
	if length := float64(utf8.RuneCountInString(text)); length < p.least || length > p.most {
		return nil, layers.BadParameter(p.Name, "give %s", p.want())
	}
	if len(p.choices) > 0 && !slices.Contains(p.choices, text) {
		return nil, layers.BadParameter(p.Name, "give one of %s", strings.Join(p.choices, ", "))
	}
	return text, nil
}

// want says what a right value looks like.
func (p parameter) want() string {
	what, unit := "a whole number from", ""
	if !p.integer {
		what, unit = "a text of", " characters"
	}
	if math.IsInf(p.most, 1) {
		return fmt.Sprintf("%s %.0f%s or more", what, p.least, unit)
	}
	return fmt.Sprintf("%s %.0f to %.0f%s", what, p.least, p.most, unit)
}

// plainText refuses what no parameter holds: broken UTF-8 and control characters.
func plainText(name, text string) error {
	if !utf8.ValidString(text) {
		return layers.BadParameter(name, "write it in UTF-8, percent-encoded")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return layers.BadParameter(name, "leave out control characters")
	}
	return nil
}

// readParameters checks the path and the query of a request against the
// operation. rest is what the query holds beyond the described parameters:
// always empty unless the operation takes field filters.
func (o *operation) readParameters(path func(string) string, query string) (values map[string]any, rest url.Values, err error) {
	values = map[string]any{}
	if o.AnyQuery {
		return values, nil, nil
	}
	rest, err = url.ParseQuery(query)
	if err != nil {
		return nil, nil, fmt.Errorf("the query string is not properly percent-encoded: %w", layers.ErrInvalid)
	}
	for _, p := range o.Parameters {
		given, ok := rest[p.Name]
		if p.InPath {
			text, err := url.PathUnescape(path(p.Name))
			if err != nil {
				return nil, nil, layers.BadParameter(p.Name, "percent-encode it properly")
			}
			given, ok = []string{text}, true
		} else {
			delete(rest, p.Name)
		}
		switch {
		case len(given) > 1:
			return nil, nil, layers.BadParameter(p.Name, "give it once")
		case !ok && p.Required:
			return nil, nil, layers.BadParameter(p.Name, "is missing: give %s", p.want())
		case !ok:
			if p.Default != nil {
				values[p.Name] = p.Default
			}
			continue
		}
		if values[p.Name], err = p.parse(given[0]); err != nil {
			return nil, nil, err
		}
	}
	if o.FieldFilters {
		return values, rest, nil
	}
	for name := range rest {
		return nil, nil, o.unknown(name, nil)
	}
	return values, nil, nil
}

// unknown is the refusal of a parameter that the operation does not have.
func (o *operation) unknown(name string, fields []string) error {
	known := fields
	for _, p := range o.Parameters {
		if !p.InPath {
			known = append(known, p.Name)
		}
	}
	if len(known) == 0 {
		return layers.BadParameter(shown(name), "is unknown: this route takes no parameters")
	}
	return layers.BadParameter(shown(name), "is unknown: this route takes %s", strings.Join(known, ", "))
}

// shown is a stranger's text, fit to be repeated to them.
func shown(text string) string {
	const most = 60
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return '?'
		}
		return r
	}, text)
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
