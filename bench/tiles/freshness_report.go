package main

import (
	"fmt"
	"maps"
	"slices"
)

// reportFreshness judges.
func (b *bench) reportFreshness(s *soak) {
	var all []float64
	var ranges []string
	for i, l := range s.latencies {
		all = append(all, l...)
		ranges = append(ranges, fmt.Sprintf("%s p50 %.0f, p99 %.0f", s.servers[i].name, 1000*quantile(l, 0.5), 1000*quantile(l, 0.99)))
	}
	if len(s.late) > 0 {
		b.report.judge("Freshness: changes that did not show within "+visibleWithin.String(), "0", fmt.Sprint(len(s.late)), s.late[0], missed)
	}
	p99, longest := 1000*quantile(all, 0.99), 1000*quantile(all, 1)
	b.report.judge("Freshness under half load: from commit to the answer, p99", "≤ 100 ms", fmt.Sprintf("%.0f ms (p50 %.0f ms, %d changes on 2 servers)", p99, 1000*quantile(all, 0.5), len(s.imports)), ranges[0]+"; "+ranges[1], judged(len(all) > 0 && p99 <= 100))
	b.report.judge("Freshness under half load: the longest", "≤ 1 s", fmt.Sprintf("%.0f ms", longest), "", judged(len(all) > 0 && longest <= 1000))
	b.report.judge("Untouched tiles that lost their entity tag", "0", fmt.Sprintf("%d of %d", s.lost, s.kept), "", judged(s.kept > 0 && s.lost == 0))
	requests, faults, rate := 0, 0, 0.0
	for _, o := range s.traffic {
		requests, faults, rate = requests+o.requests, faults+o.faults, rate+o.rate
	}
	b.report.judge("Failed requests during the edits", "0", fmt.Sprintf("%d of %d (%.1fk/s, wanted %.1fk/s)", faults, requests, rate/1000, s.wanted/1000), "", judged(requests > 0 && faults == 0))
	growth, said := 0.0, ""
	for i, mb := range s.resident {
		third := len(mb) / 3
		first, last := median(mb[:third]), median(mb[len(mb)-third:])
		growth = max(growth, last/max(first, 1)-1)
		said += fmt.Sprintf("%s %.0f → %.0f MB; ", s.servers[i].name, first, last)
	}
	b.report.judge("Memory during the edits, last third above the first", "≤ 10 %", fmt.Sprintf("%+.0f %%", 100*growth), said[:max(0, len(said)-2)], atMost(growth, 0.10))
	notes := []string{
		fmt.Sprintf("Two servers share the database; 16 connections to each ask for the list in a fixed shuffled order, at half the rate of ready tiles with 32 connections, for %s. A process of its own imports 1 to 5 cameras that move, or a border and the grids beside it, every %s; an import took %.0f ms (median). From the commit's return until an answer shows the new name was read.", b.soak, editEvery, 1000*median(s.imports)),
	}
	if len(s.lostNames) > 0 {
		notes = append(notes, fmt.Sprintf("Lost their tag: %v.", s.lostNames[:min(8, len(s.lostNames))]))
	}
	d := detail{title: "Edits under load", head: []string{"change of", "answers", "p50 ms", "p90 ms", "p99 ms", "longest ms"}, notes: notes}
	for _, layer := range slices.Sorted(maps.Keys(s.byLayer)) {
		l := scaled(s.byLayer[layer], 1000)
		row := []string{layer, fmt.Sprint(len(l))}
		for _, q := range []float64{0.5, 0.9, 0.99, 1} {
			row = append(row, fmt.Sprintf("%.0f", quantile(l, q)))
		}
		d.rows = append(d.rows, row)
	}
	b.report.add(d)
}
