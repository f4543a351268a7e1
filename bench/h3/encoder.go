package main

import (
	"errors"
	"fmt"

	"github.com/uber/h3-go/v4"

	"sitmap/bench/measure"
	"sitmap/geo/hex"
)

// encoder measures the way from a place to its cell at resolution 9.
func (b *bench) encoder() error {
	places := places(1_000_000)
	for _, p := range places {
		ours, err := hex.Of(p, 9)
		theirs, err2 := h3.LatLngToCell(h3.LatLng{Lat: p[1], Lng: p[0]}, 9)
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		if ours != hex.Cell(theirs) {
			return fmt.Errorf("the cell of %v is %v, H3 says %v", p, ours, theirs)
		}
	}
	// A tenth of the places a run keeps the rounds short and the turns close.
	next := 0
	some := func(encode func(lng, lat float64) error) func() error {
		return func() error {
			for range 10_000 {
				p := places[next]
				next = (next + 1) % len(places)
				if err := encode(p[0], p[1]); err != nil {
					return err
				}
			}
			return nil
		}
	}
	ours := &side{name: "ours", run: some(func(lng, lat float64) error {
		_, err := hex.Of([2]float64{lng, lat}, 9)
		return err
	})}
	theirs := &side{name: "h3-go", run: some(func(lng, lat float64) error {
		_, err := h3.LatLngToCell(h3.LatLng{Lat: lat, Lng: lng}, 9)
		return err
	})}
	if err := contest(b.repeats(21, 11), ours, theirs); err != nil {
		return err
	}
	ratio := theirs.median() / ours.median()
	b.report.Judge("Encoder: h3-go / ours, resolution 9", "≥ 3×",
		fmt.Sprintf("%.1f× (%.0f ns / %.0f ns a point; %d cells equal)", ratio, theirs.median()*1e5, ours.median()*1e5, len(places)),
		measure.Spread(measure.Ratios(theirs.seconds, ours.seconds), "%.1f×"), measure.AtLeast(ratio, 3))
	return nil
}
