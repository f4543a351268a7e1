package intake

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"sitmap/data/format"
	"sitmap/layers"
)

var shanghai = time.FixedZone("Shanghai", 8*3600)

// Times as files write them; the moments are by the calendar, on paper.
func TestReadMoment(t *testing.T) {
	want := time.Date(2016, 9, 30, 0, 15, 0, 0, time.UTC)
	for _, text := range []string{
		"2016-09-30T08:15:00+08:00", "2016-09-30T00:15:00Z", "2016-09-30 08:15:00", "2016/09/30 08:15:00", "2016/9/30 08:15:00", "2016-09-30T08:15:00", "2016-09-30 08:15", "20160930081500",
		"1475194500", "1475194500000",
	} {
		if got, wrong := readMoment(text, shanghai); wrong != nil || !got.Equal(want) {
			t.Errorf("%s: %v %v", text, got, wrong)
		}
	}
	for _, text := range []string{"", "today", "30.09.2016", "-5", "2016-02-30 00:00:00"} {
		if got, wrong := readMoment(text, shanghai); wrong == nil || wrong.Cure == "" {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// A column said to be for something is for that, whatever it is called; a column
// that speaks of a person is for nothing.
func TestFixColumns(t *testing.T) {
	read := func(text string, assignments ...Assignment) (*Fixes, error) {
		return ReadFixes(t.Context(), FixesRequest{File: format.Bytes("f.csv", []byte(text)), Map: assignments, Zone: time.UTC})
	}
	got, err := read("bus,time,lat,lon,speed\nA,1475194500,38,103,77\n", Assignment{"bus", "unit"}, Assignment{"speed", "-"})
	if err != nil || len(got.All) != 1 || got.All[0].Unit != "A" || got.All[0].Point[0] != 103 || !math.IsNaN(got.All[0].Speed) {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := read("time,lat,lon\n"); err == nil || !strings.Contains(err.Error(), "no column is for unit") {
		t.Errorf("no unit: %v", err)
	}
	if _, err := read("plate,time,lat,lon\n", Assignment{"plate", "unit"}); err == nil || !strings.Contains(err.Error(), "person") {
		t.Errorf("a person's column: %v", err)
	}
	if _, err := read("a,time,lat,lon\n", Assignment{"a", "plate"}); !errors.Is(err, layers.ErrInvalid) {
		t.Errorf("a field that is none: %v", err)
	}
}

// Whatever a file holds, it is read or refused as the asker's fault, and what is
// read names a unit, a time and a place on the globe.
func FuzzReadFixes(f *testing.F) {
	f.Add("unit,at,lon,lat,seq,speed,sos\nU,2016-09-30 08:15:00,103,38,1,2,1\n", "f.csv")
	f.Add("力量,时间,经度,纬度\nU,1475194500,103,38\nU,,x,\n", "f.csv")
	f.Add(`<gpx><trk><name>U</name><trkseg><trkpt lon="103" lat="38"><time>2016-09-30T08:15:00Z</time></trkpt></trkseg></trk></gpx>`, "f.gpx")
	f.Fuzz(func(t *testing.T, content, name string) {
		got, err := ReadFixes(context.Background(), FixesRequest{File: format.Bytes(name, []byte(content)), Zone: shanghai})
		if err != nil {
			if !errors.Is(err, layers.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		for _, one := range got.All {
			if one.Unit == "" || one.At.IsZero() || math.Abs(one.Point[0]) > 180 || math.Abs(one.Point[1]) > 90 {
				t.Fatalf("%+v", one)
			}
		}
		if len(got.All)+got.Rejected != got.Rows {
			t.Fatalf("%d good and %d rejected of %d", len(got.All), got.Rejected, got.Rows)
		}
	})
}
