package layers

import "time"

// CityInfo is what an import must know of the city it is for.
type CityInfo struct {
	Area  AreaName
	Zone  *time.Location
	Codes map[string]Codebook // by layer id: the code lists the city brought
}

// Batch is one import of one file, from the first row to the verdict.
type Batch struct {
	ID        int64     `json:"id"`
	Layer     string    `json:"layer"`
	City      string    `json:"-"`    // code; empty for areas
	File      string    `json:"file"` // name without folder
	SHA256    string    `json:"-"`    // of the file's bytes, hexadecimal
	CRS       string    `json:"-"`
	By        string    `json:"by,omitempty"`
	At        time.Time `json:"at"`
	Rows      int       `json:"rows"`
	Stored    int       `json:"stored"`    // new or changed
	Unchanged int       `json:"unchanged"` // already there, the same
	Rejected  int       `json:"rejected"`
	Applied   bool      `json:"applied"`
	LeftOut   []string  `json:"leftOut,omitempty"` // columns that no field takes
	// AsOf is until when the file speaks; zero means the moment of the import.
	// A dated layer speaks until its last dated feature in any case.
	AsOf time.Time `json:"-"`
	// Synthetic marks everything in the batch as invented.
	Synthetic bool `json:"-"`
	// Codes are code lists the file's city brings for this layer; nil for none.
	Codes Codebook `json:"-"`
}

// Reject is a Problem as it is kept and shown.
type Reject = Problem

// Staged is a feature on its way in, with the row of the file it came from.
type Staged struct {
	Row     int // 1 is the first row of data
	Feature Feature
}
