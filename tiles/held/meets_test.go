package held

import (
	"reflect"
	"strconv"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

var things = layers.Layer{ID: "thing", Geometry: layers.Mixed}

func partOf(t testing.TB, l layers.Layer, shapes ...orb.Geometry) *Part {
	t.Helper()
	b := NewBuilder(l, nil)
	for i, g := range shapes {
		if err := b.Add(layers.Feature{ID: strconv.Itoa(i), FID: int32(i + 1), Geometry: g}); err != nil {
			t.Fatal(err)
		}
	}
	part, _ := b.Part()
	return part
}

func box(w, s, e, n float64) orb.Bound {
	return orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{e, n}}
}

// Worked out on squared paper.
func TestMeets(t *testing.T) {
	ring := orb.Ring{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}
	hole := orb.Ring{{4, 4}, {4, 6}, {6, 6}, {6, 4}, {4, 4}}
	frame := orb.Polygon{ring, hole}
	triangle := orb.Polygon{{{0, 0}, {10, 0}, {0, 10}, {0, 0}}}
	diagonal := orb.LineString{{0, 0}, {10, 10}}
	two := orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}, {{{8, 8}, {9, 8}, {9, 9}, {8, 8}}}}
	for name, test := range map[string]struct {
		shape orb.Geometry
		box   orb.Bound
		want  bool
	}{
		"a point inside":                     {orb.Point{1, 1}, box(0, 0, 2, 2), true},
		"a point on a corner":                {orb.Point{2, 2}, box(0, 0, 2, 2), true},
		"a point beside":                     {orb.Point{2.0000001, 2}, box(0, 0, 2, 2), false},
		"a point that is the box":            {orb.Point{2, 2}, box(2, 2, 2, 2), true},
		"a line through, no vertex inside":   {diagonal, box(4, 4, 5, 5), true},
		"a line past the corner":             {diagonal, box(6, 0, 10, 4), false},
		"a line through a corner":            {diagonal, box(6, 0, 10, 6), true},
		"a line through a point":             {diagonal, box(3, 3, 3, 3), true},
		"a line past a point":                {diagonal, box(3, 3.0000001, 3, 3.0000001), false},
		"a line across an upright":           {diagonal, box(5, 0, 5, 10), true},
		"a box inside an outline":            {frame, box(1, 1, 2, 2), true},
		"a box in its hole":                  {frame, box(4.5, 4.5, 5.5, 5.5), false},
		"a box that fills its hole":          {frame, box(4, 4, 6, 6), true},
		"a box over its hole":                {frame, box(3, 3, 7, 7), true},
		"a box around it all":                {frame, box(-1, -1, 11, 11), true},
		"a box along its edge":               {frame, box(10, 2, 12, 3), true},
		"a box beside its edge":              {frame, box(10.0000001, 2, 12, 3), false},
		"a point on its edge":                {frame, box(10, 5, 10, 5), true},
		"a point in its hole":                {frame, box(5, 5, 5, 5), false},
		"a box beyond the slope":             {triangle, box(6, 6, 9, 9), false},
		"a box at the slope":                 {triangle, box(5, 5, 9, 9), true},
		"a box level with a vertex, outside": {triangle, box(-3, 0, -2, 0), false},
		"a box on the second of two":         {two, box(8.7, 8.5, 8.8, 8.6), true},
		"a box between two":                  {two, box(3, 3, 4, 4), false},
		"no place":                           {nil, box(-180, -90, 180, 90), false},
	} {
		if got := partOf(t, things, test.shape).Meets(0, test.box); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// What was put in comes out again.
func TestGeometriesComeBack(t *testing.T) {
	third := 1.0 / 3
	ring := orb.Ring{{0, 0}, {10 * third, 0}, {10, 10}, {0, 10}, {0, 0}}
	hole := orb.Ring{{4, 4}, {4, 6}, {6, 6}, {4, 4}}
	shapes := []orb.Geometry{
		nil, orb.Point{third, -third}, orb.LineString{{0, 0}, {1, third}, {0, 0}}, orb.MultiLineString{{{0, 0}, {1, 1}}}, orb.MultiLineString{{{0, 0}, {1, 1}}, {{2, 2}, {3, 3}}},
		orb.Polygon{ring}, orb.Polygon{ring, hole}, orb.MultiPolygon{{ring}}, orb.MultiPolygon{{ring, hole, hole}, {hole}, {ring, hole}}, orb.Polygon{}, orb.MultiPolygon{},
	}
	part := partOf(t, things, shapes...)
	b := NewBuilder(things, nil)
	for i := range shapes {
		b.Retell(part, i)
	}
	copied, _ := b.Part()
	for i, want := range shapes {
		if got := part.Geometry(i); !reflect.DeepEqual(got, want) {
			t.Errorf("%v came back as %v", want, got)
		}
		if got := copied.Geometry(i); !reflect.DeepEqual(got, want) {
			t.Errorf("%v was copied as %v", want, got)
		}
	}
}

// Points lie along the curve, yet have their order by number and are found by id.
func TestOrderOfPoints(t *testing.T) {
	l := things
	l.Geometry = layers.Points
	var shapes []orb.Geometry
	for i := range 1000 {
		shapes = append(shapes, orb.Point{float64(i * 7919 % 360), float64(i * 104729 % 80)})
	}
	part := partOf(t, l, shapes...)
	for k := range 1000 {
		i := part.InOrder(k)
		if part.FID[i] != int32(k+1) || part.Rank(i) != k || part.Geometry(i) != shapes[k] || part.Feature(i).ID != strconv.Itoa(k) {
			t.Fatalf("number %d is at %d: %+v", k+1, i, part.Feature(i))
		}
		if found, ok := part.Find(strconv.Itoa(k)); !ok || found != i {
			t.Fatalf("id %d is found at %d, is at %d", k, found, i)
		}
		if got := part.RankAfter(int32(k)); got != k {
			t.Fatalf("after %d comes rank %d", k, got)
		}
	}
	if _, ok := part.Find("1000"); ok || part.RankAfter(1000) != 1000 {
		t.Error("what is not there is found")
	}
	if _, ok := partOf(t, l).Find("0"); ok {
		t.Error("an empty part holds something")
	}
}
