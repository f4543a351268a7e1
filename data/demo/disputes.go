package demo

import (
	"cmp"
	"math"
	"slices"
	"time"

	"sitmap/layers"
)

type disputeResult struct {
	features []layers.Feature
	log      []layers.Transition
	truth    Truth
}

// supervisedCases is how many disputes of 2016 province and city supervised;
// all of them are resolved.
const supervisedCases = 5

// disputes draws all cases, decides how each ends, and tells their lives.
func (w *world) disputes() disputeResult {
	result := disputeResult{truth: Truth{Seed: w.seed, Background: Background{VillageSigma: villageSigma, Categories: slices.Clone(categories)}}}
	cases := w.disputeModel(plants).incidents(&result.truth)
	slices.SortStableFunc(cases, func(a, b incident) int {
		return cmp.Or(a.found.Compare(b.found), cmp.Compare(a.at.X, b.at.X), cmp.Compare(a.at.Y, b.at.Y))
	})
	d := w.dice("lives")
	ends := decideEnds(cases, d)
	levels := w.chooseSupervised(cases, ends, d)
	sequence := make(map[[2]int]int)
	for i, c := range cases {
		county := w.villages[w.grids[c.cell].village].county
		year := c.found.In(cityZone).Year()
		sequence[[2]int{county, year}]++
		id := caseID(w.counties[county].code, year, sequence[[2]int{county, year}])
		supervision := "none"
		if level, ok := levels[i]; ok {
			supervision = level
		}
		l := w.live(id, c, ends[i], supervision, d)
		result.features = append(result.features, w.disputeFeature(id, c, l, supervision, d))
		result.log = append(result.log, l.log...)
		if c.planted >= 0 {
			h := &result.truth.Hotspots[c.planted]
			h.Members = append(h.Members, id)
		}
		if c.dumped {
			dump := &result.truth.Decoys[1]
			dump.Members = append(dump.Members, id)
		}
	}
	return result
}

func (w *world) disputeFeature(id string, c incident, l life, supervision string, d dice) layers.Feature {
	category := categories[c.category]
	properties := map[string]any{
		"category": category.Code, "status": l.status, "found_at": stamp(c.found), "deadline_at": stamp(l.deadline),
		"unit": l.unit, "supervision": supervision,
		"track":    [...]string{"grid", "list", "online"}[d.pick([]float64{0.72, 0.18, 0.10})],
		"found_by": [...]string{"daily", "regular", "special", "focused"}[d.pick([]float64{0.62, 0.2, 0.11, 0.07})],
	}
	properties["involved_band"] = involved(category.Code, supervision, d)
	if !l.resolvedAt.IsZero() {
		properties["resolved_at"] = stamp(l.resolvedAt)
	}
	if !l.closedAt.IsZero() {
		properties["closed_at"] = stamp(l.closedAt)
	}
	return layers.Feature{
		ID: id, Geometry: degrees(c.at), Properties: properties,
		Area: number(w.grids[c.cell].code), Synthetic: true, Version: 1,
	}
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// involved is the band of how many people a case concerns: few in families,
// many where land is taken or wages are owed.
func involved(category, supervision string, d dice) string {
	bands := [...]string{"1-2", "3-9", "10-29", "30+"}
	if supervision != "none" {
		return bands[2+d.IntN(2)]
	}
	switch category {
	case "06", "08", "12":
		return bands[d.pick([]float64{0.7, 0.28, 0.02, 0})]
	case "01", "02", "03", "05", "11":
		return bands[d.pick([]float64{0.35, 0.42, 0.19, 0.04})]
	}
	return bands[d.pick([]float64{0.5, 0.42, 0.07, 0.01})]
}

// decideEnds chooses, for each year, exactly as many cases as the totals say
// to be withdrawn or still open at the clock; the newest are the most likely
// to be open.
func decideEnds(cases []incident, d dice) []outcome {
	ends := make([]outcome, len(cases))
	for y, year := range disputeYears {
		open, any := make([]float64, len(cases)), make([]float64, len(cases))
		for i, c := range cases {
			if c.year == y {
				age := clock.Sub(c.found).Hours() / 24
				open[i] = math.Exp(-age/5) + 0.0004
				any[i] = 1
			}
		}
		for _, i := range d.sample(open, year.Found-year.Resolved-year.Withdrawn) {
			ends[i] = stillOpen
			any[i] = 0
		}
		for _, i := range d.sample(any, year.Withdrawn) {
			ends[i] = withdrawnByParty
		}
	}
	return ends
}

// chooseSupervised picks the supervised cases of 2016: heavy kinds, settled,
// and found early enough to have been through it all. Two are the province's.
func (w *world) chooseSupervised(cases []incident, ends []outcome, d dice) map[int]string {
	weights := make([]float64, len(cases))
	latest := day("2016-07-01")
	for i, c := range cases {
		heavy := slices.Contains([]string{"01", "03", "05", "11"}, categories[c.category].Code)
		if heavy && c.year == 1 && ends[i] == settled && c.found.Before(latest) && !c.dumped {
			weights[i] = 1
		}
	}
	levels := make(map[int]string)
	for n, i := range d.sample(weights, supervisedCases) {
		levels[i] = "city"
		if n < 2 {
			levels[i] = "province"
		}
	}
	return levels
}
