package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/paulmach/orb/encoding/wkb"

	"sitmap/layers"
	"sitmap/layers/catalog"
)

const testSeed = 1

// city is generated once for all tests; they only read it.
var city = sync.OnceValues(func() (*City, error) { return Generate(testSeed, nil) })

func demoCity(t *testing.T) *City {
	t.Helper()
	c, err := city()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fingerprint is a hash of everything in the city, written down in one way.
func fingerprint(t *testing.T, c *City) string {
	t.Helper()
	sum := sha256.New()
	for _, l := range c.Layers {
		for _, f := range l.Features {
			shape, err := wkb.Marshal(f.Geometry)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(sum, l.Layer, f.ID, f.FID, f.Area, f.Synthetic, f.Version, hex.EncodeToString(shape))
			writeSorted(sum, f.Properties)
		}
	}
	for _, s := range c.Transitions {
		fmt.Fprintln(sum, s)
	}
	truth, err := json.Marshal(c.Truth)
	if err != nil {
		t.Fatal(err)
	}
	sum.Write(truth)
	return hex.EncodeToString(sum.Sum(nil))
}

func writeSorted(w io.Writer, properties map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		fmt.Fprintf(w, "%s=%T %v\n", name, properties[name], properties[name])
	}
}

func TestSameSeedSameCity(t *testing.T) {
	again, err := Generate(testSeed, nil)
	if err != nil {
		t.Fatal(err)
	}
	first := fingerprint(t, demoCity(t))
	if second := fingerprint(t, again); first != second {
		t.Errorf("two cities of one seed differ: %s, %s", first, second)
	}
	other, err := Generate(testSeed+1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if first == fingerprint(t, other) {
		t.Error("another seed gave the same city")
	}
	if got, want := totals(other), totals(demoCity(t)); !maps.Equal(exact(got), exact(want)) {
		t.Errorf("another seed has other totals: %v, want %v", got, want)
	}
}

func totals(c *City) map[string]int {
	counts := make(map[string]int)
	for _, l := range c.Layers {
		counts[l.Layer] = len(l.Features)
	}
	return counts
}

// exact leaves out the layers whose number is invented.
func exact(counts map[string]int) map[string]int {
	left := maps.Clone(counts)
	for _, invented := range []string{"unit", "road"} {
		delete(left, invented)
	}
	return left
}

// The figures are the city's own.
func TestTotals(t *testing.T) {
	want := map[string]int{
		"area": 1 + 4 + 108 + 1240, "grid": 28175, "camera": 36000, "committee": 1614, "centre": 1 + 4 + 102 + 1240,
		"demo_community": 31, "key_area": 48, "site": 44 + 88 + 119, "dispute": 10412 + 8134,
	}
	got := totals(demoCity(t))
	for layer, n := range want {
		if got[layer] != n {
			t.Errorf("layer %s has %d features, want %d", layer, got[layer], n)
		}
	}
	between(t, "units", got["unit"], 4000, 5000)
	between(t, "roads", got["road"], 15000, 30000)
	between(t, "hazards", got["hazard"], 200, 999)
}

func between(t *testing.T, what string, got, low, high int) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%d %s, want %d to %d", got, what, low, high)
	}
}

func TestEveryFeatureObeysTheCatalogue(t *testing.T) {
	faults := 0
	for _, l := range demoCity(t).Layers {
		layer, err := catalog.All.Layer(l.Layer)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for _, f := range l.Features {
			if seen[f.ID] {
				t.Errorf("%s %s occurs twice", l.Layer, f.ID)
			}
			seen[f.ID] = true
			if !f.Synthetic || f.Area == 0 {
				t.Errorf("%s %s: synthetic %v, area %d", l.Layer, f.ID, f.Synthetic, f.Area)
			}
			for _, p := range layers.Validate(layer, f, nil) {
				if faults++; faults < 20 {
					t.Errorf("%s %s: %v", l.Layer, f.ID, p)
				}
			}
		}
	}
	if len(demoCity(t).Layers) != len(catalog.All) {
		t.Errorf("the demo fills %d layers, the catalogue has %d", len(demoCity(t).Layers), len(catalog.All))
	}
}

// tally counts features by the value of a property.
func tally(features []layers.Feature, property string) map[any]int {
	counts := make(map[any]int)
	for _, f := range features {
		counts[f.Properties[property]]++
	}
	return counts
}

// sum adds a number property over the features that the filter admits.
func sum(features []layers.Feature, property string, admit func(f layers.Feature) bool) int64 {
	var total int64
	for _, f := range features {
		if admit(f) {
			total += f.Properties[property].(int64)
		}
	}
	return total
}

func every(layers.Feature) bool { return true }
