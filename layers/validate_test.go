package layers

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

var posts = Layer{
	ID: "post", Geometry: Points, Storage: InFeature,
	Fields: []Field{
		{Name: "name", Type: String, Required: true},
		{Name: "headcount", Type: Integer},
	},
	Identity: Identity{Pattern: `\d{4}`, Want: Text{"4 位数字", "4 digits"}},
}

func TestValidateFindsEveryFault(t *testing.T) {
	tests := map[string]struct {
		feature Feature
		want    []string // "column: part of the fault", in order
	}{
		"nothing wrong": {Feature{ID: "0001", Geometry: orb.Point{102, 38}, Properties: map[string]any{"name": "东街", "headcount": int64(3)}}, nil},
		"everything wrong": {
			Feature{ID: "1", Geometry: orb.LineString{{102, 38}, {103, 38}}, Properties: map[string]any{"headcount": "three", "colour": "red", "age": int64(4)}},
			[]string{"id: not an id", "geometry: is a LineString", "name: is missing", "headcount: not a whole number", "age: declares no such field", "colour: declares no such field"},
		},
		"no geometry":    {Feature{ID: "0001", Properties: map[string]any{"name": "a"}}, []string{"geometry: has no geometry"}},
		"swapped axes":   {Feature{ID: "0001", Geometry: orb.Point{38, 102}, Properties: map[string]any{"name": "a"}}, []string{"geometry: out of range"}},
		"projected":      {Feature{ID: "0001", Geometry: orb.Point{34512345, 4200000}, Properties: map[string]any{"name": "a"}}, []string{"geometry: out of range"}},
		"a name's worth": {Feature{ID: "0001x", Geometry: orb.Point{1, 2}, Properties: map[string]any{"name": "a"}}, []string{"id: not an id"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Validate(posts, test.feature, nil)
			if len(got) != len(test.want) {
				t.Fatalf("got %v, want %v", got, test.want)
			}
			for i, want := range test.want {
				column, fault, _ := strings.Cut(want, ": ")
				if got[i].Column != column || !strings.Contains(got[i].Fault, fault) || got[i].Cure == "" {
					t.Errorf("got %+v, want %s", got[i], want)
				}
			}
		})
	}
}

// An area tree may come without boundaries; nothing else may.
func TestOnlyAreasMayLackGeometry(t *testing.T) {
	tree := posts
	tree.Storage = InArea
	if got := Validate(tree, Feature{ID: "0001", Properties: map[string]any{"name": "a"}}, nil); len(got) != 0 {
		t.Error(got)
	}
}
