package api

import "context"

import "sitmap/layers"

// queryables is a JSON Schema of the properties by which items are filtered.
type queryables struct {
	Schema               string               `json:"$schema"`
	ID                   string               `json:"$id"`
	Type                 string               `json:"type"`
	Title                string               `json:"title"`
	Properties           map[string]queryable `json:"properties"`
	AdditionalProperties bool                 `json:"additionalProperties"`
}

type queryable struct {
	Title     string   `json:"title"`
	Type      string   `json:"type,omitempty"`
	Format    string   `json:"format,omitempty"`
	Enum      []string `json:"enum,omitempty"`
	Minimum   *float64 `json:"minimum,omitempty"`
	Maximum   *float64 `json:"maximum,omitempty"`
	MaxLength int      `json:"maxLength,omitempty"`
	Unit      string   `json:"x-ogc-unit,omitempty"`
	Role      string   `json:"x-ogc-role,omitempty"`
}

// ogcQueryables describes every field of the layer, with the code lists of
// the reader's own city.
func (s *Server) ogcQueryables(ctx context.Context, r *request) error {
	l, err := s.layer(r)
	if err != nil {
		return err
	}
	base, err := r.client.base()
	if err != nil {
		return err
	}
	home, err := s.home(ctx, r.scope())
	if err != nil {
		return err
	}
	q := queryables{
		Schema: "https://json-schema.org/draft/2020-12/schema",
		ID:     collectionAddress(base, l) + "/queryables",
		Type:   "object", Title: l.Title.Zh + " · " + l.Title.En,
		Properties: map[string]queryable{"geometry": {Title: "geometry", Format: geometryFormat(l.Geometry), Role: "primary-geometry"}},
	}
	for _, f := range fieldsIn(l, home) {
		q.Properties[f.Name] = describeField(l, f)
	}
	return r.jsonAs(typeSchema, q)
}

func describeField(l layers.Layer, f layers.Field) queryable {
	d := queryable{Title: f.Title.Zh + " · " + f.Title.En, Unit: f.Unit, Minimum: f.Min, Maximum: f.Max}
	switch f.Type {
	case layers.Integer, layers.Number, layers.Boolean:
		d.Type = string(f.Type)
	case layers.Date:
		d.Type, d.Format = "string", "date"
	case layers.Time:
		d.Type, d.Format = "string", "date-time"
	case layers.Coded:
		d.Type = "string"
		for _, c := range f.List {
			d.Enum = append(d.Enum, c.Value)
		}
	default: // texts, and several codes joined by commas
		d.Type, d.MaxLength = "string", f.MaxLength
	}
	if f.Name == l.TimeField {
		d.Role = "primary-instant"
	}
	return d
}

// geometryFormat is the kind of geometry in the words of OGC API Features, part 5.
func geometryFormat(kind layers.GeometryKind) string {
	switch kind {
	case layers.Points:
		return "geometry-point"
	case layers.Lines:
		return "geometry-linestring-or-multilinestring"
	case layers.Polygons:
		return "geometry-polygon-or-multipolygon"
	}
	return "geometry-any"
}
