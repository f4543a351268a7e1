package layers

import (
	"encoding/json"
	"time"
)

// Publication is a set of released numbers of a city's layer as a store keeps it;
// what the bytes mean is for package release, and Rule is what it was made by and
// from.
type Publication struct {
	Layer string
	City  string // code
	// Version counts the publications, from 1; 0 is none yet.
	Version int64
	// DataVersion is the layer's version that it was made from.
	DataVersion int64
	Made        time.Time
	Rule        json.RawMessage
	Bytes       []byte
}
