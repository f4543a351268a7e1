package ingest

import (
	"errors"
	"testing"
	"time"

	"sitmap/layers"
)

// The members are those of owntracks.org/booklet/tech/json: vel in km/h, batt in
// per cent, tst in Unix seconds.
func TestOwnTracks(t *testing.T) {
	got, err := ReadOwnTracks([]byte(place))
	if err != nil || !got.Located || got.Device != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	same(t, got.Fix, placeFix(""))
	got, err = ReadOwnTracks([]byte(`{"_type":"location","lat":37.9283,"lon":102.638,"tst":1772323200,"vel":-1,"cog":-1,"batt":-1,"acc":-1,"tag":"SOS","created_at":1,"topic":"owntracks/me/phone-a","SSID":"x"}`))
	want := fix("", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), 102.638, 37.9283)
	want.SOS = true
	if err != nil || got.Device != "phone-a" {
		t.Fatalf("device %q, %v", got.Device, err)
	}
	same(t, got.Fix, want)
	for kind, is := range ownTracksKinds {
		got, err := ReadOwnTracks([]byte(`{"_type":"` + kind + `","lat":1,"lon":2,"tst":3}`))
		if err != nil || got.Located != is {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
	}
	for _, wrong := range []string{"{", "[]", "7", `{}`, `{"_type":"other"}`, `{"_type":"encrypted","data":"x"}`, `{"_type":"location","lat":1,"lon":2}`, `{"_type":"location","lat":"1","lon":2,"tst":3}`} {
		if _, err := ReadOwnTracks([]byte(wrong)); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	for _, nothing := range []string{"", " \n"} {
		if got, err := ReadOwnTracks([]byte(nothing)); got.Located || err != nil {
			t.Errorf("%q: %+v, %v", nothing, got, err)
		}
	}
}

func FuzzOwnTracks(f *testing.F) {
	f.Add([]byte(place))
	f.Add([]byte(`{"_type":"transition","lat":1e308,"lon":-1e308,"tst":1e300,"vel":1e400}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := ReadOwnTracks(body)
		if err != nil && !errors.Is(err, layers.ErrInvalid) {
			t.Fatalf("an error of no kind: %v", err)
		}
		numbers(t, r.Fix)
	})
}
