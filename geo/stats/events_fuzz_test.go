package stats

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/paulmach/orb"
)

// numbersOf turns bytes into numbers, small ones and strange ones.
func numbersOf(data []byte) (numbers []float64) {
	strange := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e-300, 1e9, math.Copysign(0, -1)}
	for ; len(data) >= 2; data = data[2:] {
		n := binary.LittleEndian.Uint16(data)
		if n >= 0xff00 {
			numbers = append(numbers, strange[int(n)%len(strange)])
		} else {
			numbers = append(numbers, float64(int16(n))/16)
		}
	}
	return numbers
}

// Whatever the events, nothing panics, and what is answered can be: counts
// below the pairs, p-values above 0 and up to 1, shares up to 1.
func FuzzEvents(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 255, 255, 0, 255, 1, 2, 3, 4, 5, 6}, 10.0, 5.0, uint8(3))
	f.Add([]byte{}, 0.0, 0.0, uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, distance, interval float64, k uint8) {
		numbers := numbersOf(data[:min(len(data), 600)])
		var events []orb.Point
		var times []float64
		for ; len(numbers) >= 3; numbers = numbers[3:] {
			events, times = append(events, orb.Point{numbers[0], numbers[1]}), append(times, numbers[2])
		}
		probable := func(name string, p float64) {
			if !(p > 0 && p <= 1) {
				t.Errorf("%s: p %g", name, p)
			}
		}
		if knox, err := Knox(events, times, distance, interval, 3, 1); err == nil {
			probable("Knox", knox.P)
			if knox.Both > min(knox.Near, knox.Soon) || max(knox.Near, knox.Soon) > knox.Pairs || knox.Poisson < 0 || knox.Poisson > 1 {
				t.Errorf("%+v", knox)
			}
			local, err := LocalKnox(events, times, distance, interval)
			sum := 0
			for _, l := range local {
				sum += l.Both
			}
			if err != nil || sum != 2*knox.Both {
				t.Errorf("%d local pairs of %d: %v", sum, knox.Both, err)
			}
		}
		if r, p, err := Mantel(events, times, Reciprocal, 3, 1); err == nil {
			probable("Mantel", p)
			if !(math.Abs(r) <= 1+1e-9) {
				t.Errorf("Mantel r %g", r)
			}
		}
		if count, p, err := Jacquez(events, times, int(k), 3, 1); err == nil {
			probable("Jacquez", p)
			if count < 0 || count > int(k)*len(events) {
				t.Errorf("Jacquez %d of %d events", count, len(events))
			}
		}
		if table, err := NearRepeats(events, times, Bands{Same: distance / 2, Distances: []float64{distance}, Intervals: []float64{interval, 2 * interval}}, 3, 1); err == nil {
			for _, row := range table {
				for _, field := range row {
					probable("near repeats", field.P)
				}
			}
		}
	})
}

// Whatever the areas and cases, a scan's clusters have more cases than
// expected and share no area.
func FuzzScan(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 255, 255, 0, 255}, uint8(2), 0.3, 0.0, true)
	f.Fuzz(func(t *testing.T, data []byte, steps uint8, share, radius float64, population bool) {
		numbers := numbersOf(data[:min(len(data), 200)])
		var d ScanData
		for i := 0; i+2 < len(numbers); i += 3 {
			d.Centres = append(d.Centres, orb.Point{numbers[i], numbers[i+1]})
			cases := make([]int, steps%8)
			for step := range cases {
				cases[step] = int(data[(i+step)%len(data)] % 5)
			}
			d.Cases = append(d.Cases, cases)
			if population {
				d.Population = append(d.Population, math.Abs(numbers[i+2]))
			}
		}
		clusters, err := Scan(d, ScanOptions{Share: share, Radius: radius, Simulations: 3, Prospective: steps > 100})
		if err != nil {
			return
		}
		used := map[int]bool{}
		for _, c := range clusters {
			if !(float64(c.Cases) > c.Expected) || !(c.LLR > 0) || !(c.P > 0 && c.P <= 1) || c.From >= c.To || len(c.Members) == 0 || c.Members[0] >= len(d.Centres) {
				t.Errorf("%+v", c)
			}
			for _, area := range c.Members {
				if used[area] {
					t.Errorf("area %d is in two of %+v", area, clusters)
				}
				used[area] = true
			}
		}
	})
}

// Whatever the roads, an event counts once at most, and every place has an
// answer.
func FuzzRoadDensity(f *testing.F) {
	f.Add([]byte{0, 1, 10, 1, 2, 20, 2, 0, 30, 0, 0, 5}, 0.5, 40.0, false)
	f.Fuzz(func(t *testing.T, data []byte, part, bandwidth float64, continuous bool) {
		var stretches []Stretch
		for i := 0; i+2 < min(len(data), 60); i += 3 {
			stretches = append(stretches, Stretch{int32(data[i] % 8), int32(data[i+1] % 8), float64(data[i+2])})
		}
		n, err := NewNetwork(8, stretches)
		if err != nil || len(stretches) == 0 || bandwidth > 200 {
			return
		}
		places, lengths, err := n.Lixels(5)
		if err != nil {
			t.Fatal(err)
		}
		split := Discontinuous
		if continuous {
			split = Continuous
		}
		density, err := n.Density([]RoadPlace{{0, part * stretches[0].Length}}, nil, places, bandwidth, split)
		if err != nil {
			return
		}
		total := 0.0
		for i, d := range density {
			total += d * lengths[i]
			if split == Discontinuous && !(d >= 0) {
				t.Errorf("density %g", d)
			}
		}
		if bandwidth > 50 && (total > 1.1 || total < 0.8) {
			t.Errorf("mass %g", total)
		}
	})
}
