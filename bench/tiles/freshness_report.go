package main

import (
	"fmt"
	"maps"
	"slices"

	"sitmap/bench/measure"
)

// reportFreshness judges.
func (b *bench) reportFreshness(s *soak) {
	var all []float64
	var ranges []string
	for i, l := range s.latencies {
		all = append(all, l...)
		ranges = append(ranges, fmt.Sprintf("%s p50 %.0f, p99 %.0f", s.servers[i].name, 1000*measure.Quantile(l, 0.5), 1000*measure.Quantile(l, 0.99)))
	}
	if len(s.late) > 0 {
		b.report.Judge("Freshness: changes that did not show within "+visibleWithin.String(), "0", fmt.Sprint(len(s.late)), s.late[0], measure.Missed)
	}
	p99, longest := 1000*measure.Quantile(all, 0.99), 1000*measure.Quantile(all, 1)
	b.report.Judge("Freshness under half load: from commit to the answer, p99", "≤ 100 ms", fmt.Sprintf("%.0f ms (p50 %.0f ms, %d changes on 2 servers)", p99, 1000*measure.Quantile(all, 0.5), len(s.imports)), ranges[0]+"; "+ranges[1], measure.Judged(len(all) > 0 && p99 <= 100))
	b.report.Judge("Freshness under half load: the longest", "≤ 1 s", fmt.Sprintf("%.0f ms", longest), "", measure.Judged(len(all) > 0 && longest <= 1000))
	b.report.Judge("Untouched tiles that lost their entity tag", "0", fmt.Sprintf("%d of %d", s.lost, s.kept), "", measure.Judged(s.kept > 0 && s.lost == 0))
	requests, faults, rate := 0, 0, 0.0
	for _, o := range s.traffic {
		requests, faults, rate = requests+o.requests, faults+o.faults, rate+o.rate
	}
	b.report.Judge("Failed requests during the edits", "0", fmt.Sprintf("%d of %d (%.1fk/s, wanted %.1fk/s)", faults, requests, rate/1000, s.wanted/1000), "", measure.Judged(requests > 0 && faults == 0))
	growth, said := 0.0, ""
	for i, mb := range s.resident {
		third := len(mb) / 3
		first, last := measure.Median(mb[:third]), measure.Median(mb[len(mb)-third:])
		growth = max(growth, last/max(first, 1)-1)
		said += fmt.Sprintf("%s %.0f → %.0f MB; ", s.servers[i].name, first, last)
	}
	b.report.Judge("Memory during the edits, last third above the first", "≤ 10 %", fmt.Sprintf("%+.0f %%", 100*growth), said[:max(0, len(said)-2)], measure.AtMost(growth, 0.10))
	notes := []string{
		fmt.Sprintf("Two servers share the database; 16 connections to each ask for the list in a fixed shuffled order, at half the rate of ready tiles with 32 connections, for %s. A process of its own imports 1 to 5 cameras that move, or a border and the grids beside it, every %s; an import took %.0f ms (median). From the commit's return until an answer shows the new name was read.", b.soak, editEvery, 1000*measure.Median(s.imports)),
	}
	if len(s.lostNames) > 0 {
		notes = append(notes, fmt.Sprintf("Lost their tag: %v.", s.lostNames[:min(8, len(s.lostNames))]))
	}
	d := measure.Detail{Title: "Edits under load", Head: []string{"change of", "answers", "p50 ms", "p90 ms", "p99 ms", "longest ms"}, Notes: notes}
	for _, layer := range slices.Sorted(maps.Keys(s.byLayer)) {
		l := scaled(s.byLayer[layer], 1000)
		row := []string{layer, fmt.Sprint(len(l))}
		for _, q := range []float64{0.5, 0.9, 0.99, 1} {
			row = append(row, fmt.Sprintf("%.0f", measure.Quantile(l, q)))
		}
		d.Rows = append(d.Rows, row)
	}
	b.report.Add(d)
}
