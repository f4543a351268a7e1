package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/layers/live"
)

// ownTracks is a message of OwnTracks (owntracks.org/booklet/tech/json), as far
// as it says where a device is. What else it says is not read: names and faces of
// people, networks, waypoints.
type ownTracks struct {
	Type     string   `json:"_type"`
	Lat      *float64 `json:"lat"`
	Lon      *float64 `json:"lon"`
	Time     *float64 `json:"tst"`  // Unix seconds
	Accuracy *float64 `json:"acc"`  // metres
	Speed    *float64 `json:"vel"`  // km/h
	Course   *float64 `json:"cog"`  // degrees
	Battery  *float64 `json:"batt"` // per cent
	Tag      string   `json:"tag"`
	Topic    string   `json:"topic"` // where MQTT would have it: owntracks/user/device
}

// ownTracksKinds are the types of messages that OwnTracks knows, and whether
// they say where a device is.
var ownTracksKinds = map[string]bool{
	"location": true, "transition": true,
	"lwt": false, "waypoint": false, "waypoints": false, "status": false, "card": false, "cmd": false,
	"configuration": false, "beacon": false, "steps": false, "request": false, "dump": false,
}

// sosTag is the tag with which a location of OwnTracks asks for help; the protocol
// has no other way.
const sosTag = "sos"

// ReadOwnTracks reads a message of OwnTracks. It is located when it says where the
// device is; nothing at all is right too, and says nothing. Which device it is
// stands in the topic, which a message may hold or not. The error is of kind
// layers.ErrInvalid.
func ReadOwnTracks(body []byte) (r Report, err error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return Report{}, nil
	}
	var m ownTracks
	if err := json.Unmarshal(body, &m); err != nil {
		return Report{}, fmt.Errorf("the body is not a message of OwnTracks: %w", layers.ErrInvalid)
	}
	if m.Type == "encrypted" {
		return Report{}, fmt.Errorf("the message is encrypted; leave the encryption key of OwnTracks empty and use TLS: %w", layers.ErrInvalid)
	}
	located, known := ownTracksKinds[m.Type]
	if !known {
		return Report{}, fmt.Errorf("_type is none of OwnTracks: %w", layers.ErrInvalid)
	}
	if _, device, ok := readTopic(m.Topic); ok {
		r.Device = device
	}
	if !located {
		return r, nil
	}
	if m.Lat == nil || m.Lon == nil || m.Time == nil {
		return Report{}, fmt.Errorf("a location needs lat, lon and tst: %w", layers.ErrInvalid)
	}
	r.Located = true
	r.Fix = live.Fix{
		At:       unixTime(*m.Time),
		Point:    orb.Point{*m.Lon, *m.Lat},
		Speed:    between(given(m.Speed)/3.6, 0, math.MaxFloat64),
		Heading:  heading(given(m.Course)),
		Accuracy: between(given(m.Accuracy), 0, math.MaxFloat64),
		Battery:  between(given(m.Battery)/100, 0, 1),
		SOS:      strings.EqualFold(m.Tag, sosTag),
	}
	return r, nil
}

// given is the number, or unknown.
func given(v *float64) float64 {
	if v == nil {
		return unknown
	}
	return *v
}

// unixTime is the time of so many seconds since 1970; the zero time where there
// is none, which the judge then says.
func unixTime(seconds float64) time.Time {
	const most = 1e11 // the year 5138
	if !(math.Abs(seconds) < most) {
		return time.Time{}
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(part*1e3))*1e6).UTC()
}
