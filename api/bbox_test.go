package api

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

func TestBoxes(t *testing.T) {
	tests := map[string]struct {
		text   string
		inside []orb.Point
		beyond []orb.Point
	}{
		"four numbers":             {"102,37,103,38", []orb.Point{{102, 37}, {103, 38}, {102.5, 37.5}}, []orb.Point{{101.9, 37.5}, {102.5, 38.1}}},
		"six numbers with heights": {"102,37,-50,103,38,9000", []orb.Point{{102.5, 37.5}}, []orb.Point{{104, 37.5}}},
		"spaces after the commas":  {"102, 37, 103, 38", []orb.Point{{102.5, 37.5}}, nil},
		"across the antimeridian":  {"170,-20,-170,20", []orb.Point{{175, 0}, {-175, 0}, {180, 0}}, []orb.Point{{0, 0}, {169, 0}, {-169, 0}}},
		"the whole globe":          {"-180,-90,180,90", []orb.Point{{0, 0}, {180, 90}}, nil},
		"a box without area":       {"102,37,102,37", []orb.Point{{102, 37}}, []orb.Point{{102, 37.1}}},
	}
	for name, test := range tests {
		var q layers.Query
		if err := setBox(&q, test.text); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, p := range test.inside {
			if !met(q, p) {
				t.Errorf("%s: %v is not inside", name, p)
			}
		}
		for _, p := range test.beyond {
			if met(q, p) {
				t.Errorf("%s: %v is inside", name, p)
			}
		}
	}
	for _, wrong := range []string{
		"", "1", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "NaN,0,1,1", "Inf,0,1,1", "0,1,1,0", "-181,0,1,1", "0,0,181,1", "0,-91,1,1", "0,0,1,91", "0,0,1,1e400", "0;0;1;1",
	} {
		if err := setBox(&layers.Query{}, wrong); err == nil {
			t.Errorf("%q passed for a box", wrong)
		}
	}
}

func met(q layers.Query, p orb.Point) bool {
	boxes, err := q.Boxes()
	return err == nil && slices.ContainsFunc(boxes, func(b orb.Bound) bool { return b.Contains(p) })
}

// Whatever the text, a box that is read lies on the globe.
func FuzzBox(f *testing.F) {
	for _, seed := range []string{"102,37,103,38", "170,-20,-170,20", "102,37,-50,103,38,9000", "1,2,3", "NaN,0,1,1", ",,,"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var q layers.Query
		if setBox(&q, text) != nil {
			return
		}
		boxes, err := q.Boxes()
		if err != nil || len(boxes) == 0 {
			t.Fatalf("%q gives no boxes: %v", text, err)
		}
		box := boxes[0]
		for _, b := range boxes {
			box = box.Union(b)
		}
		if !(box.Min[0] >= -180 && box.Max[0] <= 180 && box.Min[1] >= -90 && box.Max[1] <= 90) {
			t.Errorf("%q is the box %v", text, box)
		}
	})
}
