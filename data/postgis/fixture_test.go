package postgis_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// The city of the tests is a square of two degrees, 102–104 E and 37–39 N. Its
// western half is county 620621, its eastern half 620622; each is cut from south
// to north into two townships of two villages of four grids.

var (
	west = access.Scope{Area: layers.AreaRange{Low: 620621_000000000, High: 620621_999999999}, Cases: true}
	east = access.Scope{Area: layers.AreaRange{Low: 620622_000000000, High: 620622_999999999}, Cases: true}
	all  = access.System
)

func rect(w, s, e, n float64) orb.Polygon {
	return orb.Polygon{{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}}
}

func layer(t testing.TB, id string) layers.Layer {
	t.Helper()
	l, err := catalog.All.Layer(id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// city opens a store of a database of the test's own that holds the city.
func city(t testing.TB) *postgis.Store {
	t.Helper()
	s, _ := cityAt(t)
	return s
}

func cityAt(t testing.TB) (*postgis.Store, string) {
	t.Helper()
	url := pgtest.Database(t, "postgis tests, city, "+postgis.SchemaVersion(), func(ctx context.Context, url string) error {
		s, err := postgis.Open(ctx, url, catalog.All)
		if err != nil {
			return err
		}
		defer s.Close()
		return fill(ctx, s)
	})
	return open(t, url), url
}

func open(t testing.TB, url string) *postgis.Store {
	t.Helper()
	s, err := postgis.Open(t.Context(), url, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func fill(ctx context.Context, s *postgis.Store) error {
	for _, one := range []struct {
		batch layers.Batch
		rows  []layers.Staged
	}{
		{layers.Batch{Layer: "area"}, areas()},
		{layers.Batch{Layer: "grid", City: "6206"}, grids()},
		{layers.Batch{Layer: "camera", City: "6206"}, cameras()},
		{layers.Batch{Layer: "road", City: "6206"}, roads()},
		{layers.Batch{Layer: "key_area", City: "6206"}, keyAreas()},
		{layers.Batch{Layer: "dispute", City: "6206"}, disputes()},
	} {
		one.batch.File = one.batch.Layer + ".test"
		if _, rejects, err := load(ctx, s, one.batch, one.rows); err != nil || len(rejects) > 0 {
			return fmt.Errorf("%s: %v %v", one.batch.Layer, rejects, err)
		}
	}
	return nil
}

// load imports rows as intake does.
func load(ctx context.Context, s *postgis.Store, info layers.Batch, rows []layers.Staged) (layers.Batch, []layers.Problem, error) {
	b, err := s.Begin(ctx, info)
	if err != nil {
		return info, nil, err
	}
	defer b.Discard(context.WithoutCancel(ctx))
	if err := b.Put(ctx, rows); err != nil {
		return info, nil, err
	}
	rejects, err := b.Check(ctx)
	if err != nil {
		return info, nil, err
	}
	info, err = b.Apply(ctx)
	return info, rejects, err
}

// mustLoad is load for rows that are right.
func mustLoad(t testing.TB, s *postgis.Store, info layers.Batch, rows []layers.Staged) layers.Batch {
	t.Helper()
	done, rejects, err := load(t.Context(), s, info, rows)
	if err != nil || len(rejects) > 0 {
		t.Fatalf("import of %s: %v %v", info.Layer, rejects, err)
	}
	return done
}

// staged numbers features as rows of a file.
func staged(features ...layers.Feature) []layers.Staged {
	all := make([]layers.Staged, len(features))
	for i, f := range features {
		all[i] = layers.Staged{Row: i + 1, Feature: f}
	}
	return all
}

type props = map[string]any

func areas() []layers.Staged {
	var list []layers.Feature
	add := func(code, level, parent, name string, g orb.Geometry) {
		list = append(list, layers.Feature{ID: code, Geometry: g, Synthetic: true,
			Properties: props{"code": code, "level": level, "parent": parent, "name": name, "population": int64(1000)}})
	}
	add("6206", "city", "", "武威市", rect(102, 37, 104, 39))
	for c, county := range []string{"620621", "620622"} {
		w := 102 + float64(c)
		add(county, "county", "6206", []string{"民勤县", "古浪县"}[c], rect(w, 37, w+1, 39))
		for t := range 2 {
			town := fmt.Sprintf("%s%03d", county, 100+t)
			s := 37 + float64(t)
			add(town, "township", county, fmt.Sprintf("甲%d镇", 2*c+t), rect(w, s, w+1, s+1))
			for v := range 2 {
				village := fmt.Sprintf("%s%03d", town, 200+v)
				vs := s + float64(v)/2
				add(village, "village", town, fmt.Sprintf("东关%d村", 4*c+2*t+v), rect(w, vs, w+1, vs+0.5))
			}
		}
	}
	return staged(list...)
}

// grids are four to a village, side by side.
func grids() []layers.Staged {
	var list []layers.Feature
	for _, a := range areas() {
		if a.Feature.Properties["level"] != "village" {
			continue
		}
		b := a.Feature.Geometry.Bound()
		for i := range 4 {
			w := b.Min[0] + float64(i)/4
			list = append(list, layers.Feature{ID: fmt.Sprintf("%s%03d", a.Feature.ID, i+1), Geometry: rect(w, b.Min[1], w+0.25, b.Max[1]), Synthetic: true,
				Properties: props{"name": fmt.Sprintf("网格%d", i+1), "setting": []string{"urban", "rural"}[i%2], "staff_count": int64(i)}})
		}
	}
	return staged(list...)
}

// cameras are 400, on a lattice that no border touches.
func cameras() []layers.Staged {
	var list []layers.Feature
	for i := range 20 {
		for j := range 20 {
			n := 20*i + j
			state := []string{"working", "working", "working", "faulty"}[n%4]
			list = append(list, layers.Feature{ID: fmt.Sprintf("6206020000132%07d", n), Geometry: orb.Point{102.05 + 0.1*float64(i), 37.05 + 0.1*float64(j)}, Synthetic: true,
				Properties: props{"name": fmt.Sprintf("东大街%d号", n), "state": state, "place_kind": "main_road", "high_definition": n%2 == 0, "direction_deg": float64(n%360) + 0.5, "retention_days": int64(30 + n%3)}})
		}
	}
	return staged(list...)
}

func roads() []layers.Staged {
	return staged(
		layers.Feature{ID: "r1", Geometry: orb.LineString{{102.1, 37.1}, {102.9, 38.9}}, Properties: props{"name": "长城路", "class": "trunk", "length_m": 212345.5, "bridge": true}},
		layers.Feature{ID: "r2", Geometry: orb.LineString{{101.5, 38.01}, {104.5, 38.01}}, Properties: props{"name": "连霍高速", "class": "motorway", "length_m": 262000.0}},
		layers.Feature{ID: "r3", Geometry: orb.LineString{{103.1, 37.1}, {103.11, 37.1}}, Properties: props{"name": "村道", "class": "village", "length_m": 880.0}},
	)
}

func keyAreas() []layers.Staged {
	return staged(
		layers.Feature{ID: "k1", Geometry: rect(102.2, 37.2, 102.4, 37.4), Properties: props{"name": "车站周边", "level": "city", "kind": "station_area", "state": "working"}},
		layers.Feature{ID: "k2", Geometry: orb.Point{103.3, 38.3}, Properties: props{"name": "市场", "level": "county", "kind": "market", "state": "listed"}},
	)
}

// disputes are 120, ten a month of 2016 in turn west and east; the first 100 are
// resolved, the first 80 of them closed.
func disputes() []layers.Staged {
	var list []layers.Feature
	for n := range 120 {
		found := time.Date(2016, time.Month(1+n%12), 1+n/12, 2, 0, 0, 0, time.UTC)
		p := props{"category": fmt.Sprintf("%02d", 1+n%5), "found_at": found.Format(time.RFC3339), "status": "mediating", "unit": "司法所", "supervision": "none"}
		if n < 100 {
			p["status"], p["resolved_at"] = "resolved", found.AddDate(0, 0, 10).Format(time.RFC3339)
		}
		if n < 80 {
			p["status"], p["closed_at"] = "closed", found.AddDate(0, 0, 12).Format(time.RFC3339)
		}
		list = append(list, layers.Feature{ID: fmt.Sprintf("D%04d", n), Geometry: orb.Point{102.5 + float64(n%2), 37.1 + 0.0123*float64(n)}, Properties: p, Synthetic: true})
	}
	return staged(list...)
}

// with is a copy of the properties with one changed.
func with(p props, name string, v any) props {
	p = maps.Clone(p)
	p[name] = v
	return p
}

// connect looks into the database past the store.
func connect(t testing.TB, s *postgis.Store) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

// one is the single value of a query.
func one[T any](t testing.TB, s *postgis.Store, sql string, args ...any) (v T) {
	t.Helper()
	conn := connect(t, s)
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// catalogLayer is layer without a test to fail.
func catalogLayer(id string) (layers.Layer, error) { return catalog.All.Layer(id) }
