package layers

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/paulmach/orb"
)

// Codebook gives the code lists that a city brought for itself, by field
// name. A nil Codebook means that the layer's own lists hold.
type Codebook map[string][]Code

// plainID is what an id may look like when its layer says nothing more.
const plainID = `[\p{L}\p{N}_.:-]{1,64}`

var patterns sync.Map // pattern → *regexp.Regexp

func matches(pattern, s string) bool {
	if pattern == "" {
		pattern = plainID
	}
	re, ok := patterns.Load(pattern)
	if !ok {
		re, _ = patterns.LoadOrStore(pattern, regexp.MustCompile(`^(?:`+pattern+`)$`))
	}
	return re.(*regexp.Regexp).MatchString(s)
}

// CheckID tests the id against the layer's rule. The error is a *Wrong.
func (l Layer) CheckID(id string) error {
	if matches(l.Identity.Pattern, id) {
		return nil
	}
	want := l.Identity.Want.En
	if want == "" {
		want = "1 to 64 letters, digits, '-', '_', '.' or ':'"
	}
	return wrong("give "+want, "not an id of this layer")
}

// Validate finds everything that is wrong with a feature of the layer: its
// id, its geometry, required fields, undeclared fields and every value.
// Problem.Column holds the field's name; Row is left 0.
func Validate(l Layer, f Feature, codes Codebook) []Problem {
	var problems []Problem
	add := func(column string, err error, value any) {
		var w *Wrong
		if err == nil || !errors.As(err, &w) {
			return
		}
		problems = append(problems, Problem{Column: column, Fault: w.Fault, Cure: w.Cure, Value: shorten(value)})
	}
	add("id", l.CheckID(f.ID), f.ID)
	add("geometry", checkGeometry(l, f.Geometry), nil)
	for _, field := range l.Fields {
		v, ok := f.Properties[field.Name]
		switch {
		case !ok || v == nil:
			if field.Required {
				add(field.Name, wrong("fill it in", "is missing"), nil)
			}
		default:
			add(field.Name, field.Check(v, codes[field.Name]), v)
		}
	}
	var undeclared []string
	for name := range f.Properties {
		if _, ok := l.Field(name); !ok {
			undeclared = append(undeclared, name)
		}
	}
	slices.Sort(undeclared)
	for _, name := range undeclared {
		add(name, wrong("leave it out", "layer %s declares no such field", l.ID), nil)
	}
	return problems
}

func shorten(v any) string {
	if v == nil {
		return ""
	}
	r := []rune(fmt.Sprint(v))
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return string(r)
}

func checkGeometry(l Layer, g orb.Geometry) error {
	if g == nil {
		if l.Storage == InArea {
			return nil // an area tree may come without boundaries
		}
		return wrong("give a place", "has no geometry")
	}
	var kind GeometryKind
	switch g.(type) {
	case orb.Point:
		kind = Points
	case orb.LineString, orb.MultiLineString:
		kind = Lines
	case orb.Polygon, orb.MultiPolygon:
		kind = Polygons
	}
	if kind == "" || kind != l.Geometry && l.Geometry != Mixed {
		return wrong(fmt.Sprintf("layer %s wants %s geometry", l.ID, l.Geometry), "is a %s", g.GeoJSONType())
	}
	b := g.Bound()
	if b.IsEmpty() || !(b.Min[0] >= -180 && b.Max[0] <= 180 && b.Min[1] >= -90 && b.Max[1] <= 90) {
		return wrong("give longitude −180 to 180 first, then latitude −90 to 90; a projected file names its system with --crs", "coordinates out of range")
	}
	return nil
}
