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
	Unplaced int           `json:"unplaced"` // cases of villages that the ground lacks: in the city's numbers only
	Numbers  int           `json:"numbers"`  // published
	Withheld int           `json:"withheld"` // proven to stay open
	Joined   int           `json:"joined"`   // joints that the proof took
	// Tightest is the least width that was proven, and how many numbers have no more.
	Tightest      int `json:"tightest"`
	TightestCount int `json:"tightestCount"`
}

// cityTotals are the exact numbers of the city: month → all, then each category.
type cityTotals map[Month][]int

// Build makes the release of some facts. Only the months of the span are
// published; they must be complete. previous is the release before this one, or
// nil: its periods keep their pieces and their numbers.
func Build(facts []Fact, g *Ground, span Span, rule Rule, previous *Set) (*Set, Report, error) {
	started := time.Now()
	if err := rule.Check(); err != nil {
		return nil, Report{}, err
	}
	if span.From >= span.To {
		return nil, Report{}, fmt.Errorf("no month to publish: %w", layers.ErrInvalid)
	}
	s := &Set{ground: g, rule: rule, span: span, categories: slices.Clone(g.Categories), layers: make(map[layerKey][]piece), totals: make(cityTotals)}
	var report Report
	blocks, err := s.blocks(facts, previous, &report)
	if err != nil {
		return nil, Report{}, err
	}
	for _, b := range blocks {
		b.cut(rule.Threshold)
		b.repair(rule, &report)
		s.publish(b)
	}
	report.Numbers = s.size()
	report.Took = time.Since(started)
	return s, report, nil
}

// blocks sorts the cases of the span into blocks, and sums the city's totals.
func (s *Set) blocks(facts []Fact, previous *Set, report *Report) ([]*block, error) {
	index := make(map[uint8]int)
	for i, c := range s.categories {
		index[c] = i
	}
	for _, f := range facts {
		if _, known := index[f.Category]; !known || f.Count < 0 {
			return nil, fmt.Errorf("%d cases of category %d: %w", f.Count, f.Category, layers.ErrInvalid)
		}
		if s.holds(f) {
			report.Cases += f.Count
		}
	}
	var err error
	if previous != nil {
		s.tree = previous.tree
	} else {
		years := (int(s.span.To-s.span.From) + yearly - 1) / yearly
		if s.tree, err = newTree(s.ground, leavesFor(report.Cases/years, s.rule)); err != nil {
			return nil, err
		}
	}
	for m := s.span.From; m < s.span.To; m++ {
		s.totals[m] = make([]int, len(s.categories)+1)
	}
	spans := blocksOf(s.span)
	cases := make([][]token, len(spans))
	for _, f := range facts {
		if !s.holds(f) {
			continue
		}
		c := index[f.Category]
		s.totals[f.Month][0] += f.Count
		s.totals[f.Month][c+1] += f.Count
		leaf, ok := s.tree.leafOf(areaAt(f.Area, layers.Village), f.Cell)
		if !ok {
			report.Unplaced += f.Count
			continue
		}
		i := slices.IndexFunc(spans, func(b Span) bool { return b.From <= f.Month && f.Month < b.To })
		for range f.Count {
			cases[i] = append(cases[i], token{leaf, int16(int(f.Month-spans[i].From)*len(s.categories) + c)})
		}
	}
	var blocks []*block
	for i, span := range spans {
		blocks = append(blocks, newBlock(s.tree, span, len(s.categories), cases[i]))
	}
	return blocks, nil
}

// holds tells whether a fact is of a month that is published.
func (s *Set) holds(f Fact) bool { return s.span.From <= f.Month && f.Month < s.span.To && f.Count != 0 }
