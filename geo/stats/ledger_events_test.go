package stats

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/geo/ledgertest"
)

// ledgerOfEvents recomputes the second table of docs/correctness.md.
func ledgerOfEvents(t *testing.T) map[string]float64 {
	our := map[string]float64{}
	ledgerDensity(t, our)
	ledgerScan(t, our)
	ledgerInteraction(t, our)
	for name, file := range map[string][]float64{
		"rainfall": table(t, "rainfall.txt"), "8 values": {1, 3, 2, 5, 4, 6, 8, 7}, "12 values with ties": {0, 0, 1, 2, 2, 2, 3, 5, 4, 7, 7, 9},
	} {
		trend := MannKendall(file)
		our["S, "+name], our["Var(S), "+name], our["z(S), "+name] = float64(trend.S), trend.Variance, trend.Z
		if name == "rainfall" {
			slope := must[Slope](t)(SenSlope(file, 0.95))
			our["p(S), rainfall"], our["tau, rainfall"], our["Sen slope, rainfall"], our["Sen intercept, rainfall"] = trend.P, trend.Tau, slope.PerStep, slope.Intercept
		}
	}
	our["Gini, ten incomes"] = must[Lorenz](t)(Evenness([]float64{541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261}, nil)).Gini
	score := must[ForecastScore](t)(ScoreForecast([]float64{9, 1}, []float64{10, 90}, []float64{20, 80}, 10))
	our["PAI, a fifth of the incidents in a tenth of the area"] = score.PAI
	return our
}

func ledgerDensity(t *testing.T, our map[string]float64) {
	here := []orb.Point{{0, 0}}
	our["kernel × 10⁷, h 1 km, at the event"] = 1e7 * must[[]float64](t)(KernelDensity(here, nil, here, 1000))[0]
	our["kernel × 10⁷ in space and time, g 7 d, at the event"] = 1e7 * must[[]float64](t)(SpaceTimeDensity(here, []float64{3}, nil, here, 3, 1000, 7))[0]
	volume := sumOf(must[[]float64](t)(KernelDensity(here, nil, raster(orb.Point{-1000, -1000}, 20, 100, 100), 1000))) * 400
	our["kernel, volume"] = volume
	star := network(t, 5, Stretch{0, 1, 3000}, Stretch{2, 0, 3000}, Stretch{0, 3, 3000}, Stretch{0, 4, 3000})
	for name, split := range map[string]Split{"equal split": Discontinuous, "continuous": Continuous} {
		got := must[[]float64](t)(star.Density([]RoadPlace{{0, 500}}, nil, []RoadPlace{{0, 500}, {2, 0}}, 1000, split))
		our["road kernel × 10⁴, h 1 km, at the event, "+name], our["road kernel × 10⁴ behind a junction of four, "+name] = 1e4*got[0], 1e4*got[1]
		our["road kernel, mass on a star, "+name] = mass(t, star, []RoadPlace{{0, 500}}, 1000, split)
	}
	tower := Plane{meridian: -81}.Metres(orb.Point{-(79 + 23.0/60 + 13.7/3600), 43 + 38.0/60 + 33.24/3600})
	our["UTM easting, CN Tower"], our["UTM northing, CN Tower"] = math.Floor(500000+0.9996*tower[0]), math.Floor(0.9996*tower[1])
}

func ledgerScan(t *testing.T, our map[string]float64) {
	kilometres, degrees, data := newYork(t)
	data.Centres = degrees
	clusters := must[[]ScanCluster](t)(Scan(data, ScanOptions{Share: 0.1, Distance: published(degrees)}))
	first := clusters[0]
	our["LLR, SaTScan's first cluster"], our["its tracts"], our["its cases"] = first.LLR, float64(len(first.Members)), float64(first.Cases)
	our["its expected"], our["its relative risk"] = first.Expected, first.Relative
	for _, c := range clusters {
		switch c.Centre {
		case 61:
			our["LLR, scan in degrees, about tract 62"] = c.LLR
		case 45:
			our["LLR, scan in degrees, about tract 46"] = c.LLR
		}
	}
	for _, c := range must[[]ScanCluster](t)(Scan(data, ScanOptions{Share: 0.1})) {
		switch c.Centre {
		case 88:
			our["LLR, scan in degrees, about tract 89"], our["expected, about tract 89"], our["relative risk, about tract 89"] = c.LLR, c.Expected, c.Relative
		case 165:
			our["LLR, scan in degrees, about tract 166"], our["expected, about tract 166"], our["relative risk, about tract 166"] = c.LLR, c.Expected, c.Relative
		}
	}
	data.Centres = kilometres
	our["LLR, scan in kilometres, first"] = must[[]ScanCluster](t)(Scan(data, ScanOptions{Share: 0.1}))[0].LLR
}

func ledgerInteraction(t *testing.T, our map[string]float64) {
	events, days := burkitt(t)
	knox := must[KnoxResult](t)(Knox(events, days, 20, 5, 0, 0))
	our["Knox, near"], our["Knox, soon"], our["Knox, both"] = float64(knox.Near), float64(knox.Soon), float64(knox.Both)
	our["Knox, expected"], our["Knox, Poisson p"] = knox.Expected, knox.Poisson
	for _, l := range must[[]KnoxLocal](t)(LocalKnox(events, days, 20, 5)) {
		our["modified Knox"] += (float64(l.Both) - float64(l.Near)*float64(l.Soon)/187) / 2
		if l.Both > 0 {
			our["local Knox, events with a neighbour"]++
		}
	}
	our["Mantel r, reciprocal"], _, _ = Mantel(events, days, Reciprocal, 0, 0)
	our["Mantel r"], _, _ = Mantel(events, days, nil, 0, 0)
	count, _, _ := Jacquez(events, days, 3, 0, 0)
	our["Jacquez, k 3"] = float64(count)
}

func TestLedgerOfEvents(t *testing.T) {
	ledgertest.Compare(t, "Events, clusters and trends", ledgerOfEvents(t))
}
