package release

import (
	"fmt"
	"math"
	"slices"
	"time"

	"sitmap/layers"
)

// Report is what making a release found.
type Report struct {
	Took     time.Duration `json:"-"`
	Cases    int           `json:"cases"`
	Unplaced int           `json:"unplaced"` // cases of villages that the ground lacks: in the city's numbers only
	Pending  int           `json:"pending"`  // changes that are in the city's numbers only, until they may be shown
	Numbers  int           `json:"numbers"`  // published
	Withheld int           `json:"withheld"` // proven to stay open
	Joined   int           `json:"joined"`   // joints that the proof took
	// Tightest is the least width that was proven of a number whose city's own is
	// not smaller than the rule; Small is how many numbers have a city so small:
	// they are proven to be anything from nothing to the whole of it.
	Tightest int `json:"tightest"`
	Small    int `json:"small"`
}

// cityTotals are the exact numbers of the city: month → all, then each category.
type cityTotals map[Month][]int

// Build makes the release of some facts. Only the months of the span are
// published; they must be complete. previous is the release before this one, or
// nil: its periods keep their pieces, and their numbers until a change of them may
// be shown.
func Build(facts []Fact, g *Ground, span Span, rule Rule, previous *Set) (*Set, Report, error) {
	started := time.Now()
	report := Report{Tightest: math.MaxInt}
	if err := rule.Check(); err != nil {
		return nil, report, err
	}
	if span.From >= span.To {
		return nil, report, fmt.Errorf("no month to publish: %w", layers.ErrInvalid)
	}
	s := &Set{ground: g, rule: rule, span: span, categories: slices.Clone(g.Categories), layers: make(map[layerKey][]piece), totals: make(cityTotals), cases: make(cases)}
	if previous != nil {
		if err := s.continues(previous); err != nil {
			return nil, report, err
		}
	}
	now, err := s.sort(facts, &report)
	if err != nil {
		return nil, report, err
	}
	for _, part := range blocksOf(span) {
		s.build(part, now, previous, &report)
	}
	report.Numbers = s.size()
	report.Took = time.Since(started)
	return s, report, nil
}

// continues checks that a set can go on where another ended, and takes its tree.
func (s *Set) continues(previous *Set) error {
	if s.span.From != previous.span.From || s.span.To < previous.span.To || s.rule != previous.rule || !slices.Equal(s.categories, previous.categories) {
		return fmt.Errorf("a release of %v to %v, threshold %d, categories %v cannot follow one of %v to %v, threshold %d, categories %v: %w",
			s.span.From, s.span.To, s.rule.Threshold, s.categories, previous.span.From, previous.span.To, previous.rule.Threshold, previous.categories, layers.ErrConflict)
	}
	s.tree = previous.tree
	return nil
}

// sort gives every case its leaf, and sums the city's totals.
func (s *Set) sort(facts []Fact, report *Report) (cases, error) {
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
	if s.tree == nil {
		years := (int(s.span.To-s.span.From) + yearly - 1) / yearly
		var err error
		if s.tree, err = newTree(s.ground, leavesFor(report.Cases/years, s.rule)); err != nil {
			return nil, err
		}
	}
	now := make(cases)
	for m := s.span.From; m < s.span.To; m++ {
		s.totals[m] = make([]int, len(s.categories)+1)
		now[m] = []token{}
	}
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
		for range f.Count {
			now[f.Month] = append(now[f.Month], token{leaf, int16(c)})
		}
	}
	now.sort()
	return now, nil
}

// holds tells whether a fact is of a month that is published.
func (s *Set) holds(f Fact) bool {
	return s.span.From <= f.Month && f.Month < s.span.To && f.Count != 0
}

// build publishes one block: with the changes that may be shown, or, where some
// withheld number is no longer proven open with them, without.
func (s *Set) build(part Span, now cases, previous *Set, report *Report) {
	var c change
	shown := change{}
	if previous != nil {
		c = previous.changeOf(part, now)
		shown = change{more: previous.showable(part, slices.Clone(c.more)), less: previous.showable(part, slices.Clone(c.less))}
	}
	before := *report
	if !s.attempt(part, now, previous, shown, report) && len(shown.more)+len(shown.less) > 0 {
		*report = before
		shown = change{}
		s.attempt(part, now, previous, shown, report)
	}
	report.Pending += len(c.more) + len(c.less) - len(shown.more) - len(shown.less)
}

// attempt publishes a block with some changes, and tells whether every withheld
// number was proven open.
func (s *Set) attempt(part Span, now cases, previous *Set, shown change, report *Report) bool {
	var list []token
	for m := part.From; m < part.To; m++ {
		month := now[m]
		if previous != nil {
			if before, published := previous.cases[m]; published {
				month = before
			}
		}
		list = append(list, s.labelled(month, m-part.From)...)
	}
	list = append(list, shown.more...)
	slices.SortFunc(list, compareTokens)
	gone := slices.Clone(shown.less)
	slices.SortFunc(gone, compareTokens)
	list, _ = differences(list, gone)
	b := newBlock(s.tree, part, len(s.categories), list)
	if previous != nil {
		b.freeze(previous)
		b.follow(previous)
	}
	b.cut(s.rule.Threshold)
	open := b.repair(s.rule, report)
	s.publish(b)
	return open
}
