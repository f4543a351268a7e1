package hotspot

import (
	"math"
	"testing"

	"sitmap/layers/catalog"
)

// Every band of households that a grid may have stands for a number within it.
func TestBandMiddle(t *testing.T) {
	want := map[string]float64{"0": 0, "1-49": 25, "50-149": 99.5, "150-299": 224.5, "300+": 400}
	for _, field := range catalog.Grid.Fields {
		if field.Name != "household_band" {
			continue
		}
		for _, band := range field.List {
			got, ok := BandMiddle(band.Value)
			if !ok || got != want[band.Value] {
				t.Errorf("%s stands for %g, %t", band.Value, got, ok)
			}
			delete(want, band.Value)
		}
	}
	if len(want) != 0 {
		t.Errorf("the catalogue lacks %v", want)
	}
	for _, bad := range []string{"", "+", "-", "a-b", "5-", "-5", "9-5", "1-2-3", "1.5", "99999999999-1"} {
		if got, ok := BandMiddle(bad); ok {
			t.Errorf("%q stands for %g", bad, got)
		}
	}
}

func FuzzBandMiddle(f *testing.F) {
	for _, band := range []string{"0", "1-49", "300+", "4294967295+"} {
		f.Add(band)
	}
	f.Fuzz(func(t *testing.T, band string) {
		if middle, _ := BandMiddle(band); math.IsNaN(middle) || middle < 0 || math.IsInf(middle, 0) {
			t.Errorf("%q stands for %g", band, middle)
		}
	})
}
