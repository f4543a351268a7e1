package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"sitmap/bench/measure"
	"sitmap/geo/hex"
)

// wants are what a question must reach: how many times more PostgreSQL and
// DuckDB need than we; 0 where nothing is wanted.
type wants struct{ postgres, duck float64 }

// counts asks all sides the same questions.
func (b *bench) counts() error {
	o, err := newOurs(b.city)
	if err != nil {
		return err
	}
	view, ranges, err := b.city.viewport()
	if err != nil {
		return err
	}
	b.say("  PostgreSQL is filled")
	p, err := newPostgres(b.ctx, b.city, view, ranges, b.work)
	if err != nil {
		return err
	}
	defer p.close()
	b.say("  DuckDB is filled")
	d, err := newDuck(b.ctx, b.city, view, b.work)
	if err != nil {
		return err
	}
	defer d.close()
	b.notes = append(b.notes, p.notes, "DuckDB "+d.version+" (one thread)")

	inView := make(map[hex.Cell]bool, len(view))
	for _, c := range view {
		inView[c] = true
	}
	for i, want := range []wants{{500, 50}, {30, 3}, {}, {}} {
		if err := b.ask(questions[i], want, o, p, d, inView); err != nil {
			return fmt.Errorf("%s: %w", questions[i].name, err)
		}
	}
	perPoint := float64(o.bytes) / float64(o.numbers)
	b.report.Judge("Memory: the sorted columns", "≤ 6.5 bytes a point", fmt.Sprintf("%.2f bytes a point (%.1f MB, %d atoms)", perPoint, float64(o.bytes)/1e6, o.atoms), "", measure.AtMost(perPoint, 6.5))
	b.report.Judge("Memory: the sums by day beside them", "–", fmt.Sprintf("%.1f MB", float64(o.sumsBytes)/1e6), "", measure.Unknown)
	b.report.Judge("Memory: PostgreSQL's ordered table with its index", "–", fmt.Sprintf("%.0f bytes a point", float64(p.bytes)/float64(o.numbers)), "", measure.Unknown)
	b.report.Judge("Building, processor time", "–", fmt.Sprintf("%.2f s: cells %.2f, columns with sums by day %.2f (columns alone, built first: %.2f)", o.encode+o.full, o.encode, o.full, o.sort), "", measure.Unknown)
	b.report.Judge("Loading the rivals", "–", fmt.Sprintf("PostgreSQL %.0f s by the clock (both tables, indexes, roll-ups); DuckDB %.1f s of processor (as loaded)", p.load.Seconds(), d.load), "", measure.Unknown)
	b.report.Judge("A row that comes: the roll-ups' trigger, in statements of 50,000", "–", fmt.Sprintf("%.1f µs by the clock", float64(p.trigger.Nanoseconds())/1000), "", measure.Unknown)
	return nil
}

// viewport is the cells in view, and the same as ranges of cells that follow
// each other in the city.
func (c *city) viewport() (view []hex.Cell, ranges [][2]hex.Cell, err error) {
	cells := slices.Clone(c.cells)
	slices.Sort(cells)
	u, err := hex.NewUniverse(slices.Compact(cells))
	if err != nil {
		return nil, nil, err
	}
	for _, r := range u.WithinBounds(c.view) {
		for i := r.From; i < r.To; i++ {
			view = append(view, u.Cell(i))
		}
		ranges = append(ranges, [2]hex.Cell{u.Cell(r.From), u.Cell(r.To - 1)})
	}
	return view, ranges, nil
}

// ask compares all answers, cell by cell, and then measures.
func (b *bench) ask(q question, want wants, o *ours, p *postgres, d *duck, inView map[hex.Cell]bool) error {
	right := b.city.plain(q, inView)
	same := func(name string, found counts, err error) error {
		if err == nil {
			err = right.different(found)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	scanned, err := o.answer(o.scan, q)
	ready, err2 := o.answer(o.ready, q)
	if err := errors.Join(same("ours, by reading", scanned, err), same("ours, from sums", ready, err2)); err != nil {
		return err
	}
	reading, summed := o.side("ours, by reading", o.scan, q), o.side("ours, sums by day", o.ready, q)
	sides := []*side{reading, summed, {name: "a Go map", run: func() error { b.city.plain(q, inView); return nil }}}
	var fromPostgres, fromDuck, fromRollUp []*side
	add := func(ways map[string]string, answer func(context.Context, string) (counts, error), to *[]*side, make func(name, statement string) (*side, error)) error {
		for _, name := range slices.Sorted(maps.Keys(ways)) {
			found, err := answer(b.ctx, ways[name])
			if err := same(name, found, err); err != nil {
				return err
			}
			s, err := make(name, ways[name])
			if err != nil {
				return err
			}
			*to = append(*to, s)
		}
		return nil
	}
	asked := func(name, statement string) (*side, error) { return p.side(b.ctx, name, statement), nil }
	err = errors.Join(
		add(p.ways(q), p.answer, &fromPostgres, asked),
		add(p.rolled(q), p.answer, &fromRollUp, asked),
		add(d.ways(q), d.answer, &fromDuck, func(name, statement string) (*side, error) { return d.side(b.ctx, name, statement) }))
	if err != nil {
		return err
	}
	b.say("  measuring: %s", q.name)
	sides = slices.Concat(sides, fromPostgres, fromRollUp, fromDuck)
	if err := contest(b.repeats(5, 5), sides...); err != nil {
		return err
	}
	b.judgeQuestion(q, want, reading, summed, fromPostgres, fromDuck, fromRollUp)
	detail := measure.Detail{
		Title: fmt.Sprintf("Counts: %s", q.name),
		Head:  []string{"side", "processor, median", "least … greatest", "by the clock, median"},
		Notes: []string{strconv.Itoa(len(right)) + " cells, " + strconv.FormatInt(right.total(), 10) + " points; all sides gave the same, cell by cell."},
	}
	for _, s := range sides {
		detail.Rows = append(detail.Rows, []string{s.name, milliseconds(s.median()),
			milliseconds(slices.Min(s.seconds)) + " … " + milliseconds(slices.Max(s.seconds)), milliseconds(measure.Median(s.wallSeconds))})
	}
	b.report.Add(detail)
	return nil
}

// judgeQuestion compares us with the fastest form of each rival.
func (b *bench) judgeQuestion(q question, want wants, reading, summed *side, fromPostgres, fromDuck, fromRollUp []*side) {
	title := "Counts, " + q.name + ": "
	if !q.filtered {
		b.judgeRatio(title+"PostgreSQL / ours", best(fromPostgres), reading, want.postgres)
		b.judgeRatio(title+"DuckDB / ours", best(fromDuck), reading, want.duck)
	} else {
		// An index on just the filter serves this question and no other one: it
		// is compared apart, and with what we keep ready ourselves.
		own := slices.IndexFunc(fromPostgres, func(s *side) bool { return s.name == ownIndex })
		general := slices.Clone(fromPostgres)
		if own >= 0 {
			general = slices.Delete(general, own, own+1)
		}
		b.judgeRatio(title+"PostgreSQL / ours by reading", best(general), reading, want.postgres)
		b.judgeRatio(title+"DuckDB / ours by reading", best(fromDuck), reading, want.duck)
		if own >= 0 {
			b.judgeRatio(title+"PostgreSQL / ours by reading", fromPostgres[own], reading, 0)
			b.judgeRatio(title+"PostgreSQL / ours from sums by day", best(fromPostgres), summed, want.postgres)
			b.judgeRatio(title+"DuckDB / ours from sums by day", best(fromDuck), summed, 40)
		}
	}
	if len(fromRollUp) > 0 {
		b.judgeRatio(title+"roll-up table / ours from sums by day", best(fromRollUp), summed, 5)
	} else {
		b.report.Judge(title+"roll-up table / ours", "–", "the roll-up tables cannot answer", "", measure.Unknown)
	}
	if q.inView && !q.filtered {
		ms := summed.median() * 1000
		b.report.Judge(title+"ours", "< 0.1 ms", milliseconds(summed.median()), milliseconds(slices.Min(summed.seconds))+" … "+milliseconds(slices.Max(summed.seconds)), measure.Judged(ms < 0.1))
	}
}
