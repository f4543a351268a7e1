package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"sitmap/layers"
)

var errJSON = fmt.Errorf("not valid JSON: %w", layers.ErrInvalid)

// cursor moves over JSON text in memory without copying it.
type cursor struct {
	b []byte
	i int
}

// peek is the next byte that is no white space, 0 at the end.
func (c *cursor) peek() byte {
	for ; c.i < len(c.b); c.i++ {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r':
		default:
			return c.b[c.i]
		}
	}
	return 0
}

// take moves over the byte when it is the next that is no white space.
func (c *cursor) take(b byte) bool {
	if c.peek() != b || c.i >= len(c.b) {
		return false
	}
	c.i++
	return true
}

// value moves over the next value and gives its text.
func (c *cursor) value() ([]byte, error) {
	first := c.peek()
	start := c.i
	depth, quoted := 0, false
	for ; c.i < len(c.b); c.i++ {
		b := c.b[c.i]
		switch {
		case quoted && b == '\\':
			c.i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			depth++
		case (b == '}' || b == ']') && depth > 0:
			depth--
		case depth == 0 && c.i > start && endsWord(b):
			return c.b[start:c.i], nil
		}
		if depth == 0 && !quoted && (first == '{' || first == '[' || first == '"') {
			c.i++
			return c.b[start:min(c.i, len(c.b))], nil
		}
	}
	if depth > 0 || quoted || start == len(c.b) {
		return nil, errJSON
	}
	return c.b[start:], nil
}

// eachMember calls for the members of an object in their order.
func eachMember(object []byte, call func(name string, value []byte) error) error {
	c := cursor{b: object}
	if !c.take('{') {
		return errJSON
	}
	if c.take('}') {
		return nil
	}
	for {
		quoted, err := c.value()
		if err != nil {
			return err
		}
		name, ok := jsonString(quoted)
		if !ok || !c.take(':') {
			return errJSON
		}
		value, err := c.value()
		if err != nil {
			return err
		}
		if err := call(name, value); err != nil {
			return err
		}
		if c.take('}') {
			return nil
		}
		if !c.take(',') {
			return errJSON
		}
	}
}

// jsonString reads a JSON text.
func jsonString(raw []byte) (string, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", false
	}
	return s, true
}

// scalar is the text of a value that is not a list or an object: numbers as
// they are written, null as no text.
func scalar(raw []byte) (string, bool) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || raw[0] == '{' || raw[0] == '[':
		return "", false
	case raw[0] == '"':
		return jsonString(raw)
	case string(raw) == "null":
		return "", true
	}
	return string(raw), true
}

// flatten calls for every value of the properties. Nested objects become
// names joined by a point; a list of simple values becomes one text joined by
// commas. Other lists have no text: flat is then false.
func flatten(object []byte, prefix string, call func(name, text string, flat bool) error) error {
	return eachMember(object, func(name string, value []byte) error {
		name = prefix + name
		switch value[0] {
		case '{':
			return flatten(value, name+".", call)
		case '[':
			text, flat := joinList(value)
			return call(name, text, flat)
		}
		text, ok := scalar(value)
		if !ok {
			return errJSON
		}
		return call(name, text, true)
	})
}

func joinList(list []byte) (text string, flat bool) {
	c := cursor{b: list, i: 1}
	var parts []string
	for !c.take(']') {
		raw, err := c.value()
		if err != nil {
			return "", false
		}
		part, ok := scalar(raw)
		if !ok {
			return "", false
		}
		parts = append(parts, part)
		if !c.take(',') && c.peek() != ']' {
			return "", false
		}
	}
	return strings.Join(parts, ","), true
}
