package mvttest

import (
	"testing"

	"sitmap/tiles/mvt"
)

// What is valid follows from OGC 06-103r4, 6.1.11 and 6.1.14: on paper.
func TestValidity(t *testing.T) {
	square := func(x, y, side int64) []mvt.XY {
		return []mvt.XY{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}}
	}
	tests := map[string]struct {
		polygons []mvt.Rings
		valid    bool
	}{
		"no polygons":                    {nil, true},
		"a square with a hole":           {[]mvt.Rings{{square(0, 0, 9), square(2, 2, 4)}}, true},
		"a hole that touches in a point": {[]mvt.Rings{{square(0, 0, 9), {{0, 4}, {4, 2}, {4, 6}}}}, true},
		"parts that touch in a point":    {[]mvt.Rings{{square(0, 0, 9)}, {square(9, 9, 9)}}, true},
		"a part in another's hole":       {[]mvt.Rings{{square(0, 0, 9), square(1, 1, 7)}, {square(3, 3, 2)}}, true},
		"a bow tie":                      {[]mvt.Rings{{{{0, 0}, {9, 9}, {9, 0}, {0, 9}}}}, false},
		"a spike":                        {[]mvt.Rings{{{{0, 0}, {9, 0}, {14, 0}, {9, 0}, {9, 9}}}}, false},
		"a ring through itself":          {[]mvt.Rings{{{{0, 0}, {4, 4}, {8, 0}, {8, 8}, {4, 4}, {0, 8}}}}, false},
		"a hole outside":                 {[]mvt.Rings{{square(0, 0, 9), square(20, 20, 4)}}, false},
		"a hole along the edge":          {[]mvt.Rings{{square(0, 0, 9), square(0, 2, 4)}}, false},
		"holes that overlap":             {[]mvt.Rings{{square(0, 0, 20), square(2, 2, 6), square(4, 4, 6)}}, false},
		"parts that overlap":             {[]mvt.Rings{{square(0, 0, 9)}, {square(5, 5, 9)}}, false},
		"parts with a common edge":       {[]mvt.Rings{{square(0, 0, 9)}, {square(9, 0, 9)}}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := validity(test.polygons); (err == nil) != test.valid {
				t.Errorf("%v, want valid: %t", err, test.valid)
			}
		})
	}
}
