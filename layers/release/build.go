package release

import (
	"fmt"
	"slices"
	"time"

	"sitmap/layers"
)

// Report is what making a release found.
type Report struct {
	Took     time.Duration `json:"-"`
	Cases    int           `json:"cases"`
	Unplaced int           `json:"unplaced"` // cases of villages that the ground lacks
	Units    int           `json:"units"`    // published numbers
	Withheld int           `json:"withheld"` // numbers proven to stay open
	Joined   int           `json:"joined"`   // joints that proving them took
}

// cityTotals are the exact numbers of the city: month, category (0 is all).
type cityTotals map[Month][]int

// Build makes the release of some facts. Only the months of the span are
// published; they must be complete. previous is the release before this one, or
// nil: its periods keep their pieces and their numbers.
func Build(facts []Fact, g *Ground, span Span, rule Rule, previous *Set) (*Set, Report, error) {
	if err := rule.Check(); err != nil {
		return nil, Report{}, err
	}
	if span.From >= span.To {
		return nil, Report{}, fmt.Errorf("no month to publish: %w", layers.ErrInvalid)
	}
	started := time.Now()
	s := &Set{ground: g, rule: rule, span: span, categories: slices.Clone(g.Categories), totals: make(cityTotals)}
	index := make(map[uint8]int)
	for i, c := range s.categories {
		index[c] = i
	}
	years := (int(span.To-span.From) + yearly - 1) / yearly
	var report Report
	for _, f := range facts {
		if f.Month >= span.From && f.Month < span.To {
			report.Cases += f.Count
		}
	}
	var err error
	if s.tree, err = newTree(g, leavesFor(report.Cases/years, rule)); err != nil {
		return nil, Report{}, err
	}
	for m := span.From; m < span.To; m++ {
		s.totals[m] = make([]int, len(s.categories)+1)
	}
	blocks := blocksOf(span)
	cases := make([][]token, len(blocks))
	for _, f := range facts {
		if f.Month < span.From || f.Month >= span.To || f.Count == 0 {
			continue
		}
		c, known := index[f.Category]
		if !known || f.Count < 0 {
			return nil, Report{}, fmt.Errorf("%d cases of category %d: %w", f.Count, f.Category, layers.ErrInvalid)
		}
		s.totals[f.Month][0] += f.Count
		s.totals[f.Month][c+1] += f.Count
		leaf, ok := s.tree.leafOf(areaAt(f.Area, layers.Village), f.Cell)
		if !ok {
			report.Unplaced += f.Count
			continue
		}
		i := slices.IndexFunc(blocks, func(b Span) bool { return b.From <= f.Month && f.Month < b.To })
		for range f.Count {
			cases[i] = append(cases[i], token{leaf, int16(int(f.Month-blocks[i].From)*len(s.categories) + c)})
		}
	}
	for i, span := range blocks {
		b := newBlock(s.tree, span, len(s.categories), cases[i])
		b.cut(rule.Threshold)
		report.Joined += b.repair(rule)
		s.publish(b)
	}
	report.Units = s.size()
	report.Took = time.Since(started)
	return s, report, nil
}
