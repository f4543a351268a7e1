package postgis

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"sitmap/layers"
)

// propReader reads the properties of many features of a layer, from the text of
// their jsonb, and gives each the Go type of its field. What the catalogue does
// not declare is left out. It is a third of the time of encoding/json, since
// nearly all of it is flat objects in which few values come again and again. It
// serves one goroutine.
type propReader struct {
	fields map[string]*propField
	size   int // of the last feature's properties
}

type propField struct {
	layers.Field
	// known holds values by their JSON: 36,000 cameras share the few words of
	// their code lists instead of having a copy each.
	known map[string]any
}

// mostKnown bounds how many values of a field are remembered; names are all
// different.
const mostKnown = 256

func newPropReader(l layers.Layer) *propReader {
	r := &propReader{fields: make(map[string]*propField, len(l.Fields))}
	for _, f := range l.Fields {
		r.fields[f.Name] = &propField{f, map[string]any{}}
	}
	return r
}

// errUnusual says that an object is not of the plain form that PostgreSQL writes
// for flat properties, or that a value is not its field's.
var errUnusual = errors.New("an unusual object")

// read reads one JSON object. It keeps nothing of text.
func (r *propReader) read(text []byte) (map[string]any, error) {
	props, err := r.plain(text)
	if err != nil {
		if props, err = r.unusual(text); err != nil {
			return nil, err
		}
	}
	r.size = len(props)
	return props, nil
}

// plain reads {"name": value, "name": value} with values that are no objects or
// lists.
func (r *propReader) plain(text []byte) (map[string]any, error) {
	if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
		return nil, errUnusual
	}
	props := make(map[string]any, r.size)
	rest := bytes.TrimLeft(text[1:len(text)-1], " ")
	for len(rest) > 0 {
		n := token(rest)
		if n < 2 || rest[0] != '"' || bytes.IndexByte(rest[:n], '\\') >= 0 || n >= len(rest) || rest[n] != ':' {
			return nil, errUnusual
		}
		f := r.fields[string(rest[1:n-1])]
		rest = bytes.TrimLeft(rest[n+1:], " ")
		n = token(rest)
		if n == 0 {
			return nil, errUnusual
		}
		if f != nil {
			v, err := f.value(rest[:n])
			if err != nil {
				return nil, errUnusual
			}
			if props[f.Name] = v; v == nil {
				delete(props, f.Name)
			}
		}
		if rest = rest[n:]; len(rest) == 0 {
			break
		}
		if rest[0] != ',' {
			return nil, errUnusual
		}
		if rest = bytes.TrimLeft(rest[1:], " "); len(rest) == 0 {
			return nil, errUnusual
		}
	}
	return props, nil
}

// token is the length of the string, number or word that text begins with; 0
// where it begins with anything else.
func token(text []byte) int {
	if len(text) > 0 && text[0] == '"' {
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
		return 0
	}
	for i, c := range text {
		if c == ',' || c == ' ' {
			return i
		}
		if c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != 'E' {
			return 0
		}
	}
	return len(text)
}

// value is a JSON string, number or word as a value of the field; nil for null.
func (f *propField) value(token []byte) (v any, err error) {
	if v, ok := f.known[string(token)]; ok {
		return v, nil
	}
	switch c := token[0]; {
	case c == '"' && bytes.IndexByte(token, '\\') < 0 && utf8.Valid(token):
		v = string(token[1 : len(token)-1])
	case c == '-' || c >= '0' && c <= '9':
		if !json.Valid(token) {
			return nil, errUnusual
		}
		v, err = f.number(string(token))
	default:
		if json.Unmarshal(token, &v) != nil {
			return nil, errUnusual
		}
	}
	if err == nil && len(f.known) < mostKnown {
		f.known[string(token)] = v
	}
	return v, err
}

// number is a JSON number as a value of the field.
func (f *propField) number(text string) (v any, err error) {
	switch f.Type {
	case layers.Integer:
		v, err = strconv.ParseInt(text, 10, 64)
	case layers.Number:
		v, err = strconv.ParseFloat(text, 64)
	default:
		v = text
	}
	if err != nil {
		return nil, fmt.Errorf("property %s: %w", f.Name, err)
	}
	return v, nil
}

// unusual reads any JSON object: somebody wrote a list or an object into a
// property with tools of his own.
func (r *propReader) unusual(text []byte) (map[string]any, error) {
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("properties: %w", err)
	}
	props := make(map[string]any, len(all))
	for name, v := range all {
		f, ok := r.fields[name]
		if !ok || v == nil {
			continue
		}
		if n, ok := v.(json.Number); ok {
			var err error
			if v, err = f.number(n.String()); err != nil {
				return nil, err
			}
		}
		props[name] = v
	}
	return props, nil
}
