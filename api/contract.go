package api

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"sitmap/layers/access"
)

//go:embed openapi.yaml
var contractYAML []byte

// contract is openapi.yaml, read: the one description of every route, from
// which the routes are registered and their requests are checked.
type contract struct {
	doc        *openapi3.T
	json       []byte
	operations []*operation // by path, then method
}

// operation is one route of the contract.
type operation struct {
	ID         string
	Method     string
	Path       string // with {names}
	Tag        string
	Right      access.Right
	Parameters []parameter
	// FieldFilters lets any field of the layer be a query parameter.
	FieldFilters bool
	// AnyQuery leaves the query string to the browser.
	AnyQuery bool
	// OwnBody leaves the body to the handler, which checks it as described: for
	// bodies that come by the thousand.
	OwnBody bool
	// AnyBody leaves the body to the handler, whatever it is and says that it is.
	AnyBody bool
	// Door says that devices ask, which prove themselves by what they can (see
	// device.go).
	Door    bool
	Body    *openapi3.Schema // nil: the route takes none
	doc     *openapi3.Operation
	seconds observers
}

// loadContract reads and validates the embedded document.
func loadContract() (*contract, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(contractYAML)
	if err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	c := &contract{doc: doc}
	if c.json, err = doc.MarshalJSON(); err != nil {
		return nil, fmt.Errorf("openapi.yaml as JSON: %w", err)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o, err := readOperation(method, path, op)
			if err != nil {
				return nil, fmt.Errorf("openapi.yaml: %s %s: %w", method, path, err)
			}
			c.operations = append(c.operations, o)
		}
	}
	slices.SortFunc(c.operations, func(a, b *operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return c, nil
}

func readOperation(method, path string, op *openapi3.Operation) (*operation, error) {
	o := &operation{ID: op.OperationID, Method: method, Path: path, doc: op}
	if o.ID == "" || len(op.Tags) != 1 {
		return nil, fmt.Errorf("needs an operationId and one tag")
	}
	o.Tag = op.Tags[0]
	if _, ok := classes[o.Tag]; !ok {
		return nil, fmt.Errorf("tag %q has no limits (see limits.go)", o.Tag)
	}
	right, _ := op.Extensions["x-right"].(string)
	o.Right = access.Right(right)
	if !knownRight(o.Right) {
		return nil, fmt.Errorf("x-right %q is not in the table of rights", right)
	}
	o.FieldFilters, _ = op.Extensions["x-field-filters"].(bool)
	o.AnyQuery, _ = op.Extensions["x-any-query"].(bool)
	o.OwnBody, _ = op.Extensions["x-own-body"].(bool)
	o.AnyBody, _ = op.Extensions["x-any-body"].(bool)
	o.Door, _ = op.Extensions["x-door"].(bool)
	for _, ref := range op.Parameters {
		p, err := readParameter(ref.Value)
		if err != nil {
			return nil, err
		}
		o.Parameters = append(o.Parameters, p)
	}
	if op.RequestBody != nil && !o.AnyBody {
		media := op.RequestBody.Value.Content["application/json"]
		if media == nil || len(op.RequestBody.Value.Content) != 1 {
			return nil, fmt.Errorf("bodies are application/json and nothing else")
		}
		o.Body = media.Schema.Value
	}
	return o, nil
}

// knownRight reports whether any role holds the right.
func knownRight(right access.Right) bool {
	for _, rights := range access.Table {
		if slices.Contains(rights, right) {
			return true
		}
	}
	return false
}

// paths are the addresses of the operation in Fiber's spelling. The OGC
// clients disagree about the final slash, so those routes take both.
func (o *operation) paths() []string {
	path := strings.NewReplacer("{", ":", "}", "").Replace(o.Path)
	if o.Tag == "ogc" {
		return []string{path, path + "/"}
	}
	return []string{path}
}

// safe reports whether the operation only reads.
func (o *operation) safe() bool { return o.Method == http.MethodGet }
