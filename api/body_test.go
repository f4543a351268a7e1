package api

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"sitmap/layers"
)

func TestBodiesAreStrict(t *testing.T) {
	for _, right := range []string{
		`{}`, `[]`, `"text"`, `1`, ` {"a":{"a":1},"b":[{"a":1},{"a":2}]} `, `{"a":"{\"a\":1,\"a\":2}"}`, `{"a":[1,"a","a"],"b":"a"}`,
		strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth),
	} {
		if err := checkJSON([]byte(right)); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}
	for name, wrong := range map[string]string{
		"a member twice":        `{"a":1,"a":2}`,
		"twice deep inside":     `{"x":[{"a":1,"b":{},"a":2}]}`,
		"twice by escape":       `{"a":1,"\u0061":2}`,
		"one level too deep":    strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1),
		"a hundred thousand":    strings.Repeat("[", 100_000),
		"deep in objects":       strings.Repeat(`{"a":`, 100_000),
		"not UTF-8":             "{\"a\":\"\xff\"}",
		"it ends early":         `{"a":`,
		"a trailing comma":      `{"a":1,}`,
		"no colon":              `{"a" 1}`,
		"two opened, one close": `[[]`,
		"closed by the other":   `[}`,
		"NaN":                   `{"a":NaN}`,
		"a comment":             `{/**/}`,
	} {
		if err := checkJSON([]byte(wrong)); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What passes is JSON for everybody else too, apart from what follows the
// first value, which the full decoder refuses later.
func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{`{"a":1,"a":2}`, `[[[[]]]]`, `{"a":{"b":[1,2,{"c":null}]}}`, `"`, `1e999`, "{\"\x00\":1}", `{} {}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if checkJSON(body) != nil {
			return
		}
		var v any
		d := json.NewDecoder(strings.NewReader(string(body)))
		d.UseNumber()
		if len(strings.TrimSpace(string(body))) == 0 {
			return
		}
		if err := d.Decode(&v); err != nil {
			t.Errorf("%q passed: %v", body, err)
		}
	})
}
