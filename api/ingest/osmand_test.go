package ingest

import (
	"errors"
	"math"
	"net/url"
	"testing"
	"time"

	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/live"
)

var noon = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

// The parameters are those of traccar.org/osmand and of OsmAndProtocolDecoder: a
// number below 2³¹ is seconds, another milliseconds; a knot is 1852 m an hour.
func TestOsmAndParameters(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	full := fix("", at, 102.638, 37.9283)
	full.Speed, full.Heading, full.Accuracy, full.Battery = 5.144444444444445, 90, 12, 0.55
	sos := fix("", noon, 0, 0)
	sos.SOS = true
	hdop := fix("", noon, 102.638, 37.9283)
	hdop.Accuracy = 6
	milli := fix("", at.Add(250*time.Millisecond), 102.638, 37.9283)
	for query, want := range map[string]struct {
		fix     live.Fix
		located bool
	}{
		"id=D&lat=37.9283&lon=102.638&timestamp=1772323200&speed=10&bearing=90&altitude=1500&accuracy=12&batt=55&driverUniqueId=7&charge=true": {full, true},
		"deviceid=D&location=37.9283,102.638&timestamp=2026-03-01T08%3A00%3A00%2B08:00&speed=10&heading=90&accuracy=12&batt=55.0":              {full, true},
		"id=D&lat=37.9283&lon=102.638&timestamp=1772323200250":                                                                                 {milli, true},
		"id=D&lat=37.9283&lon=102.638&timestamp=2026-03-01T00:00:00.250Z":                                                                      {milli, true},
		"id=D&lat=37.9283&lon=102.638&timestamp=2026-03-01+00:00:00":                                                                           {fix("", at, 102.638, 37.9283), true},
		"id=D&lat=37.9283&lon=102.638&timestamp=2026-03-01T00:00:00":                                                                           {fix("", at, 102.638, 37.9283), true},
		"id=D&lat=37.9283&lon=102.638&hdop=1.2":                                                                                                {hdop, true},
		"id=D&lat=37.9283&lon=102.638&speed=-1&bearing=-1&batt=-1&accuracy=x":                                                                  {fix("", noon, 102.638, 37.9283), true},
		"id=D&lat=37.9283&lon=102.638&speed=NaN&bearing=400&batt=101&cell=1,2":                                                                 {fix("", noon, 102.638, 37.9283), true},
		"id=D&lat=37.9283&lon=102.638&bearing=360":                                                                                             {north(), true},
		"id=D&lat=0&lon=0&valid=false":                                                                                                         {fix("", noon, 0, 0), false},
		"id=D&batt=55":                                                                                                                         {battery(0.55), false},
		"id=D&alarm=sos":                                                                                                                       {sos, false},
		"id=D&alarm=SOS&lat=none&lon=102":                                                                                                      {sos, false},
	} {
		got, err := ReadOsmAnd(query, noon)
		if err != nil || got.Device != "D" || got.Located != want.located {
			t.Errorf("%s: device %q, located %t, %v", query, got.Device, got.Located, err)
			continue
		}
		same(t, got.Fix, want.fix)
	}
}

func north() live.Fix {
	f := fix("", noon, 102.638, 37.9283)
	f.Heading = 0
	return f
}

func battery(level float64) live.Fix {
	f := fix("", noon, 0, 0)
	f.Battery = level
	return f
}

func TestOsmAndSaysWhatIsWrong(t *testing.T) {
	for query, parameter := range map[string]string{
		"":                                     "id",
		"lat=1&lon=2":                          "id",
		"id=D&id=E&lat=1&lon=2":                "id",
		"id=D&lat=x&lon=2":                     "lat",
		"id=D&lat=1":                           "lat",
		"id=D&lat=Inf&lon=1":                   "lat",
		"id=D&location=1":                      "location",
		"id=D&lat=1&lon=2&timestamp=yesterday": "timestamp",
		"id=D&lat=%zz&lon=2":                   "lat",
		"id=D&lat=1&lon=2&timestamp=-62135596800": "timestamp",
	} {
		_, err := ReadOsmAnd(query, noon)
		var bad *layers.InvalidParameter
		if !errors.As(err, &bad) || bad.Name != parameter {
			t.Errorf("%q: %v, want something about %s", query, err, parameter)
		}
	}
}

// The body is the one of traccar.org/osmand.
func TestOsmAndJSON(t *testing.T) {
	got, err := ReadOsmAndJSON([]byte(`{"location":{"timestamp":"2026-03-01T00:00:00.000Z","coords":{"latitude":37.9283,"longitude":102.638,
		"accuracy":12,"speed":10,"heading":90,"altitude":1500},"is_moving":true,"odometer":0,"event":"motionchange",
		"battery":{"level":0.55,"is_charging":false},"activity":{"type":"on_foot"},"extras":{"alarm":"sos"}},"device_id":"phone-a"}`), noon)
	if err != nil || got.Device != "phone-a" || !got.Located {
		t.Fatalf("%+v, %v", got, err)
	}
	want := placeFix("")
	want.SOS = true
	same(t, got.Fix, want)
	source := live.Source{ID: "s", CRS: geo.WGS84, Devices: map[string]string{"phone-a": "U3"}}
	if fixes := got.Fixes(source); len(fixes) != 1 || fixes[0].Unit != "U3" {
		t.Errorf("%+v, want one fix of U3", fixes)
	}
	for _, wrong := range []string{"", "[]", `{}`, `{"device_id":"a","location":{"coords":{"latitude":1}}}`, `{"device_id":"a","location":{"timestamp":"now"}}`, `{"device_id":7}`} {
		if _, err := ReadOsmAndJSON([]byte(wrong), noon); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if r, err := ReadOsmAndJSON([]byte(`{"device_id":"a","location":{"event":"heartbeat","battery":{"level":-1}}}`), noon); err != nil || len(r.Fixes(source)) != 0 {
		t.Errorf("a beat without a place: %+v, %v", r, err)
	}
}

func FuzzOsmAnd(f *testing.F) {
	f.Add("id=D&lat=37.9283&lon=102.638&timestamp=1772323200&speed=10&bearing=90&hdop=1.2&accuracy=12&batt=55&alarm=sos&valid=1")
	f.Add("deviceid=D&location=37.9283,102.638&timestamp=2026-03-01T08:00:00%2B08:00")
	f.Add("id=%00&id&=&&alarm=sos&timestamp=9223372036854775807")
	f.Add(`{"location":{"timestamp":"2026-03-01T00:00:00.000Z","coords":{"latitude":37.9,"longitude":102.6,"speed":10},"battery":{"level":0.5}},"device_id":"a"}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ReadOsmAnd(text, noon)
		wellFormed(t, r, err)
		// What net/url cannot read either need not be read; a device it finds is found.
		if values, bad := url.ParseQuery(text); bad == nil && err == nil && values.Get("id")+values.Get("deviceid") == "" {
			t.Fatalf("%q has a device", text)
		}
		r, err = ReadOsmAndJSON([]byte(text), noon)
		wellFormed(t, r, err)
	})
}

// wellFormed checks what holds for every report.
func wellFormed(t *testing.T, r Report, err error) {
	t.Helper()
	if err != nil {
		if !errors.Is(err, layers.ErrInvalid) {
			t.Fatalf("an error of no kind: %v", err)
		}
		return
	}
	if r.Device == "" {
		t.Fatal("a report of no device")
	}
	numbers(t, r.Fix)
}

// numbers checks that each is unknown or in its range.
func numbers(t *testing.T, f live.Fix) {
	t.Helper()
	for _, v := range []struct{ is, least, most float64 }{
		{f.Speed, 0, math.MaxFloat64}, {f.Heading, 0, 360}, {f.Accuracy, 0, math.MaxFloat64}, {f.Battery, 0, 1},
		{f.Point[0], -math.MaxFloat64, math.MaxFloat64}, {f.Point[1], -math.MaxFloat64, math.MaxFloat64},
	} {
		if v.is < v.least || v.is > v.most {
			t.Fatalf("%v is not in [%v, %v]: %+v", v.is, v.least, v.most, f)
		}
	}
}
