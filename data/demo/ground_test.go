package demo

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"

	"sitmap/data/demo/outline"
	"sitmap/data/demo/planar"
	"sitmap/layers"
)

// lattice gives the exact whole numbers back that a ring was made of.
func lattice(r orb.Ring) []place {
	points := make([]place, 0, len(r)-1)
	for _, p := range r[:len(r)-1] {
		points = append(points, at(p[0], p[1]))
	}
	return points
}

type edge struct{ from, to place }

// borders counts the directed edges of a set of polygons.
func borders(t *testing.T, features []layers.Feature) map[edge]int {
	t.Helper()
	count := make(map[edge]int)
	for _, f := range features {
		for i, ring := range f.Geometry.(orb.Polygon) {
			points := lattice(ring)
			if area := planar.Area2(points); (area > 0) != (i == 0) {
				t.Errorf("%s: ring %d runs the wrong way round", f.ID, i)
			}
			for j, p := range points {
				count[edge{p, points[(j+1)%len(points)]}]++
			}
		}
	}
	return count
}

// ofLevel are the areas whose code has so many digits; 15 means the grids.
func ofLevel(c *City, digits int) []layers.Feature {
	if digits == 15 {
		return c.Layer("grid")
	}
	var list []layers.Feature
	for _, f := range c.Layer("area") {
		if len(f.ID) == digits {
			list = append(list, f)
		}
	}
	return list
}

// At every level each border is used once in each direction, but for the
// city's own, and what is left over is exactly the border of the level above:
// no gap, no overlap, no vertex on one side only.
func TestEveryLevelIsACoverage(t *testing.T) {
	c := demoCity(t)
	for _, level := range []struct{ digits, above int }{{15, 12}, {12, 9}, {9, 6}, {6, 4}} {
		groups := make(map[string][]layers.Feature)
		for _, f := range ofLevel(c, level.digits) {
			groups[f.ID[:level.above]] = append(groups[f.ID[:level.above]], f)
		}
		parents := ofLevel(c, level.above)
		if len(groups) != len(parents) {
			t.Errorf("%d units of %d digits have children, want %d", len(groups), level.above, len(parents))
		}
		for _, parent := range parents {
			inner := borders(t, groups[parent.ID])
			outer := borders(t, []layers.Feature{parent})
			for e, n := range inner {
				back := inner[edge{e.to, e.from}]
				switch {
				case n != 1:
					t.Fatalf("%s: edge %v occurs %d times", parent.ID, e, n)
				case back == 0 && outer[e] != 1:
					t.Fatalf("%s: edge %v is neither shared nor on the border", parent.ID, e)
				case back == 1 && outer[e] != 0:
					t.Fatalf("%s: edge %v is shared and on the border", parent.ID, e)
				}
			}
			for e := range outer {
				if inner[e] != 1 {
					t.Fatalf("%s: border %v belongs to no child", parent.ID, e)
				}
			}
		}
	}
}

func TestAreasAddUp(t *testing.T) {
	c := demoCity(t)
	arcs, err := outline.Arcs()
	if err != nil {
		t.Fatal(err)
	}
	real := planar.NewOutline(arcs)
	grids := make(map[string]int64)
	for _, f := range c.Layer("grid") {
		for _, ring := range f.Geometry.(orb.Polygon) {
			grids[f.ID[:6]] += planar.Area2(lattice(ring))
		}
	}
	for _, county := range countyPlans() {
		want := float64(planar.Area2(real.Rings(county.code)[0]))
		got := float64(grids[fmt.Sprint(county.code)])
		if math.Abs(got/want-1) > 1e-6 {
			t.Errorf("the grids of %s cover %.0f, the county %.0f", county.nameEn, got, want)
		}
	}
}

// No border of a grid crosses another: with the shared edges this makes every
// grid a simple polygon.
func TestGridBordersDoNotCross(t *testing.T) {
	var all []planar.Segment
	for e := range borders(t, demoCity(t).Layer("grid")) {
		if e.from.X < e.to.X || e.from.X == e.to.X && e.from.Y < e.to.Y {
			all = append(all, planar.Segment{A: e.from, B: e.to})
		}
	}
	index := planar.IndexSegments(all, 4000)
	for i, s := range all {
		index.Near(s.A, s.B, func(j int) {
			if _, _, cut := planar.Cut(s.A, s.B, all[j].A, all[j].B); cut && j > i {
				t.Errorf("%v–%v crosses %v–%v", s.A, s.B, all[j].A, all[j].B)
			}
		})
	}
}

// An independent library agrees that every polygon is valid.
func TestPolygonsAreValid(t *testing.T) {
	c := demoCity(t)
	for _, layer := range []string{"area", "grid", "water", "key_area"} {
		for _, f := range c.Layer(layer) {
			bytes, err := wkb.Marshal(f.Geometry)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := geom.UnmarshalWKB(bytes); err != nil {
				t.Errorf("%s %s: %v", layer, f.ID, err)
			}
		}
	}
}

// The numbers of the statistical code table of 2023 and the census of 2020.
func TestAreaTree(t *testing.T) {
	want := map[string]map[string]int{
		"620602": {"township": 50, "village": 550, "statistical": 4, "subdistrict": 9, "residents": 103, "village_like": 5},
		"620621": {"township": 18, "village": 291, "statistical": 0, "subdistrict": 0, "residents": 29, "village_like": 14},
		"620622": {"township": 19, "village": 193, "statistical": 0, "subdistrict": 0, "residents": 7, "village_like": 0},
		"620623": {"township": 21, "village": 206, "statistical": 2, "subdistrict": 0, "residents": 28, "village_like": 2},
	}
	population := map[string]int64{"620602": 885277, "620621": 178470, "620622": 250177, "620623": 151031}
	people := map[int]map[string]int64{9: {}, 12: {}}
	got := make(map[string]map[string]int)
	names := make(map[string]bool)
	ids := make(map[string]bool)
	for _, f := range demoCity(t).Layer("area") {
		ids[f.ID] = true
	}
	for _, f := range demoCity(t).Layer("area") {
		if parent, ok := f.Properties["parent"].(string); ok && (!ids[parent] || !strings.HasPrefix(f.ID, parent)) {
			t.Errorf("%s has the parent %s", f.ID, parent)
		}
		if len(f.ID) < 9 {
			continue
		}
		county := f.ID[:6]
		if got[county] == nil {
			got[county] = make(map[string]int)
		}
		got[county][f.Properties["level"].(string)]++
		got[county][f.Properties["kind"].(string)]++
		people[len(f.ID)][county] += f.Properties["population"].(int64)
		if key := county + f.Properties["name"].(string); names[key] {
			t.Errorf("the name %s occurs twice in %s", f.Properties["name"], county)
		} else {
			names[key] = true
		}
		checkCode(t, f)
	}
	for county, numbers := range want {
		for what, n := range numbers {
			if got[county][what] != n {
				t.Errorf("%s has %d %s, want %d", county, got[county][what], what, n)
			}
		}
		if people[9][county] != population[county] || people[12][county] != population[county] {
			t.Errorf("%s: %d people by township, %d by village, want %d", county, people[9][county], people[12][county], population[county])
		}
	}
}

// checkCode holds a code to the ranges that tell the kind of a unit.
func checkCode(t *testing.T, f layers.Feature) {
	t.Helper()
	ranges := map[string][2]int{
		"subdistrict": {1, 99}, "town": {100, 199}, "rural_township": {200, 399}, "statistical": {400, 599},
		"residents": {1, 199}, "villagers": {200, 399}, "village_like": {400, 599},
	}
	var n int
	fmt.Sscan(strings.TrimLeft(f.ID[len(f.ID)-3:], "0"), &n)
	if r := ranges[f.Properties["kind"].(string)]; n < r[0] || n > r[1] {
		t.Errorf("%s is a %s, whose numbers run from %d to %d", f.ID, f.Properties["kind"], r[0], r[1])
	}
}

// The four seats stand in a built-up unit of the kind their county has.
func TestSeatsLieInTheirTowns(t *testing.T) {
	c := demoCity(t)
	want := map[string]string{"620602": "subdistrict", "620621": "town", "620622": "town", "620623": "town"}
	for _, county := range countyPlans() {
		town, village := "", ""
		for _, f := range c.Layer("area") {
			if planar.Inside(county.seat, lattice(f.Geometry.(orb.Polygon)[0])) {
				switch len(f.ID) {
				case 9:
					town = f.Properties["kind"].(string)
				case 12:
					village = f.Properties["kind"].(string)
				}
			}
		}
		if code := fmt.Sprint(county.code); town != want[code] || village != "residents" {
			t.Errorf("the seat of %s lies in a %s, in a unit of %s", county.nameEn, town, village)
		}
	}
}

func TestGrids(t *testing.T) {
	c := demoCity(t)
	grids := c.Layer("grid")
	if staff := sum(grids, "staff_count", every); staff != 34639 {
		t.Errorf("%d grid staff, want 34639", staff)
	}
	idle := tally(grids, "staff_count")[int64(0)]
	between(t, "grids without staff", idle, 1, 2000)
	between(t, "urban grids", tally(grids, "setting")["urban"], 3000, 9000)
	vertices := 0
	sequence := make(map[string]int)
	for _, f := range grids {
		vertices += len(f.Geometry.(orb.Polygon)[0]) - 1
		sequence[f.ID[:12]]++
		if want := fmt.Sprintf("%s%03d", f.ID[:12], sequence[f.ID[:12]]); f.ID != want {
			t.Fatalf("grid %s, want %s: sequences have no holes", f.ID, want)
		}
	}
	between(t, "vertices in the mean grid", vertices/len(grids), 20, 30)
	if len(sequence) != 1240 {
		t.Errorf("%d villages have grids, want 1240", len(sequence))
	}
}

// Points and representative points lie in the grid that their area names.
func TestPointsLieInTheirArea(t *testing.T) {
	c := demoCity(t)
	shape := make(map[int64]orb.Polygon)
	for _, f := range c.Layer("grid") {
		shape[f.Area] = f.Geometry.(orb.Polygon)
	}
	for _, l := range c.Layers {
		outside := 0
		for _, f := range l.Features {
			p, ok := f.Geometry.(orb.Point)
			if !ok {
				continue
			}
			ring, known := shape[f.Area]
			if !known {
				outside++
			} else if !planar.Inside(at(p[0], p[1]), lattice(ring[0])) {
				t.Errorf("%s %s does not lie in grid %d", l.Layer, f.ID, f.Area)
			}
		}
		if outside > 0 {
			t.Errorf("%d features of %s lie in no grid", outside, l.Layer)
		}
	}
}

// No invented name is one of a real township or village. The code table is
// not part of this repository: the test asks it where it is at hand.
func TestNamesAreInvented(t *testing.T) {
	folder := os.Getenv("SITMAP_TEST_DATA")
	if folder == "" {
		t.Skip("SITMAP_TEST_DATA is not set")
	}
	var real []string
	for _, name := range []string{"townships.csv", "villages.csv"} {
		file, err := os.Open(filepath.Join(folder, "wuwei", name))
		if err != nil {
			t.Skip(err)
		}
		rows, err := csv.NewReader(file).ReadAll()
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			real = append(real, row[1])
		}
	}
	all := strings.Join(real, " ")
	for _, n := range newNameBook(roll(1, "test")).names {
		if strings.Contains(all, n.zh) {
			t.Errorf("%s is part of a real name", n.zh)
		}
	}
	for _, county := range countyPlans() {
		for _, unit := range county.statistical {
			if strings.Contains(all, unit.name) {
				t.Errorf("%s is a real name", unit.name)
			}
		}
	}
}
