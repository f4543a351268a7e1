package layers

import (
	"fmt"
	"strings"
)

// FieldType is what a value is.
type FieldType string

// The types a field may have. Dates are days of the city's calendar
// ("2016-09-30"); times are instants, UTC, RFC 3339.
const (
	String  FieldType = "string"
	Integer FieldType = "integer"
	Number  FieldType = "number"
	Boolean FieldType = "boolean"
	Date    FieldType = "date"
	Time    FieldType = "time"
	Coded   FieldType = "code"  // one value of the field's code list
	Codes   FieldType = "codes" // several, joined by a comma, each of the code list
)

// Field is one declared property of a layer's features. A property that is
// not declared does not exist: an import leaves such columns out and names
// them.
type Field struct {
	Name     string    `json:"name"`
	Title    Text      `json:"title"`
	Type     FieldType `json:"type"`
	Unit     string    `json:"unit,omitempty"` // as printed: "m", "°", "d"
	Required bool      `json:"required,omitempty"`
	List     []Code    `json:"codes,omitempty"`
	// OwnCodes lets a city bring a code list of its own, which then replaces
	// List for the features of that city.
	OwnCodes bool `json:"ownCodes,omitempty"`
	// Aliases are other names an import file may use for the column.
	Aliases []string `json:"-"`
	// TileZoom is the zoom from which tiles carry the value; InTile means at
	// every zoom, NotInTile never (it is read with the feature itself).
	TileZoom int `json:"tileZoom,omitempty"`
	// Min and Max bound numbers, both included.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
	// MaxLength bounds texts, in characters; 0 means DefaultMaxLength.
	MaxLength int `json:"maxLength,omitempty"`
	// Search marks texts by which a feature is found.
	Search bool `json:"search,omitempty"`
}

const (
	// InTile marks a field that every tile carries.
	InTile = 0
	// NotInTile marks a field that no tile carries.
	NotInTile = 99
	// DefaultMaxLength is the longest text of a field that does not say more.
	DefaultMaxLength = 120
)

// Code is one value of a code list.
type Code struct {
	Value string `json:"value"`
	Title Text   `json:"title"`
	// Tone is the colour's meaning. State uses good, watch, act, critical and
	// muted; kinds use k1 … k8, the eight distinguishable hues.
	Tone Tone `json:"tone,omitempty"`
	// MinZoom keeps the value's features out of tiles below that zoom: a
	// village line says nothing on a map of the city.
	MinZoom int `json:"minZoom,omitempty"`
	// Aliases are other spellings an import may use for the value.
	Aliases []string `json:"-"`
}

// Tone is a colour by meaning; the themes decide the paint.
type Tone string

// The tones of the map.
const (
	Good     Tone = "good"
	WatchFor Tone = "watch"
	Act      Tone = "act"
	Critical Tone = "critical"
	Muted    Tone = "muted"
	K1       Tone = "k1"
	K2       Tone = "k2"
	K3       Tone = "k3"
	K4       Tone = "k4"
	K5       Tone = "k5"
	K6       Tone = "k6"
	K7       Tone = "k7"
	K8       Tone = "k8"
)

// Code returns the code of that value.
func (f Field) Code(value string) (Code, bool) {
	for _, c := range f.List {
		if c.Value == value {
			return c, true
		}
	}
	return Code{}, false
}

// Between is Min and Max of a field in one word.
func Between(low, high float64) (*float64, *float64) { return &low, &high }

func notInCatalog(c Catalog, id string) error {
	return fmt.Errorf("layer %q is not one of %s: %w", id, strings.Join(c.IDs(), " "), ErrNotFound)
}
