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
	if q.Bounds != nil {
		meets, err := meetsBox(*q.Bounds, args)
		if err != nil {
			return "", err
		}
		all = append(all, meets)
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

// meetsBox keeps what meets a box, edges included. A box whose west is east of
// its east crosses the 180th meridian. The index compares with rounded numbers,
// hence the second, exact test.
func meetsBox(b orb.Bound, args *arguments) (string, error) {
	for _, n := range []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} {
		if n != n || n < -360 || n > 360 {
			return "", layers.BadParameter("bbox", "want west,south,east,north in degrees")
		}
	}
	if b.Min[1] > b.Max[1] {
		return "", layers.BadParameter("bbox", "its south is north of its north")
	}
	box := func(west, east float64) string {
		// ST_Envelope makes a point or a line of a box without width.
		e := fmt.Sprintf("ST_Envelope(ST_MakeEnvelope(%s, %s, %s, %s, 4326))", args.bind(west), args.bind(b.Min[1]), args.bind(east), args.bind(b.Max[1]))
		return "(f.geom && " + e + " and ST_Intersects(f.geom, " + e + "))"
	}
	if b.Min[0] > b.Max[0] {
		return "(" + box(b.Min[0], 180) + " or " + box(-180, b.Max[0]) + ")", nil
	}
	return box(b.Min[0], b.Max[0]), nil
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
	switch {
	case s.instant(f):
		values, err := typed[string](f, filter.Values, "an instant, 2016-09-30T08:00:00Z")
		if err != nil {
			return "", err
		}
		instants := make([]time.Time, len(values))
		for i, v := range values {
			if instants[i], err = time.Parse(time.RFC3339, v); err != nil {
				return "", layers.BadParameter(f.Name, "want an instant, 2016-09-30T08:00:00Z")
			}
		}
		return s.raw(f) + " = any(" + args.bind(instants) + "::timestamptz[])", nil
	case f.Type == layers.Integer:
		values, err := typed[int64](f, filter.Values, "whole numbers")
		return s.value(f) + " = any(" + args.bind(values) + "::int8[])", err
	case f.Type == layers.Number:
		values, err := typed[float64](f, filter.Values, "numbers")
		return s.value(f) + " = any(" + args.bind(values) + "::float8[])", err
	case f.Type == layers.Boolean:
		values, err := typed[bool](f, filter.Values, "true or false")
		return s.value(f) + " = any(" + args.bind(values) + "::bool[])", err
	}
	values, err := typed[string](f, filter.Values, "text")
	for _, v := range values {
		if !plain(v) {
			return "", layers.BadParameter(f.Name, "want text in UTF-8")
		}
	}
	if f.Type == layers.Codes {
		return "string_to_array(" + s.raw(f) + ", ',') && " + args.bind(values) + "::text[]", err
	}
	return s.raw(f) + " = any(" + args.bind(values) + "::text[])", err
}

// typed reads the values of a filter as one Go type. An empty list keeps nothing.
func typed[T any](f layers.Field, values []any, want string) ([]T, error) {
	all := make([]T, 0, len(values))
	for _, v := range values {
		t, ok := v.(T)
		if !ok {
			return nil, layers.BadParameter(f.Name, "want %s", want)
		}
		all = append(all, t)
	}
	return all, nil
}
