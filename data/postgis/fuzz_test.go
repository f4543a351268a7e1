package postgis_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/data/postgis"
	"sitmap/layers"
)

// Whatever is asked, the answer is features or a fault of the asker's, and never
// more than an unfiltered question would give.
func FuzzQuery(f *testing.F) {
	f.Add("camera", "state", "faulty", 102.0, 37.0, 103.0, 38.0, int64(0), int64(0), int32(0), 10)
	f.Add("dispute", "found_at", "2016-01-01T02:00:00Z", 102.0, 37.0, 102.0, 37.0, int64(1e9), int64(2e9), int32(5), 0)
	f.Add("area", "parent", "' or true --", 179.0, 37.0, -179.0, 38.0, int64(0), int64(0), int32(math.MaxInt32), 1)
	f.Add("grid", "name", "\xff\x00", math.NaN(), math.Inf(1), 0.0, 0.0, int64(math.MinInt64), int64(math.MaxInt64), int32(-1), -1)
	f.Add("road", "length_m", "1e400", 1e308, -1e308, 0.0, 0.0, int64(-1e15), int64(1e15), int32(0), 1)
	s := city(f)
	f.Fuzz(func(t *testing.T, id, field, text string, w, so, e, n float64, from, to int64, after int32, limit int) {
		l, err := catalogLayer(id)
		if err != nil {
			return
		}
		values := []any{text}
		if declared, ok := l.Field(field); ok {
			if v, err := declared.Parse(text, nil, time.UTC); err == nil && v != nil {
				values = append(values[:0], v)
			}
		}
		q := layers.Query{After: after, Limit: limit, Bounds: &orb.Bound{Min: orb.Point{w, so}, Max: orb.Point{e, n}},
			Filters: []layers.Filter{{Field: field, Values: values}}}
		if from != 0 {
			q.Window.From = time.Unix(from%1e12, 0)
		}
		if to != 0 {
			q.Window.To = time.Unix(to%1e12, 0)
		}
		drawn := orb.MultiPolygon{{{{w, so}, {e, so}, {e, n}, {w, n}, {w, so}}}}
		for _, within := range []orb.MultiPolygon{nil, drawn} {
			q.Within = within
			got := 0
			err = s.Features(t.Context(), l, q, west, func(f layers.Feature) error { got++; return nil })
			if err != nil && !errors.Is(err, layers.ErrInvalid) {
				t.Errorf("%s: %v", id, err)
			}
			if limit > 0 && got > limit {
				t.Errorf("%d features, %d wanted", got, limit)
			}
			if _, err := s.Totals(t.Context(), l, q, west); err != nil && !errors.Is(err, layers.ErrInvalid) {
				t.Errorf("%s: totals: %v", id, err)
			}
		}
	})
}

// Any tile is bytes, or a fault of the asker's.
func FuzzTile(f *testing.F) {
	f.Add("camera", uint32(0), uint32(0), uint32(0))
	f.Add("area", uint32(3216), uint32(1577), uint32(12))
	f.Add("key_area", uint32(4194303), uint32(4194303), uint32(22))
	f.Add("dispute", uint32(math.MaxUint32), uint32(math.MaxUint32), uint32(math.MaxUint32))
	s := city(f)
	f.Fuzz(func(t *testing.T, id string, x, y, z uint32) {
		l, err := catalogLayer(id)
		if err != nil {
			return
		}
		_, err = s.EncodeTile(t.Context(), l, maptile.New(x, y, maptile.Zoom(z)), layers.Query{}, all)
		if err != nil && !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%s %d/%d/%d: %v", id, z, x, y, err)
		}
	})
}

// Whatever shape is put, the import ends with a verdict on the row.
func FuzzPut(f *testing.F) {
	f.Add("k", "名", 102.5, 37.5, 102.6, 37.6, 4)
	f.Add("", "\x00", math.NaN(), math.Inf(-1), 1e308, 0.0, 2)
	f.Add("\xff", "\xff", 102.5, 37.5, 102.5, 37.5, 1)
	s := city(f)
	f.Fuzz(func(t *testing.T, id, title string, x, y, x2, y2 float64, n int) {
		ring := orb.Ring{{x, y}, {x2, y}, {x2, y2}, {x, y2}}
		g := orb.Polygon{ring[:max(0, min(n, 4))]}
		feature := layers.Feature{ID: id, Geometry: g, Properties: props{"name": title, "level": "city", "kind": "market", "state": "listed"}}
		if len(layers.Validate(layer(t, "key_area"), feature, nil)) > 0 {
			return // intake lets no such row pass
		}
		_, _, err := load(t.Context(), s, layers.Batch{Layer: "key_area", City: "6206"}, staged(feature))
		if err != nil {
			t.Errorf("%q %v: %v", id, g, err)
		}
	})
}

// What is written is read back the same.
func FuzzEWKB(f *testing.F) {
	f.Add(1.5, 2.5, 3.5, 4.5, 5)
	f.Fuzz(func(t *testing.T, a, b, c, d float64, kind int) {
		for _, v := range []float64{a, b, c, d} {
			if math.IsNaN(v) {
				return // equal to nothing, itself included
			}
		}
		line, ring := orb.LineString{{a, b}, {c, d}}, orb.Ring{{a, b}, {c, b}, {c, d}, {a, d}, {a, b}}
		g := []orb.Geometry{orb.Point{a, b}, line, orb.MultiLineString{line, line}, orb.Polygon{ring, ring}, orb.MultiPolygon{{ring}, {ring}}}[uint(kind)%5]
		bytes, err := postgis.ToEWKB(g)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := postgis.FromEWKB(bytes); err != nil || !orb.Equal(got, g) {
			t.Errorf("%v became %v (%v)", g, got, err)
		}
	})
}
