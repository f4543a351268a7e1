package layers

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

func TestBoxes(t *testing.T) {
	bound := func(w, s, e, n float64) orb.Bound {
		return orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{e, n}}
	}
	for _, test := range []struct {
		bounds orb.Bound
		want   []orb.Bound // nil where the bounds are wrong
	}{
		{bound(102, 37, 103, 38), []orb.Bound{bound(102, 37, 103, 38)}},
		{bound(102, 37, 102, 37), []orb.Bound{bound(102, 37, 102, 37)}},
		{bound(170, -20, -170, 20), []orb.Bound{bound(170, -20, 180, 20), bound(-180, -20, -170, 20)}},
		{bound(102, 38, 103, 37), nil},
		{bound(math.NaN(), 0, 1, 1), nil},
		{bound(0, 0, math.Inf(1), 1), nil},
		{bound(0, 0, 361, 1), nil},
	} {
		got, err := Query{Bounds: &test.bounds}.Boxes()
		if !slices.Equal(got, test.want) || (test.want == nil) != errors.Is(err, ErrInvalid) {
			t.Errorf("%v is %v, %v; want %v", test.bounds, got, err, test.want)
		}
	}
	if got, err := (Query{}).Boxes(); got != nil || err != nil {
		t.Errorf("no bounds are %v, %v", got, err)
	}
}

func TestFilterValuesAreTyped(t *testing.T) {
	for kind, test := range map[FieldType]struct{ right, wrong []any }{
		String:  {[]any{"", "东街"}, []any{int64(1), "\xff", "a\x00", nil}},
		Coded:   {[]any{"05"}, []any{5.0}},
		Integer: {[]any{int64(-1)}, []any{1, 1.0, "1"}},
		Number:  {[]any{1.5}, []any{int64(1), "1.5"}},
		Boolean: {[]any{true, false}, []any{"true", int64(1)}},
		Time:    {[]any{"2016-09-30T08:00:00Z", "2016-09-30T16:00:00+08:00"}, []any{"2016-09-30", "soon", true}},
	} {
		field := Field{Name: "thing", Type: kind}
		if err := (Filter{"thing", test.right}).Check(field); err != nil {
			t.Errorf("%s: %v is refused: %v", kind, test.right, err)
		}
		for _, v := range test.wrong {
			if err := (Filter{"thing", append(slices.Clone(test.right), v)}).Check(field); !errors.Is(err, ErrInvalid) {
				t.Errorf("%s: %v gives %v", kind, v, err)
			}
		}
	}
}
