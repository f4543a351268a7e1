package postgis

import (
	"fmt"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/layers/access"
)

// arguments are the values bound to a statement, in order.
type arguments []any

// bind adds a value and gives its placeholder.
func (a *arguments) bind(v any) string {
	*a = append(*a, v)
	return fmt.Sprintf("$%d", len(*a))
}

// conditions compiles what a reader may see and what the query asks for into one
// condition of SQL. It is the only place where that happens; every read of a
// layer goes through it. Values are bound, never written into the text.
// After and Limit are left to the caller.
func (s source) conditions(q layers.Query, scope access.Scope, args *arguments) (string, error) {
	if err := scope.MayRead(s.layer); err != nil {
		return "", err
	}
	all := []string{s.where}
	if r, limited := scope.Clip(s.layer); limited {
		all = append(all, s.within(r, args))
	}
	if q.Area != nil {
		all = append(all, s.within(*q.Area, args))
	}
	boxes, err := q.Boxes()
	if err != nil {
		return "", err
	}
	if boxes != nil {
		all = append(all, meetsBoxes(boxes, args))
	}
	if q.Within != nil {
		drawn, err := toEWKB(q.Within)
		if err != nil || len(q.Within) == 0 {
			return "", layers.BadParameter("within", "want a polygon whose outlines have three points or more")
		}
		// A hand crosses its own line; ST_MakeValid reads that as the pieces it
		// encloses. && lets the index speak first.
		shape := "ST_MakeValid(" + args.bind(drawn) + "::bytea::geometry)"
		all = append(all, "f.geom && "+shape, "ST_Intersects(f.geom, "+shape+")")
	}
	if q.FIDs != nil {
		all = append(all, "f.fid = any("+args.bind(q.FIDs)+"::int4[])")
	}
	dated, err := s.inWindow(q.Window, args)
	if err != nil {
		return "", err
	}
	all = append(all, dated...)
	for _, filter := range q.Filters {
		one, err := s.filter(filter, args)
		if err != nil {
			return "", err
		}
		all = append(all, one)
	}
	return strings.Join(all, " and "), nil
}

func (s source) within(r layers.AreaRange, args *arguments) string {
	return s.area + " between " + args.bind(r.Low) + " and " + args.bind(r.High)
}

// meetsBoxes keeps what meets one of the boxes, edges included. The index
// compares with rounded numbers, hence the second, exact test.
func meetsBoxes(boxes []orb.Bound, args *arguments) string {
	var each []string
	for _, b := range boxes {
		// ST_Envelope makes a point or a line of a box without width.
		e := fmt.Sprintf("ST_Envelope(ST_MakeEnvelope(%s, %s, %s, %s, 4326))", args.bind(b.Min[0]), args.bind(b.Min[1]), args.bind(b.Max[0]), args.bind(b.Max[1]))
		each = append(each, "(f.geom && "+e+" and ST_Intersects(f.geom, "+e+"))")
	}
	return "(" + strings.Join(each, " or ") + ")"
}

func (s source) inWindow(w layers.Window, args *arguments) ([]string, error) {
	if w.Open() {
		return nil, nil
	}
	if !s.layer.Dated() {
		return nil, layers.BadParameter("datetime", "layer %s is not dated", s.layer.ID)
	}
	var all []string
	if !w.From.IsZero() {
		all = append(all, s.at()+" >= "+args.bind(w.From.UTC()))
	}
	if !w.To.IsZero() {
		all = append(all, s.at()+" < "+args.bind(w.To.UTC()))
	}
	return all, nil
}

// filter keeps rows whose field has one of the values. The values come typed as
// properties are; others are the asker's fault.
func (s source) filter(filter layers.Filter, args *arguments) (string, error) {
	f, err := s.field(filter.Field)
	if err != nil {
		return "", err
	}
	if err := filter.Check(f); err != nil {
		return "", err
	}
	switch {
	case s.instant(f):
		instants := []time.Time{}
		for _, v := range typed[string](filter.Values) {
			at, err := time.Parse(time.RFC3339, v)
			if err != nil {
				return "", err // Check has read it
			}
			instants = append(instants, at)
		}
		return s.raw(f) + " = any(" + args.bind(instants) + "::timestamptz[])", nil
	case f.Type == layers.Integer:
		return s.value(f) + " = any(" + args.bind(typed[int64](filter.Values)) + "::int8[])", nil
	case f.Type == layers.Number:
		return s.value(f) + " = any(" + args.bind(typed[float64](filter.Values)) + "::float8[])", nil
	case f.Type == layers.Boolean:
		return s.value(f) + " = any(" + args.bind(typed[bool](filter.Values)) + "::bool[])", nil
	case f.Type == layers.Codes:
		return "string_to_array(" + s.raw(f) + ", ',') && " + args.bind(typed[string](filter.Values)) + "::text[]", nil
	}
	return s.raw(f) + " = any(" + args.bind(typed[string](filter.Values)) + "::text[])", nil
}

// typed is the values of a filter as one Go type, which they have. An empty list
// keeps nothing.
func typed[T any](values []any) []T {
	all := make([]T, 0, len(values))
	for _, v := range values {
		if t, ok := v.(T); ok {
			all = append(all, t)
		}
	}
	return all
}
