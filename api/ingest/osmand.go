package ingest

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/layers/live"
)

// Report is what one request of a device says: which device, and where it was if
// it knew.
type Report struct {
	Device  string
	Fix     live.Fix // without a unit
	Located bool
}

// Fixes are those of the report, for the unit that carries the device.
func (r Report) Fixes(source live.Source) []live.Fix {
	if !r.Located && !r.Fix.SOS {
		return nil
	}
	r.Fix.Unit = source.UnitOf(r.Device)
	return []live.Fix{r.Fix}
}

const (
	knot = 1852.0 / 3600 // metres a second
	// metresOfDOP turns a dilution of precision into metres: the error of one
	// range, for a common receiver.
	metresOfDOP = 5
)

// ReadOsmAnd reads the parameters of the OsmAnd protocol (traccar.org/osmand),
// from the query or a form: id or deviceid; lat and lon, or location=lat,lon;
// timestamp in seconds or milliseconds since 1970 or as text in UTC; speed in
// knots; bearing or heading; accuracy in metres, or hdop; batt in per cent;
// valid; alarm=sos. Others are not read. Without a timestamp it is now. The error
// is of kind layers.ErrInvalid; it is none where help is asked for by a device
// that can be told: then the fix has no point.
func ReadOsmAnd(query string, now time.Time) (r Report, err error) {
	o := osmAnd{now: now, Report: Report{Fix: blank(now)}, lat: unknown, lon: unknown, valid: true}
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		key, value, _ := strings.Cut(pair, "=")
		value, bad := url.QueryUnescape(value)
		if bad != nil {
			o.fail(key, "is not well encoded")
			continue
		}
		o.take(key, value)
	}
	return o.report()
}

// osmAnd gathers the parameters.
type osmAnd struct {
	Report
	now      time.Time
	lat, lon float64
	hdop     float64
	valid    bool
	fault    error
}

func (o *osmAnd) fail(name, want string) {
	if o.fault == nil {
		o.fault = layers.BadParameter(name, "%s", want)
	}
}

func (o *osmAnd) take(key, value string) {
	switch key {
	case "id", "deviceid":
		if o.Device != "" && o.Device != value {
			o.fail(key, "names a second device")
		}
		o.Device = value
	case "lat":
		o.lat = o.degrees(key, value)
	case "lon":
		o.lon = o.degrees(key, value)
	case "location":
		lat, lon, _ := strings.Cut(value, ",")
		o.lat, o.lon = o.degrees(key, lat), o.degrees(key, lon)
	case "timestamp":
		at, ok := readTime(value)
		if !ok {
			o.fail(key, "must be seconds or milliseconds since 1970, or such as 2026-03-01T08:00:00Z")
		}
		o.Fix.At = at
	case "speed":
		o.Fix.Speed = between(number(value)*knot, 0, math.MaxFloat64)
	case "bearing", "heading":
		o.Fix.Heading = heading(number(value))
	case "accuracy":
		o.Fix.Accuracy = between(number(value), 0, math.MaxFloat64)
	case "hdop":
		o.hdop = between(number(value), 0.1, 99)
	case "batt":
		o.Fix.Battery = between(number(value)/100, 0, 1)
	case "valid":
		o.valid = value == "1" || strings.EqualFold(value, "true")
	case "alarm":
		o.Fix.SOS = strings.EqualFold(value, "sos")
	}
}

// degrees is a number that must be right.
func (o *osmAnd) degrees(key, value string) float64 {
	v := number(strings.TrimSpace(value))
	if v != v {
		o.fail(key, "must be degrees, such as 37.9283")
	}
	return v
}

func (o *osmAnd) report() (Report, error) {
	if o.Device == "" {
		return Report{}, layers.BadParameter("id", "must name the device")
	}
	given := o.lat == o.lat || o.lon == o.lon
	o.Located = o.lat == o.lat && o.lon == o.lon && o.valid
	if given && !o.Located && o.valid {
		o.fail("lat", "and lon belong together")
	}
	if o.fault != nil && !o.Fix.SOS {
		return Report{}, o.fault
	}
	if o.Located {
		o.Fix.Point = orb.Point{o.lon, o.lat}
	}
	if o.hdop > 0 && o.Fix.Accuracy != o.Fix.Accuracy {
		o.Fix.Accuracy = o.hdop * metresOfDOP
	}
	return o.Report, nil
}

// osmAndJSON is what Traccar Client sends since version 9.
type osmAndJSON struct {
	Device   string `json:"device_id"`
	Location struct {
		Time   string `json:"timestamp"`
		Coords *struct {
			Lat      *float64 `json:"latitude"`
			Lon      *float64 `json:"longitude"`
			Accuracy *float64 `json:"accuracy"` // metres
			Speed    *float64 `json:"speed"`    // metres a second
			Heading  *float64 `json:"heading"`
		} `json:"coords"`
		Battery struct {
			Level *float64 `json:"level"` // 0 to 1
		} `json:"battery"`
		Extras struct {
			Alarm string `json:"alarm"`
		} `json:"extras"`
	} `json:"location"`
}

// ReadOsmAndJSON reads the body that Traccar Client sends since version 9. The
// error is of kind layers.ErrInvalid.
func ReadOsmAndJSON(body []byte, now time.Time) (Report, error) {
	var m osmAndJSON
	if err := json.Unmarshal(body, &m); err != nil {
		return Report{}, fmt.Errorf("the body is not that of Traccar Client: %w", layers.ErrInvalid)
	}
	if m.Device == "" {
		return Report{}, layers.BadParameter("device_id", "must name the device")
	}
	r := Report{Device: m.Device, Fix: blank(now)}
	r.Fix.SOS = strings.EqualFold(m.Location.Extras.Alarm, "sos")
	r.Fix.Battery = between(given(m.Location.Battery.Level), 0, 1)
	if m.Location.Time != "" {
		at, ok := readTime(m.Location.Time)
		if !ok && !r.Fix.SOS {
			return Report{}, layers.BadParameter("timestamp", "must be such as 2026-03-01T08:00:00.000Z")
		}
		r.Fix.At = at
	}
	c := m.Location.Coords
	if c == nil {
		return r, nil
	}
	if c.Lat == nil || c.Lon == nil {
		if r.Fix.SOS {
			return r, nil
		}
		return Report{}, layers.BadParameter("coords", "needs latitude and longitude")
	}
	r.Located = true
	r.Fix.Point = orb.Point{*c.Lon, *c.Lat}
	r.Fix.Speed = between(given(c.Speed), 0, math.MaxFloat64)
	r.Fix.Heading = heading(given(c.Heading))
	r.Fix.Accuracy = between(given(c.Accuracy), 0, math.MaxFloat64)
	return r, nil
}

// blank is a fix of which only the time is known.
func blank(at time.Time) live.Fix {
	return live.Fix{At: at, Speed: unknown, Heading: unknown, Accuracy: unknown, Battery: unknown}
}

// number reads a decimal number; unknown where it is none.
func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) {
		return unknown
	}
	return v
}

// readTime reads seconds or milliseconds since 1970, or a time as text, in UTC
// where it names no zone. Numbers of seconds are below 2³¹, as in Traccar.
func readTime(text string) (time.Time, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n < math.MaxInt32 {
			n *= 1000
		}
		at := unixTime(float64(n) / 1000)
		return at, !at.IsZero()
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}
