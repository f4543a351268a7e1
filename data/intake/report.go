package intake

import (
	"cmp"
	"slices"

	"sitmap/geo"
	"sitmap/layers"
)

// Report is what became of an import.
type Report struct {
	Layer     string    `json:"layer"`
	File      string    `json:"file"`
	Format    string    `json:"format,omitempty"`
	City      string    `json:"city,omitempty"` // code; empty for areas
	CityName  string    `json:"cityName,omitempty"`
	Zone      string    `json:"timeZone,omitempty"` // in which times without a zone are read
	CRS       geo.CRS   `json:"crs,omitempty"`
	CRSSource CRSSource `json:"crsSource,omitempty"`
	Mapping   []Mapped  `json:"mapping,omitempty"` // in the order of the file
	LeftOut   []LeftOut `json:"leftOut,omitempty"` // in the order of the file

	Batch     int64 `json:"batch,omitempty"` // number in the record of imports
	DryRun    bool  `json:"dryRun,omitempty"`
	Applied   bool  `json:"applied"`
	Rows      int   `json:"rows"`      // read; once applied, the sum of the next three
	Stored    int   `json:"stored"`    // new or changed
	Unchanged int   `json:"unchanged"` // there already, the same
	Rejected  int   `json:"rejected"`

	Warnings []layers.Text `json:"warnings,omitempty"`
	// Problems are the first of all, by row; the store keeps every one.
	Problems []layers.Problem `json:"problems,omitempty"`
	// Repaired are the first faults that the store could mend; their rows are
	// not rejected.
	Repaired []layers.Problem `json:"repaired,omitempty"`
	// Faults count the problems by column and fault, the most frequent first.
	Faults []Fault `json:"faults,omitempty"`
}

// Mapped is a column that fills a field, or "id", "lon", "lat".
type Mapped struct {
	Column string `json:"column"`
	Field  string `json:"field"`
}

// LeftOut is a column that is not imported.
type LeftOut struct {
	Column string      `json:"column"`
	Reason layers.Text `json:"reason"`
}

// Fault is one kind of problem.
type Fault struct {
	Column string `json:"column"`
	Fault  string `json:"fault"`
	Count  int    `json:"count"`
	First  int    `json:"firstRow"`
}

const (
	// keptProblems is how many problems a report holds.
	keptProblems = 100
	// keptFaults is how many kinds of problem a report tells apart.
	keptFaults = 200
)

func (r *Report) warn(texts ...layers.Text) { r.Warnings = append(r.Warnings, texts...) }

// addProblems counts the problems and keeps the first by row.
func (r *Report) addProblems(problems []layers.Problem) {
	for _, p := range problems {
		r.countFault(p)
		r.Problems = keep(r.Problems, p)
	}
}

// keep inserts a problem behind those of its row and the rows before, and
// drops the last when there are too many.
func keep(kept []layers.Problem, p layers.Problem) []layers.Problem {
	at, _ := slices.BinarySearchFunc(kept, p.Row+1, func(q layers.Problem, row int) int { return cmp.Compare(q.Row, row) })
	if at == keptProblems {
		return kept
	}
	kept = slices.Insert(kept, at, p)
	return kept[:min(len(kept), keptProblems)]
}

func (r *Report) countFault(p layers.Problem) {
	for i := range r.Faults {
		if f := &r.Faults[i]; f.Column == p.Column && f.Fault == p.Fault {
			f.Count++
			f.First = min(f.First, p.Row)
			return
		}
	}
	if len(r.Faults) < keptFaults {
		r.Faults = append(r.Faults, Fault{Column: p.Column, Fault: p.Fault, Count: 1, First: p.Row})
	}
}

// sortFaults puts the most frequent first.
func (r *Report) sortFaults() {
	slices.SortStableFunc(r.Faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.First, b.First))
	})
}

func (r *Report) leftOutNames() []string {
	names := make([]string, len(r.LeftOut))
	for i, c := range r.LeftOut {
		names[i] = c.Column
	}
	return names
}
