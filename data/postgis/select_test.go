package postgis_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/tiles"
)

// crooked adds shapes of every kind a layer may have, with coordinates of all
// their digits, to the city.
func crooked(t testing.TB, s *postgis.Store) {
	t.Helper()
	third := 1.0 / 3
	ring := func(x, y, r float64, n int) orb.Ring {
		var ring orb.Ring
		for k := range n {
			a := 2 * math.Pi * float64(k) / float64(n)
			ring = append(ring, orb.Point{x + r*math.Cos(a)*(1+0.3*math.Sin(3*a)), y + r*math.Sin(a)})
		}
		return append(ring, ring[0])
	}
	back := func(r orb.Ring) orb.Ring { r = r.Clone(); r.Reverse(); return r }
	mustLoad(t, s, layers.Batch{Layer: "road", City: "6206", File: "more.test"}, staged(
		layers.Feature{ID: "r4", Geometry: orb.MultiLineString{{{102 + third, 37 + third}, {102.7, 37.9}, {102.70001, 37.1}}, {{103, 38}, {103.5, 38 + third}}}, Properties: props{"name": "环线", "class": "trunk"}},
		layers.Feature{ID: "r5", Geometry: orb.LineString(ring(103.2, 37.7, 0.3, 40)), Properties: props{"name": "绕城 \"<&>\"\u2028", "class": "county"}},
		layers.Feature{ID: "r6", Geometry: orb.MultiLineString{{{102.5, 38.5}, {102.5, 38.9}}}, Properties: props{"name": "直路", "class": "village", "length_m": -0.1 + 0.3}},
	))
	mustLoad(t, s, layers.Batch{Layer: "water", City: "6206", File: "more.test"}, staged(
		layers.Feature{ID: "w1", Geometry: orb.Polygon{ring(102.5, 37.5, 0.4, 60), back(ring(102.5, 37.5, 0.2, 30))}, Properties: props{"name": "湖", "kind": "lake"}},
		layers.Feature{ID: "w2", Geometry: orb.MultiPolygon{{back(ring(103.5, 37.5, 0.3, 31)), ring(103.5, 37.5, 0.1, 9)}, {ring(103.5, 37.5, 0.05, 8)}}, Properties: props{"name": "塘", "kind": "lake"}},
		layers.Feature{ID: "w3", Geometry: orb.LineString{{102.01, 38.99}, {102 + third, 38.5}, {103.99, 37.01}}, Properties: props{"name": "河", "kind": "river"}},
	))
	mustLoad(t, s, layers.Batch{Layer: "key_area", City: "6206", File: "more.test"}, staged(
		layers.Feature{ID: "k3", Geometry: orb.Polygon{ring(103.5, 38.5, 0.2, 25)}, Properties: props{"name": "城中村", "level": "city", "kind": "market", "state": "working"}, Synthetic: true},
	))
}

// asker asks random questions of a layer.
type asker struct {
	*rand.Rand
	all []layers.Feature // of the layer
}

func (a asker) feature() layers.Feature { return a.all[a.IntN(len(a.all))] }

// vertex is some vertex of some feature.
func (a asker) vertex() orb.Point {
	var all []orb.Point
	add := func(points []orb.Point) { all = append(all, points...) }
	switch g := a.feature().Geometry.(type) {
	case orb.Point:
		return g
	case orb.LineString:
		add(g)
	case orb.MultiLineString:
		for _, line := range g {
			add(line)
		}
	case orb.Polygon:
		for _, ring := range g {
			add(ring)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			for _, ring := range polygon {
				add(ring)
			}
		}
	}
	if len(all) == 0 {
		return orb.Point{103, 38}
	}
	return all[a.IntN(len(all))]
}

// place is anywhere in or around the city, a vertex, the middle of two, or just
// beside a vertex.
func (a asker) place() orb.Point {
	v := a.vertex()
	switch a.IntN(5) {
	case 0:
		return v
	case 1:
		w := a.vertex()
		return orb.Point{(v[0] + w[0]) / 2, (v[1] + w[1]) / 2}
	case 2:
		return orb.Point{math.Nextafter(v[0], 500*(a.Float64()-0.5)), math.Nextafter(v[1], 500*(a.Float64()-0.5))}
	}
	return orb.Point{101.4 + 3.2*a.Float64(), 36.6 + 2.8*a.Float64()}
}

func (a asker) bounds() *orb.Bound {
	p, q := a.place(), a.place()
	b := orb.Bound{Min: orb.Point{min(p[0], q[0]), min(p[1], q[1])}, Max: orb.Point{max(p[0], q[0]), max(p[1], q[1])}}
	switch a.IntN(12) {
	case 0:
		b.Max = b.Min // a point
	case 1:
		b.Max[0] = b.Min[0] // an upright
	case 2:
		b.Max[1] = b.Min[1] // a level
	case 3:
		b.Min[0], b.Max[0] = b.Max[0], b.Min[0] // round the world
	case 4:
		b = orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	case 5:
		b.Min = orb.Point{b.Max[0] - 0.1*a.Float64(), b.Max[1] - 0.1*a.Float64()}
	case 6:
		switch a.IntN(4) {
		case 0:
			b.Min[1] = b.Max[1] + 1
		case 1:
			b.Min[0] = math.NaN()
		case 2:
			b.Max[0] = 361
		case 3:
			b.Max[1] = 300
		}
	}
	return &b
}

func (a asker) filter(l layers.Layer) layers.Filter {
	field := l.Fields[a.IntN(len(l.Fields))]
	f := layers.Filter{Field: field.Name}
	for range a.IntN(4) {
		if v := a.feature().Properties[field.Name]; v != nil {
			f.Values = append(f.Values, v)
		}
	}
	switch a.IntN(16) {
	case 0:
		f.Field = "nothing"
	case 1:
		f.Values = append(f.Values, []any{int64(1), "1", true, 1.5, "a\x00", "\xff"}[a.IntN(6)])
	case 2:
		if field.Type == layers.Time {
			f.Values = append(f.Values, "2016-03-02T10:00:00+08:00", "2016-03-02T02:00:00.5Z")
		}
	}
	return f
}

func (a asker) question(l layers.Layer) (q layers.Query) {
	if a.IntN(4) > 0 {
		q.Bounds = a.bounds()
	}
	if a.IntN(4) == 0 {
		r, err := layers.RangeOfCode([]string{"620621", "620622101", "6206", "99"}[a.IntN(4)])
		if err != nil {
			panic(err)
		}
		q.Area = &r
	}
	if a.IntN(4) == 0 {
		q.Filters = append(q.Filters, a.filter(l))
	}
	if l.Dated() && a.IntN(3) == 0 || a.IntN(40) == 0 {
		from := time.Date(2016, time.Month(1+a.IntN(12)), 1+a.IntN(10), 2, 0, 0, []int{0, 1, 1000, 5e8}[a.IntN(4)], time.UTC)
		q.Window = layers.Window{From: from, To: from.AddDate(0, a.IntN(4), 0)}
	}
	if a.IntN(6) == 0 {
		q.FIDs = []int32{}
		for range a.IntN(6) {
			q.FIDs = append(q.FIDs, a.feature().FID, a.Int32N(1000))
		}
	}
	if a.IntN(2) == 0 {
		q.After, q.Limit = a.feature().FID-1, 1+a.IntN(9)
	}
	return q
}

// Whether memory answers a question or the database, nobody can tell: the same
// features to the last digit, the same count, the same refusals.
func TestTwoWaysToFeatures(t *testing.T) {
	s := city(t)
	crooked(t, s)
	memory, _ := twoWays(t, s)
	county, err := layers.RangeOfCode("620621")
	if err != nil {
		t.Fatal(err)
	}
	scopes := map[string]access.Scope{"all": all, "county": {Area: county, Cases: true}, "no cases": {Area: county}, "nothing": {}}
	for _, l := range catalog.All {
		ask := asker{Rand: rand.New(rand.NewPCG(5, uint64(len(l.ID)))), all: read(t, s, l)}
		if len(ask.all) == 0 {
			continue
		}
		refused, empty := 0, 0
		for n := range 300 {
			q := ask.question(l)
			for name, scope := range scopes {
				if name != "all" && n%3 != 0 {
					continue
				}
				where := fmt.Sprintf("%s, question %d as %s: %+v bounds %v", l.ID, n, name, q, q.Bounds)
				theirs, count, theirErr := fromStore(t, s, l, q, scope)
				mine, ok, myErr := memory.Select(l, q, scope)
				if myErr != nil || theirErr != nil {
					refused++
					if !sameRefusal(myErr, theirErr) {
						t.Errorf("%s: refused with %v, by the database with %v", where, myErr, theirErr)
					}
					continue
				}
				if !ok {
					t.Fatalf("%s: not from memory", where)
				}
				if int64(mine.Count()) != count {
					t.Errorf("%s: counts %d, the database %d", where, mine.Count(), count)
				}
				var some []layers.Feature
				for part, i := range mine.After(q.After) {
					if some = append(some, part.Feature(i)); len(some) == q.Limit {
						break
					}
				}
				if len(some) == 0 {
					empty++
				}
				if d := difference(some, theirs); d != "" {
					t.Errorf("%s: %s", where, d)
				}
			}
		}
		if refused == 0 || empty > 700 {
			t.Errorf("%s: the questions say little: %d refused, %d without an answer", l.ID, refused, empty)
		}
		for _, f := range ask.all {
			for name, scope := range scopes {
				theirs, theirErr := s.Feature(t.Context(), l, f.ID, scope)
				mine, _, myErr := memory.Feature(l, f.ID, scope)
				if !sameRefusal(myErr, theirErr) || myErr == nil && !reflect.DeepEqual(mine, theirs) {
					t.Errorf("%s %s as %s: %+v %v, from the database %+v %v", l.ID, f.ID, name, mine, myErr, theirs, theirErr)
				}
			}
		}
		if _, _, err := memory.Feature(l, "no such thing", all); !errors.Is(err, layers.ErrNotFound) {
			t.Errorf("%s: what is not there is %v", l.ID, err)
		}
	}
}

// A drawing is for the store, and so is a layer that is not in memory.
func TestMemoryKnowsWhatItCannotAnswer(t *testing.T) {
	s := city(t)
	memory, database := twoWays(t, s)
	l := layer(t, "camera")
	drawn := layers.Query{Within: orb.MultiPolygon{rect(102, 37, 103, 38)}}
	if _, ok, err := memory.Select(l, drawn, all); ok || err != nil {
		t.Errorf("a drawing: %t %v", ok, err)
	}
	if _, ok, err := database.Select(l, layers.Query{}, all); ok || err != nil {
		t.Errorf("a layer in the database: %t %v", ok, err)
	}
	if _, ok, err := database.Feature(l, "62060200001320000001", all); ok || err != nil {
		t.Errorf("a feature in the database: %t %v", ok, err)
	}
}

// Memory answers with a change as soon as it has heard of it, whole.
func TestMemoryFollowsChanges(t *testing.T) {
	s := city(t)
	memory, err := tiles.NewServer(s, catalog.All, tiles.Options{CacheBytes: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := memory.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := layer(t, "camera")
	r := rand.New(rand.NewPCG(2, 2))
	for round := range 8 {
		rows := cameras()[50*round : 50*round+50]
		for i := range rows {
			at := rows[i].Feature.Geometry.(orb.Point)
			rows[i].Feature.Geometry = orb.Point{at[0] + 0.01*r.Float64(), at[1] + 0.01*r.Float64()}
		}
		mustLoad(t, s, layers.Batch{Layer: "camera", City: "6206", File: "moved.test"}, rows)
		if err := memory.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, q := range []layers.Query{{}, {After: 30}, {Bounds: &orb.Bound{Min: orb.Point{102.5, 37.5}, Max: orb.Point{103.5, 38.5}}}, {Filters: []layers.Filter{{Field: "state", Values: []any{"faulty"}}}}} {
			theirs, count, err := fromStore(t, s, l, q, all)
			if err != nil {
				t.Fatal(err)
			}
			found, ok, err := memory.Select(l, q, all)
			if !ok || err != nil {
				t.Fatal(ok, err)
			}
			var mine []layers.Feature
			for part, i := range found.After(q.After) {
				mine = append(mine, part.Feature(i))
			}
			if d := difference(mine, theirs); int64(found.Count()) != count || d != "" {
				t.Errorf("round %d, %+v: counts %d, the database %d; %s", round, q, found.Count(), count, d)
			}
		}
		theirs, err := s.Feature(t.Context(), l, rows[0].Feature.ID, all)
		if err != nil {
			t.Fatal(err)
		}
		if mine, ok, err := memory.Feature(l, rows[0].Feature.ID, all); !ok || err != nil || !reflect.DeepEqual(mine, theirs) {
			t.Errorf("round %d: %+v %v, in the database %+v", round, mine, err, theirs)
		}
	}
}

// difference is the first one between two lists of features.
func difference(mine, theirs []layers.Feature) string {
	for i := range min(len(mine), len(theirs)) {
		if !reflect.DeepEqual(mine[i], theirs[i]) {
			return fmt.Sprintf("number %d is\n%+v in memory,\n%+v in the database", i, mine[i], theirs[i])
		}
	}
	if len(mine) != len(theirs) {
		return fmt.Sprintf("%d features in memory, %d in the database", len(mine), len(theirs))
	}
	return ""
}

func read(t testing.TB, s *postgis.Store, l layers.Layer) []layers.Feature {
	t.Helper()
	list, _, err := fromStore(t, s, l, layers.Query{}, all)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func fromStore(t testing.TB, s *postgis.Store, l layers.Layer, q layers.Query, scope access.Scope) (list []layers.Feature, count int64, err error) {
	t.Helper()
	err = s.Features(t.Context(), l, q, scope, func(f layers.Feature) error {
		list = append(list, f)
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	count, err = s.Count(t.Context(), l, q, scope)
	return list, count, err
}

func sameRefusal(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	var p, q *layers.InvalidParameter
	if errors.As(a, &p) != errors.As(b, &q) {
		return false
	}
	if p != nil {
		return *p == *q
	}
	return errors.Is(a, layers.ErrDenied) == errors.Is(b, layers.ErrDenied) && errors.Is(a, layers.ErrNotFound) == errors.Is(b, layers.ErrNotFound)
}
