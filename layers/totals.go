package layers

// Totals is what a selection of a layer adds up to.
type Totals struct {
	Count  int64              `json:"count"`
	Sums   map[string]float64 `json:"sums,omitempty"`   // by field of Layer.Sums
	Codes  map[string]int64   `json:"codes,omitempty"`  // by value of the legend field
	Months []MonthCount       `json:"months,omitempty"` // dated layers, in the city's time zone, oldest first
}

// MonthCount is the features dated in a month.
type MonthCount struct {
	Month string `json:"month"` // "2016-09"
	Count int64  `json:"count"`
}

// Found is one hit of a search.
type Found struct {
	Layer  string     `json:"layer"`
	ID     string     `json:"id"`
	Title  string     `json:"title"`
	Where  string     `json:"where,omitempty"` // names of the areas above it
	Lon    float64    `json:"lon"`
	Lat    float64    `json:"lat"`
	Bounds *BoundsBox `json:"bounds,omitempty"`
	Level  Level      `json:"level,omitempty"` // of an area
}
