package api

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"sitmap/layers/access"
)

//go:embed docs.html
var docsHTML string

// docsPage is what the readable page shows.
type docsPage struct {
	Title, About string
	Groups       []docsGroup
	Roles        []docsRole
}

type docsGroup struct {
	About string // in both languages
	Tag   string
	Ops   []docsOperation
}

type docsOperation struct {
	Method, Path, Zh, En, About string
	Right                       access.Right
	Parameters                  []docsParameter
	FieldFilters                bool
	Body                        string // the schema, as JSON
	Answers                     []docsAnswer
}

type docsParameter struct{ Name, In, Want, About string }

type docsAnswer struct{ Status, About, Type string }

type docsRole struct {
	Role   access.Role
	Rights []access.Right
}

// renderDocs makes the readable page from the contract, once.
func renderDocs(c *contract) ([]byte, error) {
	t, err := template.New("docs").Parse(docsHTML)
	if err != nil {
		return nil, fmt.Errorf("docs.html: %w", err)
	}
	page := docsPage{Title: c.doc.Info.Title, About: c.doc.Info.Description}
	for _, tag := range c.doc.Tags {
		group := docsGroup{Tag: tag.Name, About: tag.Description}
		for _, op := range c.operations {
			if op.Tag == tag.Name {
				group.Ops = append(group.Ops, describeOperation(op))
			}
		}
		page.Groups = append(page.Groups, group)
	}
	for _, role := range append([]access.Role{access.Anonymous}, access.Roles...) {
		page.Roles = append(page.Roles, docsRole{role, access.Table[role]})
	}
	var b bytes.Buffer
	if err := t.Execute(&b, page); err != nil {
		return nil, fmt.Errorf("docs.html: %w", err)
	}
	return b.Bytes(), nil
}

func describeOperation(op *operation) docsOperation {
	zh, _ := op.doc.Extensions["x-summary-zh"].(string)
	d := docsOperation{
		Method: op.Method, Path: op.Path, Zh: zh, En: op.doc.Summary, About: op.doc.Description,
		Right: op.Right, FieldFilters: op.FieldFilters,
	}
	for i, p := range op.Parameters {
		in := "query"
		if p.InPath {
			in = "path"
		}
		d.Parameters = append(d.Parameters, docsParameter{p.Name, in, rangeOf(p), op.doc.Parameters[i].Value.Description})
	}
	if op.Body != nil {
		d.Body = outline(op.Body, "")
	}
	statuses := op.doc.Responses.Map()
	for status, answer := range statuses {
		a := docsAnswer{Status: status}
		if answer.Value.Description != nil {
			a.About = *answer.Value.Description
		}
		for media := range answer.Value.Content {
			a.Type = media
		}
		d.Answers = append(d.Answers, a)
	}
	slices.SortFunc(d.Answers, func(a, b docsAnswer) int { return strings.Compare(a.Status, b.Status) })
	return d
}

// rangeOf is what a parameter may be, in signs that both languages read.
func rangeOf(p parameter) string {
	kind, most := "文本 text", "∞"
	if p.integer {
		kind = "整数 integer"
	}
	if !math.IsInf(p.most, 1) {
		most = fmt.Sprintf("%.0f", p.most)
	}
	text := fmt.Sprintf("%s %.0f … %s", kind, p.least, most)
	if p.Default != nil {
		text += fmt.Sprintf(" (= %v)", p.Default)
	}
	return text
}

// outline writes a schema of a body as people read one: a line for each
// member, with its type and its description.
func outline(s *openapi3.Schema, indent string) string {
	var b strings.Builder
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		member := s.Properties[name].Value
		fmt.Fprintf(&b, "%s%s: %s", indent, name, strings.Join(member.Type.Slice(), "|"))
		if slices.Contains(s.Required, name) {
			b.WriteString(" *")
		}
		if member.Description != "" {
			b.WriteString("  — " + member.Description)
		}
		b.WriteString("\n" + outline(member, indent+"  "))
	}
	return b.String()
}

func (s *Server) readableDocs(_ context.Context, r *request) error {
	return r.send("text/html; charset=utf-8", s.docs)
}

func (s *Server) openapiYAML(_ context.Context, r *request) error {
	return r.send("application/yaml; charset=utf-8", contractYAML)
}

func (s *Server) openapiJSON(_ context.Context, r *request) error {
	return r.send(typeOpenAPI, s.contract.json)
}
