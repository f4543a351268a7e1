package main

import (
	"fmt"
	"strings"

	"sitmap/geo/cube"
	"sitmap/geo/cube/cubetest"
	"sitmap/geo/hex"
)

// question is one of those that all sides answer: how many points lie in each
// cell.
type question struct {
	name       string
	resolution int
	filtered   bool // 7 of the 30 days and 3 of the 16 categories
	inView     bool // only the cells in the viewport
}

var questions = []question{
	{"all points, by cells of resolution 9", 9, false, false},
	{"7 of 30 days, 3 of 16 categories, by cells of resolution 7", 7, true, false},
	{"viewport of 20 km, 7 of 30 days, 3 of 16 categories, resolution 9", 9, true, true},
	{"viewport of 20 km, all points, resolution 9", 9, false, true},
}

// week is the filter.
var week = cubetest.Week(7)

func (q question) has(time int64, category uint8) bool {
	return !q.filtered || time >= week.Window.From && time < week.Window.To && week.Categories.Has(category)
}

// cube is the question as our own counting takes it.
func (q question) cube(c *city) cube.Query {
	query := cube.Everything(q.resolution)
	if q.filtered {
		query = cubetest.Week(q.resolution)
	}
	if q.inView {
		query.Bounds = &c.view
	}
	return query
}

// keyOf is an SQL expression of the cell at the question's resolution of a
// column of cells at resolution 9: the same bit arithmetic as ours.
func (q question) keyOf(column string) string {
	if q.resolution == 9 {
		return column
	}
	unused := uint64(1)<<(3*(15-q.resolution)) - 1
	clear := ^(uint64(15)<<52 | unused)
	return fmt.Sprintf("((%s & %d) | %d)", column, int64(clear), int64(uint64(q.resolution)<<52|unused))
}

// where is the filter on the columns t (unix seconds) and c, and the given
// condition for the viewport on the column h.
func (q question) where(view string) string {
	var all []string
	if q.filtered {
		all = append(all, fmt.Sprintf("t >= %d and t < %d and c in (2, 4, 6)", week.Window.From, week.Window.To))
	}
	if q.inView {
		all = append(all, view)
	}
	if all == nil {
		return ""
	}
	return " where " + strings.Join(all, " and ")
}

// counts are an answer, for comparing.
type counts map[hex.Cell]int64

// different tells where two answers differ first, or nothing.
func (c counts) different(other counts) error {
	if len(c) != len(other) {
		return fmt.Errorf("%d cells, not %d", len(other), len(c))
	}
	for cell, n := range c {
		if other[cell] != n {
			return fmt.Errorf("%d points in %v, not %d", other[cell], cell, n)
		}
	}
	return nil
}

func (c counts) total() (sum int64) {
	for _, n := range c {
		sum += n
	}
	return sum
}
