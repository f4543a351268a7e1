package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/layers/live"
)

// mostFixes is how many fixes come together.
const mostFixes = 2_000

// batch is a list of fixes as our own programs send them, the same as the body
// of POST /api/positions.
type batch struct {
	Fixes []struct {
		Unit     string     `json:"unit"`
		Seq      uint64     `json:"seq"`
		At       *time.Time `json:"at"`
		Lon      *float64   `json:"lon"`
		Lat      *float64   `json:"lat"`
		Speed    *float64   `json:"speed"`
		Heading  *float64   `json:"heading"`
		Accuracy *float64   `json:"accuracy"`
		Battery  *float64   `json:"battery"`
		SOS      bool       `json:"sos"`
	} `json:"fixes"`
}

// Batch reads {"fixes":[{"unit","seq","at","lon","lat","speed","heading",
// "accuracy","battery","sos"}]}: times as in RFC 3339, metres a second, degrees,
// metres, 0 to 1. A fix needs unit, at, lon and lat; one that lacks any of them is
// judged malformed, so that the others of its batch are not lost with it. The
// error is of kind layers.ErrInvalid.
func Batch(body []byte) ([]live.Fix, error) {
	var b batch
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil || d.More() {
		return nil, fmt.Errorf("the body is not a list of fixes: %w", layers.ErrInvalid)
	}
	if len(b.Fixes) == 0 || len(b.Fixes) > mostFixes {
		return nil, fmt.Errorf("a batch holds 1 to %d fixes: %w", mostFixes, layers.ErrInvalid)
	}
	fixes := make([]live.Fix, len(b.Fixes))
	for i, f := range b.Fixes {
		fixes[i] = live.Fix{
			Unit: f.Unit, Seq: f.Seq, SOS: f.SOS,
			Speed:    between(given(f.Speed), 0, math.MaxFloat64),
			Heading:  heading(given(f.Heading)),
			Accuracy: between(given(f.Accuracy), 0, math.MaxFloat64),
			Battery:  between(given(f.Battery), 0, 1),
		}
		if f.At != nil {
			fixes[i].At = f.At.UTC()
		}
		if f.Lon != nil && f.Lat != nil {
			fixes[i].Point = orb.Point{*f.Lon, *f.Lat}
		}
	}
	return fixes, nil
}
