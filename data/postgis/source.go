package postgis

import (
	"fmt"
	"slices"
	"strings"

	"sitmap/layers"
)

// source says where a layer lies and which SQL gives each of its fields. In all
// SQL the row of a layer is called f.
type source struct {
	layer layers.Layer
	from  string // table and alias
	where string // what belongs to the layer and still holds
	area  string // the area number of a row
}

// columns are the fields that have a column of their own, by table. Any other
// field of a layer is in props.
var columns = map[layers.Storage][]string{
	layers.InEvent: {"category", "status", "deadline_at", "resolved_at", "closed_at"},
	layers.InArea:  {"code", "name", "name_en", "level", "kind", "population", "time_zone"},
}

// milestones are the columns of event that are instants.
var milestones = []string{"deadline_at", "resolved_at", "closed_at"}

func sourceOf(l layers.Layer) source {
	switch l.Storage {
	case layers.InEvent:
		return source{l, "event f", "f.layer = " + literal(l.ID), "f.area"}
	case layers.InArea:
		return source{l, "area f", "f.valid_to is null", "f.number"}
	}
	return source{l, partition(l) + " f", "f.valid_to is null", "f.area"}
}

// partition is the table of a layer kept in feature.
func partition(l layers.Layer) string { return name("feature_" + l.ID) }

// name quotes an identifier.
func name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// literal quotes a text that is part of the program, such as a layer's id.
// Whatever a user wrote is bound as a parameter instead.
func literal(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }

// instant tells whether the field is a timestamptz column rather than text.
func (s source) instant(f layers.Field) bool {
	return s.layer.Storage == layers.InEvent &&
		(f.Name == s.layer.TimeField || slices.Contains(milestones, f.Name))
}

// raw is the SQL of a field as it is stored: a column, or the text in props.
func (s source) raw(f layers.Field) string {
	switch {
	case s.layer.Storage == layers.InEvent && f.Name == s.layer.TimeField:
		return "f.at"
	case s.layer.Storage == layers.InArea && f.Name == "parent":
		return "(select p.code from area p where p.number = f.parent)"
	case slices.Contains(columns[s.layer.Storage], f.Name):
		return "f." + name(f.Name)
	}
	return "f.props->>" + literal(f.Name)
}

// value is the SQL of a field as a value of its type: int8, float8, bool or
// text; days and instants are text, spelt as in layers.Feature.
func (s source) value(f layers.Field) string {
	raw := s.raw(f)
	if s.instant(f) {
		return `to_char(` + raw + ` at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
	}
	switch f.Type {
	case layers.Integer:
		return "(" + raw + ")::int8"
	case layers.Number:
		return "(" + raw + ")::float8"
	case layers.Boolean:
		return "(" + raw + ")::bool"
	}
	return raw
}

// at is the SQL of the instant that dates a row of a dated layer.
func (s source) at() string {
	f, _ := s.layer.Field(s.layer.TimeField)
	if s.instant(f) {
		return s.raw(f)
	}
	if f.Type == layers.Date {
		// A day is the city's; noon UTC lies in it from Shanghai to Boston.
		return "((" + s.raw(f) + ")::date + time '12:00') at time zone 'UTC'"
	}
	return "(" + s.raw(f) + ")::timestamptz"
}

// props is the SQL of all properties as one jsonb object, without nulls.
func (s source) props() string {
	if s.layer.Storage == layers.InFeature {
		return "f.props"
	}
	var pairs []string
	for _, f := range s.layer.Fields {
		if s.raw(f) != "f.props->>"+literal(f.Name) {
			pairs = append(pairs, literal(f.Name)+", "+s.value(f))
		}
	}
	object := "jsonb_strip_nulls(jsonb_build_object(" + strings.Join(pairs, ", ") + "))"
	if s.layer.Storage == layers.InEvent {
		object = "(f.props || " + object + ")"
	}
	return object
}

// field finds a declared field, or says which parameter is wrong.
func (s source) field(name string) (layers.Field, error) {
	f, ok := s.layer.Field(name)
	if !ok {
		return f, layers.BadParameter(name, "layer %s has no such field", s.layer.ID)
	}
	return f, nil
}

// selected is the list of columns that scan reads.
func (s source) selected() string {
	return fmt.Sprintf("%s, f.fid, ST_AsEWKB(f.geom), (%s)::text, %s, f.synthetic, f.version", s.id(), s.props(), s.area)
}

// id is the column of the business code.
func (s source) id() string {
	if s.layer.Storage == layers.InArea {
		return "f.code"
	}
	return "f.id"
}
