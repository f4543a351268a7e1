package postgis_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"sitmap/data/postgis"
	"sitmap/layers"
)

var someFields = layers.Layer{ID: "x", Fields: []layers.Field{
	{Name: "text", Type: layers.String}, {Name: "whole", Type: layers.Integer}, {Name: "number", Type: layers.Number}, {Name: "flag", Type: layers.Boolean},
}}

// Properties get the types of their fields, in whatever form they come.
func TestPropertiesAreTyped(t *testing.T) {
	for text, want := range map[string]props{
		`{}`: {},
		`{"text": "东街", "whole": 7, "number": 7, "flag": true, "other": 1}`: {"text": "东街", "whole": int64(7), "number": 7.0, "flag": true},
		`{"text": null, "flag": false}`:                                     {"flag": false},
		`{"text": "a \"b\", {c}: \\ \n \u4e1c"}`:                            {"text": "a \"b\", {c}: \\ \n 东"},
		`{"text": "", "number": -0.5}`:                                      {"text": "", "number": -0.5},
		`{"text": 12, "whole": "12"}`:                                       {"text": "12", "whole": "12"},
		`{"text": ["a", 1], "flag": true}`:                                  {"text": []any{"a", json.Number("1")}, "flag": true},
		`{"other": {"text": "b"}, "text": "a"}`:                             {"text": "a"},
		`{"ot\"her": "x", "text": "a"}`:                                     {"text": "a"},
		"{ \"text\" :\t\"a\" }":                                             {"text": "a"},
	} {
		usual, unusual, err1, err2 := postgis.ReadProps(someFields, text)
		if err1 != nil || err2 != nil || !reflect.DeepEqual(usual, want) || !reflect.DeepEqual(unusual, want) {
			t.Errorf("%s: %v (%v) and %v (%v), want %v", text, usual, err1, unusual, err2, want)
		}
	}
	for _, text := range []string{``, `[]`, `{"text"}`, `{"text": }`, `{"text": "a",}`, `{"text": a}`, `{"whole": 1.5}`, `{"number": 1e999}`, `{"number": 01}`, `{"text": "a" "b"}`} {
		if got, _, err, _ := postgis.ReadProps(someFields, text); err == nil {
			t.Errorf("%s: %v, want a fault", text, got)
		}
	}
}

// Both ways of reading agree on whatever is JSON, and on what is not.
func FuzzProps(f *testing.F) {
	f.Add(`{"text": "东\"街", "whole": 7, "number": -7.5e3, "flag": true, "other": null}`)
	f.Add(`{"text": [1, {"a": "}"}], "flag": false}`)
	f.Fuzz(func(t *testing.T, text string) {
		usual, unusual, err1, err2 := postgis.ReadProps(someFields, text)
		if err2 == nil && (err1 != nil || !reflect.DeepEqual(usual, unusual)) {
			t.Errorf("%q: %v (%v), want %v", text, usual, err1, unusual)
		}
	})
}
