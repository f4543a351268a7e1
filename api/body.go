package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"

	"sitmap/layers"
)

// readBody checks the body against the contract and keeps a copy for decode:
// JSON in UTF-8, of bounded depth, without a member twice, and of the
// described shape.
func (r *request) readBody() error {
	if r.op.Body == nil {
		return nil
	}
	media, params, err := mime.ParseMediaType(r.header(fiber.HeaderContentType))
	if charset, given := params["charset"]; err != nil || media != fiber.MIMEApplicationJSON || given && !strings.EqualFold(charset, "utf-8") {
		return errContentType
	}
	if r.header(fiber.HeaderContentEncoding) != "" {
		return errEncoding
	}
	// The raw bytes: Fiber's own Body would unpack compressed ones without end.
	r.body = r.fiber.Request().Body()
	if len(bytes.TrimSpace(r.body)) == 0 {
		return fmt.Errorf("the body is empty: %w", layers.ErrInvalid)
	}
	if r.op.OwnBody {
		return nil // it is good until the handler returns
	}
	r.body = bytes.Clone(r.body)
	if err := checkJSON(r.body); err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(r.body, &value); err != nil {
		return fmt.Errorf("the body is not JSON (%s): %w", jsonFault(err), layers.ErrInvalid)
	}
	if err := r.op.Body.VisitJSON(value, openapi3.VisitAsRequest()); err != nil {
		return bodyFault(err)
	}
	return nil
}

// decode reads the checked body.
func (r *request) decode(into any) error {
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("the body is not as described (%s): %w", jsonFault(err), layers.ErrInvalid)
	}
	return nil
}

// checkJSON refuses what a decoder would silently let pass: bytes that are
// not UTF-8, endless nesting, a member given twice, more than one value.
func checkJSON(body []byte) error {
	if !utf8.Valid(body) {
		return fmt.Errorf("the body is not UTF-8: %w", layers.ErrInvalid)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var open []members // objects and arrays not yet closed
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the body is not JSON (%s): %w", jsonFault(err), layers.ErrInvalid)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if len(open) > 0 {
				open[len(open)-1].value()
			}
			if len(open) == maxDepth {
				return fmt.Errorf("the body is nested more than %d deep: %w", maxDepth, layers.ErrInvalid)
			}
			open = append(open, members{object: token == json.Delim('{')})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		default:
			if len(open) == 0 {
				continue
			}
			if name, twice := open[len(open)-1].take(token); twice {
				return fmt.Errorf("the body has the member %q twice: %w", shown(name), layers.ErrInvalid)
			}
		}
	}
}

// members follows one object or array: which names it had, and whether a
// name or a value comes next.
type members struct {
	object    bool
	nameTaken bool
	names     map[string]bool
}

// value notes that an object or array came where a value belongs.
func (m *members) value() { m.nameTaken = false }

// take notes a token and reports a name that was there before.
func (m *members) take(token json.Token) (name string, twice bool) {
	if !m.object || m.nameTaken {
		m.nameTaken = false
		return "", false
	}
	m.nameTaken = true
	name, _ = token.(string)
	if m.names[name] {
		return name, true
	}
	if m.names == nil {
		m.names = map[string]bool{}
	}
	m.names[name] = true
	return "", false
}

// jsonFault is the decoder's complaint without Go's type names.
func jsonFault(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("at byte %d", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf("wrong type or size of number at byte %d", kind.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends too early"
	}
	return "malformed"
}

// bodyFault names the member that breaks the schema.
func bodyFault(err error) error {
	var fault *openapi3.SchemaError
	if !errors.As(err, &fault) {
		return fmt.Errorf("the body is not as described: %w", layers.ErrInvalid)
	}
	name := shown(strings.Join(fault.JSONPointer(), "."))
	if name == "" {
		name = "body"
	}
	return layers.BadParameter(name, "%s", shown(fault.Reason))
}
