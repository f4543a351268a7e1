package postgis_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/data/embedded/pgtest"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
)

// A city of the size of the real one, on a warped lattice: 1,200 villages of 24
// grids each, about 26 vertices to a grid, 36,000 cameras, 25,000 roads and 18,500
// disputes with six transitions each.
const (
	acrossVillages, upVillages = 40, 30
	acrossGrids, upGrids       = 6, 4
)

// corner is a lattice point at the given number of grids from the south-west.
func corner(i, j int) orb.Point {
	h := fnv.New64a()
	fmt.Fprint(h, i, " ", j)
	r := rand.New(rand.NewPCG(h.Sum64(), 7))
	return orb.Point{102 + 2*(float64(i)+0.3*r.Float64())/(acrossVillages*acrossGrids), 37 + 2*(float64(j)+0.3*r.Float64())/(upVillages*upGrids)}
}

// edge is the wavy border between two lattice points, the same from both sides.
func edge(a, b orb.Point) orb.LineString {
	turned := a[0] > b[0] || a[0] == b[0] && a[1] > b[1]
	if turned {
		a, b = b, a
	}
	line := orb.LineString{a}
	for k := 1; k < 6; k++ {
		f := float64(k) / 6
		bend := 0.05 * math.Sin(f*2*math.Pi)
		line = append(line, orb.Point{a[0] + f*(b[0]-a[0]) - bend*(b[1]-a[1]), a[1] + f*(b[1]-a[1]) + bend*(b[0]-a[0])})
	}
	line = append(line, b)
	if turned {
		line.Reverse()
	}
	return line
}

// block is the outline of the lattice from (i, j) to (i2, j2).
func block(i, j, i2, j2 int) orb.Polygon {
	var ring orb.Ring
	walk := func(a, b orb.Point) { e := edge(a, b); ring = append(ring, e[:len(e)-1]...) }
	for k := i; k < i2; k++ {
		walk(corner(k, j), corner(k+1, j))
	}
	for k := j; k < j2; k++ {
		walk(corner(i2, k), corner(i2, k+1))
	}
	for k := i2; k > i; k-- {
		walk(corner(k, j2), corner(k-1, j2))
	}
	for k := j2; k > j; k-- {
		walk(corner(i, k), corner(i, k-1))
	}
	return orb.Polygon{append(ring, ring[0])}
}

// spread draws places that lie denser in the middle, as people live.
func spread(r *rand.Rand) orb.Point {
	return orb.Point{103 + 0.95*math.Tanh(r.NormFloat64()/2), 38 + 0.95*math.Tanh(r.NormFloat64()/2)}
}

func largeAreas() (list []layers.Feature, villages map[string][2]int) {
	villages = map[string][2]int{}
	add := func(code, level, parent, name string, g orb.Geometry) {
		list = append(list, layers.Feature{ID: code, Geometry: g, Synthetic: true, Properties: props{"code": code, "level": level, "parent": parent, "name": name}})
	}
	add("6206", "city", "", "武威市", nil)
	for c := range 4 {
		county := fmt.Sprintf("6206%02d", 21+c)
		add(county, "county", "6206", fmt.Sprintf("第%d县", c), nil)
		for t := range 10 {
			town := fmt.Sprintf("%s%03d", county, 100+t)
			add(town, "township", county, fmt.Sprintf("东风%d镇", t), nil)
			for v := range 30 {
				village := fmt.Sprintf("%s%03d", town, 200+v)
				at := [2]int{(10*c + t) * acrossGrids, v * upGrids}
				villages[village] = at
				add(village, "village", town, fmt.Sprintf("红旗%d村", v), block(at[0], at[1], at[0]+acrossGrids, at[1]+upGrids))
			}
		}
	}
	return list, villages
}

func largeGrids(villages map[string][2]int) []layers.Feature {
	var list []layers.Feature
	for village, at := range villages {
		for k := range acrossGrids * upGrids {
			i, j := at[0]+k%acrossGrids, at[1]+k/acrossGrids
			list = append(list, layers.Feature{ID: fmt.Sprintf("%s%03d", village, k+1), Geometry: block(i, j, i+1, j+1), Synthetic: true,
				Properties: props{"name": fmt.Sprintf("第%d网格", k+1), "setting": []string{"urban", "rural"}[k%2], "kind": "base", "staff_count": int64(k % 3), "household_band": "1-49"}})
		}
	}
	return list
}

func largeCameras() []layers.Feature {
	r := rand.New(rand.NewPCG(1, 1))
	list := make([]layers.Feature, 36000)
	for n := range list {
		list[n] = layers.Feature{ID: fmt.Sprintf("6206020000132%07d", n), Geometry: spread(r), Synthetic: true, Properties: props{
			"name": fmt.Sprintf("东大街与南关路口%d号", n), "kind": "fixed", "state": []string{"working", "faulty", "offline"}[n%3], "place_kind": "junction", "high_definition": true,
			"direction_deg": float64(n % 360), "fov_deg": 60.0, "range_m": 80.0, "owner": "市公安局", "legal_basis": "government", "filing": "filed", "in_service_on": "2015-06-01", "retention_days": int64(30), "sign_posted": true}}
	}
	return list
}

func largeRoads() []layers.Feature {
	r := rand.New(rand.NewPCG(2, 2))
	list := make([]layers.Feature, 25000)
	for n := range list {
		line := orb.LineString{spread(r)}
		for range 7 {
			last := line[len(line)-1]
			line = append(line, orb.Point{last[0] + 0.002*r.NormFloat64(), last[1] + 0.002*r.NormFloat64()})
		}
		list[n] = layers.Feature{ID: fmt.Sprintf("R%06d", n), Geometry: line, Synthetic: true,
			Properties: props{"name": fmt.Sprintf("乡道%d线", n/20), "class": []string{"county", "street", "village", "village"}[n%4], "length_m": 812.5, "speed_kmh": int64(40)}}
	}
	return list
}

func largeDisputes() (list []layers.Feature, steps []layers.Transition) {
	r := rand.New(rand.NewPCG(3, 3))
	for n := range 18500 {
		at := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * 50 * time.Minute)
		id := fmt.Sprintf("D%06d", n)
		list = append(list, layers.Feature{ID: id, Geometry: spread(r), Synthetic: true, Properties: props{
			"category": fmt.Sprintf("%02d", 1+n%15), "status": "closed", "found_at": at.Format(time.RFC3339), "deadline_at": at.AddDate(0, 0, 30).Format(time.RFC3339),
			"resolved_at": at.AddDate(0, 0, 9).Format(time.RFC3339), "closed_at": at.AddDate(0, 0, 12).Format(time.RFC3339), "unit": "司法所", "supervision": "none", "track": "grid", "found_by": "daily", "involved_band": "1-2"}})
		before := ""
		for k, to := range []string{"discovered", "registered", "accepted", "mediating", "resolved", "closed"} {
			steps = append(steps, layers.Transition{CaseID: id, At: at.AddDate(0, 0, 2*k), From: before, To: to, Unit: "司法所"})
			before = to
		}
	}
	return list, steps
}

func large(b *testing.B) *postgis.Store {
	b.Helper()
	url := pgtest.Database(b, "postgis benchmarks "+postgis.SchemaVersion(), func(ctx context.Context, url string) error {
		s, err := postgis.Open(ctx, url, catalog.All)
		if err != nil {
			return err
		}
		defer s.Close()
		return fillLarge(ctx, s, b.Logf)
	})
	return open(b, url)
}

func fillLarge(ctx context.Context, s *postgis.Store, log func(string, ...any)) error {
	list, villages := largeAreas()
	cases, steps := largeDisputes()
	start := time.Now()
	for _, one := range []struct {
		layer    string
		features []layers.Feature
	}{{"area", list}, {"grid", largeGrids(villages)}, {"camera", largeCameras()}, {"road", largeRoads()}, {"dispute", cases}} {
		began := time.Now()
		info := layers.Batch{Layer: one.layer, City: "6206", Synthetic: true}
		batch, err := s.Begin(ctx, info)
		if err != nil {
			return err
		}
		defer batch.Discard(context.WithoutCancel(ctx))
		if err := batch.Put(ctx, staged(one.features...)); err != nil {
			return err
		}
		put := time.Since(began)
		if one.layer == "dispute" {
			if err := batch.PutTransitions(ctx, steps); err != nil {
				return err
			}
		}
		rejects, err := batch.Check(ctx)
		if err != nil {
			return err
		}
		checked := time.Since(began)
		done, err := batch.Apply(ctx)
		if err != nil {
			return err
		}
		log("%-8s %6d stored, %d rejected: put %v, checked after %v, applied after %v", one.layer, done.Stored, len(rejects), put.Round(time.Millisecond), checked.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	}
	log("the whole city in %v", time.Since(start).Round(time.Millisecond))
	return nil
}

// BenchmarkLoad stores the whole city.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := open(b, pgtest.URL(b))
		b.StartTimer()
		if err := fillLarge(b.Context(), s, b.Logf); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTile makes tiles over the middle of the city.
func BenchmarkTile(b *testing.B) {
	s := large(b)
	for _, one := range []struct {
		layer string
		zooms []maptile.Zoom
	}{{"area", []maptile.Zoom{7, 9, 12}}, {"grid", []maptile.Zoom{9, 10, 11, 12, 14}}, {"camera", []maptile.Zoom{7, 9, 11, 13, 14, 16}}, {"road", []maptile.Zoom{9, 11, 12, 14}}, {"dispute", []maptile.Zoom{8, 12, 14}}} {
		l, err := catalog.All.Layer(one.layer)
		if err != nil {
			b.Fatal(err)
		}
		for _, z := range one.zooms {
			b.Run(fmt.Sprintf("%s/z%d", one.layer, z), func(b *testing.B) {
				size := 0
				for b.Loop() {
					body, err := s.EncodeTile(b.Context(), l, maptile.At(orb.Point{103.001, 38.001}, z), layers.Query{}, all)
					if err != nil {
						b.Fatal(err)
					}
					size = len(body)
				}
				b.ReportMetric(float64(size), "B/tile")
			})
		}
	}
}

// BenchmarkSearch looks for what people type.
func BenchmarkSearch(b *testing.B) {
	s := large(b)
	for _, text := range []string{"红旗", "hq", "dongfeng", "南关路口12345", "62062100010", "第7网格", "乡道99", "没有这个"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Search(b.Context(), text, 12, all); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
