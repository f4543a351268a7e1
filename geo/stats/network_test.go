package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

func network(t testing.TB, junctions int, stretches ...Stretch) *Network {
	t.Helper()
	return must[*Network](t)(NewNetwork(junctions, stretches))
}

// along is the kernel on a line: 15/(16h) (1 − d²/h²)².
func along(d, h float64) float64 {
	u := 1 - d*d/h/h
	if math.Abs(d) >= h {
		return 0
	}
	return 15.0 / 16 / h * u * u
}

// mass is the integral of the density of events over all roads.
func mass(t testing.TB, n *Network, events []RoadPlace, h float64, split Split) float64 {
	t.Helper()
	places, lengths, err := n.Lixels(h / 100)
	if err != nil {
		t.Fatal(err)
	}
	density := must[[]float64](t)(n.Density(events, nil, places, h, split))
	total := 0.0
	for i, d := range density {
		total += d * lengths[i]
	}
	return total
}

// One event on one road: 15/(16h) at its place, (3/4)² of it half a bandwidth
// away, nothing from h on; the same when the road is cut into pieces.
func TestRoadDensityOnALine(t *testing.T) {
	whole := network(t, 2, Stretch{0, 1, 5000})
	cut := network(t, 4, Stretch{1, 0, 1800}, Stretch{1, 2, 1000}, Stretch{3, 2, 2200})
	for _, split := range []Split{Discontinuous, Continuous} {
		got := must[[]float64](t)(whole.Density([]RoadPlace{{0, 2500}}, nil, []RoadPlace{{0, 2500}, {0, 3000}, {0, 1500}, {0, 2000}}, 1000, split))
		expectAll(t, "whole", got, []float64{9.375e-4, 9.375e-4 * 0.5625, 0, 9.375e-4 * 0.5625}, 1e-15)
		got = must[[]float64](t)(cut.Density([]RoadPlace{{1, 700}}, nil, []RoadPlace{{1, 700}, {2, 2000}, {0, 1500}, {0, 500}}, 1000, split))
		expectAll(t, "cut", got, []float64{9.375e-4, 9.375e-4 * 0.5625, along(1000, 1000), along(1200, 1000)}, 1e-15)
		expect(t, "mass", mass(t, cut, []RoadPlace{{1, 700}}, 1000, split), 1, 1e-4)
	}
}

// A junction of four roads, an event 400 m from it on one of them. Equal
// split: a third of the kernel on each of the others. Continuous: half of it
// on each of the others, and half taken away on the event's own road, so that
// the density is one on all sides of the junction.
func TestRoadDensityOfAStar(t *testing.T) {
	star := network(t, 5, Stretch{0, 1, 3000}, Stretch{2, 0, 3000}, Stretch{0, 3, 3000}, Stretch{0, 4, 3000})
	event := []RoadPlace{{0, 400}}
	places := []RoadPlace{{0, 200}, {1, 2700}, {2, 300}, {3, 0}, {0, 0}}
	got := must[[]float64](t)(star.Density(event, nil, places, 1000, Discontinuous))
	expectAll(t, "equal split", got, []float64{along(200, 1000), along(700, 1000) / 3, along(700, 1000) / 3, along(400, 1000) / 3, along(400, 1000)}, 1e-12)
	got = must[[]float64](t)(star.Density(event, nil, places, 1000, Continuous))
	expectAll(t, "continuous", got, []float64{along(200, 1000) - along(600, 1000)/2, along(700, 1000) / 2, along(700, 1000) / 2, along(400, 1000) / 2, along(400, 1000) / 2}, 1e-12)
	for _, split := range []Split{Discontinuous, Continuous} {
		expect(t, "mass", mass(t, star, event, 1000, split), 1, 1e-4)
	}
	// At the junction itself the event is on all four roads at once.
	got = must[[]float64](t)(star.Density([]RoadPlace{{1, 3000}}, []float64{2}, []RoadPlace{{2, 500}, {1, 2500}}, 1000, Continuous))
	expectAll(t, "at the junction", got, []float64{along(500, 1000), along(500, 1000)}, 1e-12)
}

// Dead ends, a loop, two roads between the same junctions: every event counts
// whole.
func TestRoadDensityKeepsTheWholeEvent(t *testing.T) {
	for name, n := range map[string]*Network{
		"dead ends": network(t, 2, Stretch{0, 1, 300}),
		"loop":      network(t, 2, Stretch{0, 0, 500}, Stretch{0, 1, 100}),
		"double":    network(t, 3, Stretch{0, 1, 400}, Stretch{1, 0, 700}, Stretch{1, 2, 250}),
	} {
		for _, split := range []Split{Discontinuous, Continuous} {
			expect(t, name, mass(t, n, []RoadPlace{{0, 130}}, 1000, split), 1, 1e-3)
		}
	}
	// A dense town: what is dropped is less than 1 %.
	town := town(t, 16, 100)
	for _, split := range []Split{Discontinuous, Continuous} {
		if m := mass(t, town, []RoadPlace{{250, 40}}, 600, split); m < 0.99 || m > 1.01 {
			t.Errorf("mass in a town %g, want 1 to 1 %%", m)
		}
	}
}

// town is a square raster of streets, side by side junctions.
func town(t testing.TB, side int, apart float64) *Network {
	var stretches []Stretch
	for i := range side * side {
		if i%side+1 < side {
			stretches = append(stretches, Stretch{int32(i), int32(i + 1), apart})
		}
		if i/side+1 < side {
			stretches = append(stretches, Stretch{int32(i), int32(i + side), apart})
		}
	}
	return network(t, side*side, stretches...)
}

// On trees the only way is the shortest: the kernel of the distance divided by
// (degree − 1) of every junction passed.
func TestRoadDensityOfTreesAgreesWithShortestPaths(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	compared := 0
	for range 400 {
		size := 2 + r.IntN(12)
		parent, up, degree := make([]int, size), make([]float64, size), make([]float64, size)
		var stretches []Stretch
		for i := 1; i < size; i++ {
			parent[i], up[i] = r.IntN(i), 50+300*r.Float64()
			degree[i]++
			degree[parent[i]]++
			stretches = append(stretches, Stretch{int32(i), int32(parent[i]), up[i]})
		}
		n := network(t, size, stretches...)
		// Where a kernel reaches a dead end it turns: such pairs are left out.
		e, p := r.IntN(size-1), r.IntN(size-1)
		if e == p {
			continue
		}
		event, place := RoadPlace{int32(e), up[e+1] * r.Float64()}, RoadPlace{int32(p), up[p+1] * r.Float64()}
		best, share := math.Inf(1), 0.0
		for _, from := range []int{e + 1, parent[e+1]} {
			for _, to := range []int{p + 1, parent[p+1]} {
				d := map[bool]float64{true: event.Metres, false: up[e+1] - event.Metres}[from == e+1]
				d += map[bool]float64{true: place.Metres, false: up[p+1] - place.Metres}[to == p+1]
				passed := []int{from}
				for a, b := from, to; a != b; {
					if a > b {
						d += up[a]
						a = parent[a]
						passed = append(passed, a)
					} else {
						d += up[b]
						passed = append(passed, b)
						b = parent[b]
					}
				}
				if d < best {
					best, share = d, 1
					for _, junction := range passed {
						share /= degree[junction] - 1
					}
				}
			}
		}
		h := best * (1 + r.Float64()*0.2)
		turned := false
		for i := range size {
			if degree[i] == 1 {
				ends := must[[]float64](t)(n.Density([]RoadPlace{event}, nil, []RoadPlace{{int32(max(i, 1) - 1), map[bool]float64{true: 0, false: up[1]}[i > 0]}}, h, Discontinuous))
				turned = turned || ends[0] > 0
			}
		}
		if turned {
			continue
		}
		got := must[[]float64](t)(n.Density([]RoadPlace{event}, nil, []RoadPlace{place}, h, Discontinuous))
		expect(t, "density", got[0], along(best, h)*share, 1e-12)
		compared++
	}
	if compared < 40 {
		t.Errorf("only %d trees were compared", compared)
	}
}

// Little circles have countless ways round; they come to an end.
func TestRoadDensityOfLittleCircles(t *testing.T) {
	var stretches []Stretch
	for i := range int32(6) {
		stretches = append(stretches, Stretch{i, (i + 1) % 6, 1}, Stretch{i, (i + 1) % 6, 0.0001}, Stretch{i, i, 1e-12})
	}
	stretches = append(stretches, Stretch{0, 6, 500})
	n := network(t, 7, stretches...)
	for _, split := range []Split{Discontinuous, Continuous} {
		if m := mass(t, n, []RoadPlace{{18, 20}}, 300, split); m < 0.95 || m > 1.05 {
			t.Errorf("mass %g", m)
		}
	}
}

func TestRoadDensityRefuses(t *testing.T) {
	n := network(t, 2, Stretch{0, 1, 100})
	for name, err := range map[string]error{
		"junction":     failure(NewNetwork(1, []Stretch{{0, 1, 5}})),
		"length":       failure(NewNetwork(2, []Stretch{{0, 1, 0}})),
		"unknown":      failure(NewNetwork(2, []Stretch{{0, 1, math.NaN()}})),
		"beyond":       failure(n.Density([]RoadPlace{{0, 101}}, nil, nil, 10, Discontinuous)),
		"elsewhere":    failure(n.Density(nil, nil, []RoadPlace{{1, 1}}, 10, Discontinuous)),
		"not a number": failure(n.Density([]RoadPlace{{0, math.NaN()}}, nil, nil, 10, Discontinuous)),
		"bandwidth":    failure(n.Density(nil, nil, nil, 0, Discontinuous)),
		"weights":      failure(n.Density([]RoadPlace{{0, 1}}, []float64{}, nil, 1, Discontinuous)),
	} {
		if !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, want ErrInput", name, err)
		}
	}
	if _, _, err := n.Lixels(1e-9); !errors.Is(err, ErrInput) {
		t.Errorf("countless pieces: %v, want ErrInput", err)
	}
	empty := network(t, 0)
	if got := must[[]float64](t)(empty.Density(nil, nil, nil, 10, Continuous)); len(got) != 0 {
		t.Errorf("nowhere: %v", got)
	}
}

func failure[T any](_ T, err error) error { return err }

// A town of 10,000 junctions 150 m apart, 2,000 events, 400 m, drawn every
// 50 m.
func BenchmarkRoadDensity(b *testing.B) {
	n := town(b, 100, 150)
	r := rand.New(rand.NewPCG(7, 8))
	events := make([]RoadPlace, 2000)
	for i := range events {
		events[i] = RoadPlace{int32(r.IntN(len(n.stretches))), 150 * r.Float64()}
	}
	places, _, err := n.Lixels(50)
	if err != nil {
		b.Fatal(err)
	}
	for name, split := range map[string]Split{"discontinuous": Discontinuous, "continuous": Continuous} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must[[]float64](b)(n.Density(events, nil, places, 400, split))
			}
		})
	}
}
