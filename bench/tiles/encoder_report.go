package main

import (
	"fmt"
	"strconv"

	"sitmap/bench/measure"
)

// reportEncoder judges. Of each tile the median counts.
func (b *bench) reportEncoder(all []contest, repeats int, own effort, mode string) {
	type side func(*contest) []float64
	sql, ours, fine := func(c *contest) []float64 { return c.sql }, func(c *contest) []float64 { return c.ours }, func(c *contest) []float64 { return c.fine }
	medians := func(of side) (list []float64) {
		for i := range all {
			list = append(list, 1000*measure.Median(of(&all[i])))
		}
		return list
	}
	// The spread of a ratio is over the repeats, each taken as a whole.
	perRepeat := func(of side, f func([]float64) float64) (list []float64) {
		for r := range repeats {
			var one []float64
			for i := range all {
				one = append(one, of(&all[i])[r])
			}
			list = append(list, f(one))
		}
		return list
	}
	p99 := func(v []float64) float64 { return measure.Quantile(v, 0.99) }
	s, o, d := medians(sql), medians(ours), medians(fine)
	for _, one := range []struct {
		name string
		f    func([]float64) float64
	}{{"mean", measure.Mean}, {"p99 (the slowest tile)", p99}} {
		ratio := one.f(s) / one.f(o)
		b.report.Judge("Encoder: ST_AsMVT / ours, "+one.name, "≥ 20× (aim 25×)",
			fmt.Sprintf("%.1f× (%.2f ms / %.3f ms)", ratio, one.f(s), one.f(o)),
			measure.Spread(measure.Ratios(perRepeat(sql, one.f), perRepeat(ours, one.f)), "%.1f×"), measure.AtLeast(ratio, 20))
	}
	b.report.Judge("Encoder: processor time a tile, ST_AsMVT / ours", "–", fmt.Sprintf("%.1f× (%.2f ms / %.3f ms)", own.theirs/own.seconds, 1000*own.theirs, 1000*own.seconds), "", measure.Unknown)
	b.report.Judge("Encoder: allocations a tile", "< 10", fmt.Sprintf("%.1f (%.0f kB)", own.allocations, own.bytes/1000), "", measure.Judged(own.allocations < 10))

	row := func(name string, of side, m []float64, bytes, vertices, features int) []string {
		f := func(v float64) string { return fmt.Sprintf("%.3f", v) }
		return []string{name, f(measure.Mean(m)), f(measure.Quantile(m, 0.5)), f(measure.Quantile(m, 0.9)), f(measure.Quantile(m, 0.99)),
			fmt.Sprintf("%.1f×", measure.Mean(s)/measure.Mean(m)), fmt.Sprintf("%.1f×", measure.Quantile(s, 0.5)/measure.Quantile(m, 0.5)), fmt.Sprintf("%.1f×", p99(s)/p99(m)),
			measure.Spread(scaled(perRepeat(of, measure.Mean), 1000), "%.2f"), kilo(bytes), kilo(vertices), kilo(features)}
	}
	var sum contest
	for _, c := range all {
		sum.sqlB, sum.oursB, sum.sqlV, sum.oursV, sum.fnV = sum.sqlB+c.sqlB, sum.oursB+c.oursB, sum.sqlV+c.sqlV, sum.oursV+c.oursV, sum.fnV+c.fnV
		sum.sqlF, sum.oursF, sum.both = sum.sqlF+c.sqlF, sum.oursF+c.oursF, sum.both+c.both
	}
	fineRow := row("ours, not generalised", fine, d, 0, sum.fnV, 0)
	fineRow[9], fineRow[11] = "", ""
	perVertex := (measure.Mean(s) / float64(sum.sqlV)) / (measure.Mean(o) / float64(sum.oursV))
	b.report.Add(measure.Detail{
		Title: "Encoder beside the SQL floor",
		Head:  []string{"side", "mean ms", "p50", "p90", "p99", "mean ratio", "p50 ratio", "p99 ratio", "mean, spread", "kB, all tiles", "vertices, thousands", "features, thousands"},
		Rows: [][]string{
			row("`ST_AsMVT`", sql, s, sum.sqlB, sum.sqlV, sum.sqlF),
			row("ours", ours, o, sum.oursB, sum.oursV, sum.oursF), fineRow,
		},
		Notes: []string{
			"The list is " + listText + ". Uncompressed, all 8 attributes in every tile of both sides, which are compared value by value where both have the feature.",
			fmt.Sprintf("%d features are in both, %d only in theirs, %d only in ours: what is smaller than a unit, or lies at the rim of the buffer.", sum.both, sum.sqlF-sum.both, sum.oursF-sum.both),
			"Each tile in turn on each side, medians of " + strconv.Itoa(repeats) + "; spread is over whole rounds. The database had its better plan (" + mode + "), warm buffers, a table in the tile's projection clustered along its index, and one connection over a socket.",
			fmt.Sprintf("Ours are generalised by an eighth of a pixel (1 of 4,096 units across a tile, half of one at the last zoom), so they carry fewer vertices; a vertex costs us 1/%.1f of what it costs the database. Not generalised means by no more than half a unit, the error of rounding itself.", perVertex),
			"Processor time is the steadier figure on a busy machine: of the database's one process, without its parallel workers; of ours with the collection of garbage.",
			"Freshness: the table is copied by hand and never refreshed; ours follow each commit (see Freshness).",
		},
	})
	b.report.Add(measure.Detail{Title: "Encoder by zoom", Head: []string{"zoom", "tiles", "`ST_AsMVT` ms", "ours ms", "ratio", "not generalised ms", "ratio", "kB theirs / ours"}, Rows: byZoom(all, s, o, d)})
}

func byZoom(all []contest, s, o, d []float64) (rows [][]string) {
	for z := firstZoom; z <= lastZoom; z++ {
		var sz, oz, dz []float64
		var sqlB, oursB int
		for i := range all {
			if int(all[i].at.Z) == z {
				sz, oz, dz = append(sz, s[i]), append(oz, o[i]), append(dz, d[i])
				sqlB, oursB = sqlB+all[i].sqlB, oursB+all[i].oursB
			}
		}
		n := len(sz)
		if n == 0 {
			continue
		}
		rows = append(rows, []string{fmt.Sprintf("z%d", z), strconv.Itoa(n), fmt.Sprintf("%.2f", measure.Mean(sz)), fmt.Sprintf("%.3f", measure.Mean(oz)),
			fmt.Sprintf("%.1f×", measure.Mean(sz)/measure.Mean(oz)), fmt.Sprintf("%.3f", measure.Mean(dz)), fmt.Sprintf("%.1f×", measure.Mean(sz)/measure.Mean(dz)), fmt.Sprintf("%.1f / %.1f", float64(sqlB)/float64(n)/1000, float64(oursB)/float64(n)/1000)})
	}
	return rows
}

func scaled(values []float64, by float64) []float64 {
	all := make([]float64, len(values))
	for i, v := range values {
		all[i] = v * by
	}
	return all
}

// kilo is a number in thousands.
func kilo(n int) string { return fmt.Sprintf("%.1f", float64(n)/1000) }
