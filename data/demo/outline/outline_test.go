package outline

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"sitmap/data/demo/planar"
)

// The areas that the raw outline has in an equal-area projection, in km²; the
// repaired one must be within half a percent.
var published = map[int32]float64{620602: 4913, 620621: 15841, 620622: 5051, 620623: 6633}

func TestCountiesKeepTheirArea(t *testing.T) {
	arcs, err := Arcs()
	if err != nil {
		t.Fatal(err)
	}
	outline := planar.NewOutline(arcs)
	for county, want := range published {
		rings := outline.Rings(county)
		if len(rings) != 1 {
			t.Fatalf("county %d has %d rings", county, len(rings))
		}
		if got := sphereArea(rings[0]) / 1e6; math.Abs(got/want-1) > 0.005 {
			t.Errorf("county %d has %.0f km², want about %.0f", county, got, want)
		}
	}
}

// sphereArea is the area of a ring on a sphere with the authalic radius
// (Chamberlain and Duquette, "Some algorithms for polygons on a sphere", 2007).
func sphereArea(ring []planar.Point) float64 {
	const radius = 6371007.2
	sum := 0.0
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		sum += float64(b.X-a.X) * (2 + math.Sin(float64(a.Y)/1e6*math.Pi/180) + math.Sin(float64(b.Y)/1e6*math.Pi/180))
	}
	return math.Abs(sum / 1e6 * math.Pi / 180 * radius * radius / 2)
}

func TestArcsMeetOnlyAtTheirEnds(t *testing.T) {
	arcs, err := Arcs()
	if err != nil {
		t.Fatal(err)
	}
	var all []planar.Segment
	for _, arc := range arcs {
		for i := 1; i < len(arc.Line); i++ {
			all = append(all, planar.Segment{A: arc.Line[i-1], B: arc.Line[i]})
		}
	}
	index := planar.IndexSegments(all, 4000)
	for i, s := range all {
		index.Near(s.A, s.B, func(j int) {
			u := all[j]
			joined := s.A == u.A || s.A == u.B || s.B == u.A || s.B == u.B
			if j != i && !joined && planar.Touch(s.A, s.B, u.A, u.B) {
				t.Errorf("%v–%v meets %v–%v", s.A, s.B, u.A, u.B)
			}
		})
	}
}

func TestWriteRead(t *testing.T) {
	arcs, err := Arcs()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := Write(&file, arcs); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file.Bytes(), counties) {
		t.Error("writing what was read gives another file")
	}
}

// Whatever the file holds, reading gives arcs that write to the same arcs, or
// an error.
func FuzzRead(f *testing.F) {
	f.Add([]byte("arc 620602 0 2\n1 2\n3 4\n"))
	f.Add([]byte("arc 0 0 1\n1 1\n"))
	f.Add([]byte("arc 1 2 99999999\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		arcs, err := Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := Write(&again, arcs); err != nil {
			t.Fatal(err)
		}
		back, err := Read(&again)
		if err != nil || !reflect.DeepEqual(back, arcs) {
			t.Fatalf("%v became %v: %v", arcs, back, err)
		}
	})
}
