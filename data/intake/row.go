package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data/format"
	"sitmap/geo"
	"sitmap/layers"
)

// rowReader turns records into features of the layer.
type rowReader struct {
	layer     layers.Layer
	head      format.Head
	mapping   *mapping
	crs       geo.CRS
	zone      *time.Location
	codes     layers.Codebook
	place     placeCheck
	synthetic bool
	relabeled int // rows whose category labelled people
}

// row is one record under way. bad names the targets that have a problem
// already, so that one fault is told once.
type row struct {
	*rowReader
	rec      format.Record
	feature  layers.Feature
	problems []layers.Problem
	bad      map[string]bool
}

// read gives the feature of a record, or everything that is wrong with it.
func (r *rowReader) read(rec format.Record) (layers.Feature, []layers.Problem) {
	in := row{rowReader: r, rec: rec, bad: map[string]bool{},
		feature: layers.Feature{Properties: map[string]any{}, Synthetic: r.synthetic}}
	if readable := in.inherit(); !readable {
		return in.feature, in.problems
	}
	in.fields()
	in.id()
	in.where()
	if r.layer.Storage == layers.InArea {
		in.area()
	}
	in.validate()
	return in.feature, in.problems
}

// inherit takes over the problems the format found, except those of columns
// that are left out anyway. It is false when the row as a whole is unreadable.
func (in *row) inherit() (readable bool) {
	readable = true
	for _, p := range in.rec.Problems {
		target := p.Column
		if i := slices.Index(in.head.Columns, p.Column); i >= 0 {
			if target = in.mapping.targetOf(i); target == "" {
				continue
			}
		}
		in.problems = append(in.problems, p)
		in.bad[in.mapping.canonical(target)] = true
		readable = readable && p.Column != ""
	}
	return readable
}

// blame adds a problem of a target. The value is left out when the guard
// refused it.
func (in *row) blame(target string, w *layers.Wrong, value string) {
	in.bad[target] = true
	in.problems = append(in.problems, layers.Problem{Row: in.rec.Row, Column: in.mapping.columnOf(target),
		Fault: w.Fault, Cure: w.Cure, Value: shorten(value)})
}

// text is the value of a target's column, empty where there is none. It is
// false when the guard refuses the value.
func (in *row) text(target string) (string, bool) {
	i, ok := in.mapping.column[target]
	if !ok {
		return "", true
	}
	value := strings.TrimSpace(in.rec.Values[i])
	return value, in.guarded(target, value)
}

// guarded reports whether the value may be looked at further.
func (in *row) guarded(target, value string) bool {
	if in.bad[target] {
		return false
	}
	if what := private(value); what != "" {
		in.blame(target, &layers.Wrong{Fault: "holds " + what, Cure: "this map takes nothing that belongs to a person; remove it from the file"}, "")
		return false
	}
	return true
}

// fields reads the value of every field that has a column.
func (in *row) fields() {
	for _, f := range in.layer.Fields {
		text, ok := in.text(f.Name)
		if !ok {
			continue
		}
		if text, ok = in.allowed(f, text); !ok {
			continue
		}
		value, err := f.Parse(text, in.codes[f.Name], in.zone)
		var w *layers.Wrong
		switch {
		case errors.As(err, &w):
			in.blame(f.Name, w, text)
		case value != nil:
			in.feature.Properties[f.Name] = value
		}
	}
}

// allowed applies the rules for places of cameras and categories of cases.
func (in *row) allowed(f layers.Field, text string) (string, bool) {
	switch f.Name {
	case "place_kind":
		if why := forbiddenPlace(text); why != "" {
			in.blame(f.Name, &layers.Wrong{Fault: why, Cure: "leave the row out"}, text)
			return "", false
		}
	case "category":
		if !labelsPeople(text) {
			return text, true
		}
		if !hasCode(f, in.codes[f.Name], otherCategory) {
			in.blame(f.Name, &layers.Wrong{Fault: "a category that labels people", Cure: "use a category of the matter, not of the persons"}, "")
			return "", false
		}
		in.relabeled++
		return otherCategory, true
	}
	return text, true
}

// id takes the id from its column, else from the feature of the file. Where a
// field is the id, both hold it.
func (in *row) id() {
	target := in.mapping.canonical(toID)
	id, ok := in.text(target)
	if ok && id == "" {
		id = strings.TrimSpace(in.rec.ID)
		ok = in.guarded(target, id)
	}
	switch {
	case !ok:
	case id == "":
		in.blame(target, &layers.Wrong{Fault: "has no id", Cure: "give every row its business code"}, "")
	default:
		in.feature.ID = id
		if f, found := in.layer.Field(in.mapping.idField); found {
			if value, err := f.Parse(id, nil, in.zone); err == nil {
				in.feature.Properties[f.Name] = value
			}
		}
	}
}

// where finds the place: the record's own geometry, else the two columns.
func (in *row) where() {
	g := plain(in.rec.Geometry)
	if g == nil && !in.bad["geometry"] {
		g = in.fromColumns()
	}
	if g == nil || in.bad["geometry"] {
		return
	}
	if w := in.place.globe(g); w != nil {
		in.blame("geometry", w, "")
		return
	}
	g = toWGS84(g, in.crs)
	if w := in.place.inCity(g); w != nil {
		in.blame("geometry", w, "")
		return
	}
	in.feature.Geometry = g
}

// fromColumns is the point of the columns for longitude and latitude.
func (in *row) fromColumns() orb.Geometry {
	var p orb.Point
	for axis, target := range []string{toLon, toLat} {
		if _, mapped := in.mapping.column[target]; !mapped {
			return nil
		}
		value, ok := in.text(target)
		if !ok {
			in.bad["geometry"] = true
			continue
		}
		x, w := parseDegrees(value)
		if w != nil {
			in.bad["geometry"] = true
			in.blame(target, w, value)
		}
		p[axis] = x
	}
	if in.bad["geometry"] {
		return nil
	}
	return p
}

// validate adds what the layer's own rules find wrong and was not told yet.
func (in *row) validate() {
	for _, p := range layers.Validate(in.layer, in.feature, in.codes) {
		target := in.mapping.canonical(p.Column)
		if in.bad[target] {
			continue
		}
		in.bad[target] = true
		p.Row, p.Column = in.rec.Row, in.mapping.columnOf(target)
		in.problems = append(in.problems, p)
	}
}

// notes says what was changed in accepted rows.
func (r *rowReader) notes() []layers.Text {
	if r.relabeled == 0 {
		return nil
	}
	return []layers.Text{{
		Zh: fmt.Sprintf("%d 行的类别指向特定人群，已归入“其他”，原值未保存", r.relabeled),
		En: fmt.Sprintf("rows whose category labels people, stored as \"other\" without what stood there: %d", r.relabeled)}}
}
