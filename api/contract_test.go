package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// A route that is described and not answered, or answered and not described,
// stops the program at its start.
func TestContractAndHandlersAgree(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	all := s.contract.operations
	s.contract.operations = append(all[:len(all):len(all)], &operation{ID: "teleport", Method: http.MethodGet, Path: "/teleport", Tag: "map"})
	if err := s.register(); err == nil || !strings.Contains(err.Error(), "teleport") {
		t.Errorf("an operation without a handler: %v", err)
	}
	s.contract.operations = all[1:]
	if err := s.register(); err == nil || !strings.Contains(err.Error(), all[0].ID) {
		t.Errorf("a handler without an operation: %v", err)
	}
}

// The contract says nothing that this program would not check or limit.
func TestContractIsRefusedWhereItIsNotKept(t *testing.T) {
	right := func() *openapi3.Operation {
		return &openapi3.Operation{OperationID: "x", Tags: []string{"map"}, Extensions: map[string]any{"x-right": "read-map"}}
	}
	if _, err := readOperation("GET", "/x", right()); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*openapi3.Operation){
		"no id":          func(o *openapi3.Operation) { o.OperationID = "" },
		"no right":       func(o *openapi3.Operation) { o.Extensions = nil },
		"an unknown one": func(o *openapi3.Operation) { o.Extensions["x-right"] = "fly" },
		"an unknown tag": func(o *openapi3.Operation) { o.Tags = []string{"magic"} },
		"a header":       func(o *openapi3.Operation) { o.Parameters = parameters("header", openapi3.NewStringSchema()) },
		"a pattern": func(o *openapi3.Operation) {
			o.Parameters = parameters("query", openapi3.NewStringSchema().WithPattern("a"))
		},
		"a list":          func(o *openapi3.Operation) { o.Parameters = parameters("query", openapi3.NewArraySchema()) },
		"a fraction":      func(o *openapi3.Operation) { o.Parameters = parameters("query", openapi3.NewFloat64Schema()) },
		"a body of forms": func(o *openapi3.Operation) { o.RequestBody = formBody() },
	} {
		op := right()
		spoil(op)
		if _, err := readOperation("GET", "/x", op); err == nil {
			t.Errorf("%s: passed", name)
		}
	}
}

func parameters(in string, s *openapi3.Schema) openapi3.Parameters {
	return openapi3.Parameters{{Value: &openapi3.Parameter{Name: "p", In: in, Schema: s.NewRef()}}}
}

func formBody() *openapi3.RequestBodyRef {
	body := openapi3.NewRequestBody().WithFormDataSchema(openapi3.NewObjectSchema())
	return &openapi3.RequestBodyRef{Value: body}
}

// Every operation says in both languages what it is for.
func TestContractSpeaksChinese(t *testing.T) {
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range c.operations {
		if zh, _ := op.doc.Extensions["x-summary-zh"].(string); zh == "" || op.doc.Summary == "" {
			t.Errorf("%s: summary %q, x-summary-zh %q", op.ID, op.doc.Summary, zh)
		}
	}
}

// Whatever a parameter is given, it is an integer in its range, a text of its
// length, or refused.
func FuzzParameter(f *testing.F) {
	for _, seed := range []string{"1", "-1", "+5", "007", "9223372036854775808", "ten", "人民", "\x00", "\xff", ""} {
		f.Add(seed)
	}
	number := parameter{Name: "n", integer: true, least: 1, most: 50}
	text := parameter{Name: "t", least: 1, most: 4}
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := number.parse(s); err == nil && (v.(int64) < 1 || v.(int64) > 50) {
			t.Errorf("%q is %v", s, v)
		}
		if v, err := text.parse(s); err == nil && (len([]rune(v.(string))) < 1 || len([]rune(v.(string))) > 4) {
			t.Errorf("%q is %q", s, v)
		}
	})
}
