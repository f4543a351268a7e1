package api

import (
	"fmt"
	"math"

	"sitmap/geo/hex"
	"sitmap/geo/stats"
	"sitmap/layers"
	"sitmap/layers/release"
)

// courses are how the city's cases were divided among units of the release, quarter
// by quarter: a unit's share rises or falls by the test of Mann and Kendall. Shares,
// because the city's cases have seasons and quarters are few. Nothing enters but
// published numbers. It does not change.
type courses struct {
	units    []release.Unit
	at       map[hex.Cell]int32
	quarters []release.Period
	counts   [][]int     // by unit and quarter
	shares   [][]float64 // of the city
	trends   []stats.Trend
	p        []float64
	sure     float64 // the largest p that stands after correction for all units
	marked   int     // units whose p alone is 0.05 or less
}

// fewestQuarters is how many quarters a course must have: of four, every one in a
// row happens by chance once in twelve.
const fewestQuarters = 5

// courseLevel is at which a course counts as rising or falling.
const courseLevel = 0.05

// releasedCourse is what is told of the course of the unit that holds a cell.
type releasedCourse struct {
	Trend    string          `json:"trend"`
	P        float64         `json:"p"`
	Sure     bool            `json:"sure"`
	Units    int             `json:"units"`
	Marked   int             `json:"marked"`
	Cells    int             `json:"cells"`
	Quarters []courseQuarter `json:"quarters"`
}

type courseQuarter struct {
	Period string  `json:"period"`
	Count  int     `json:"count"`
	Share  float64 `json:"share"`
}

// courses follows the units of all published quarters; nil where there are too few.
func (s *Server) courses(c *cellQuestion) (*courses, error) {
	q := c.released
	var quarters []release.Period
	for _, p := range q.Set.Periods() {
		if p.Months == 3 {
			quarters = append(quarters, p)
		}
	}
	if len(quarters) < fewestQuarters || q.never {
		return nil, nil
	}
	key := fmt.Sprintln("course", c.layer.ID, q.City.Area.Code, q.Version, c.resolution, q.query.Within, q.query.Categories)
	return s.coursesKept.share(key, func() (*courses, error) {
		units, err := q.cells(quarters, c.resolution)
		if err != nil {
			return nil, err
		}
		k := &courses{at: map[hex.Cell]int32{}, quarters: quarters}
		for _, u := range units {
			if u.State == release.Withheld {
				continue
			}
			for _, cell := range u.Cells {
				k.at[cell] = int32(len(k.units))
			}
			k.units = append(k.units, u)
			k.counts = append(k.counts, make([]int, len(quarters)))
		}
		for n, period := range quarters {
			finer, err := q.cells([]release.Period{period}, c.resolution)
			if err != nil {
				return nil, err
			}
			for _, u := range finer {
				if i, ok := k.at[u.Cells[0]]; ok {
					k.counts[i][n] += u.Count
				}
			}
		}
		return k, k.test(q)
	})
}

// test finds which shares rise or fall.
func (k *courses) test(q *releasedQuestion) error {
	all := make([]int, len(k.quarters))
	for n, period := range k.quarters {
		query := q.query
		query.Periods, query.Within = []release.Period{period}, layers.Everywhere
		var err error
		if all[n], err = q.Set.City(query); err != nil {
			return err
		}
	}
	for _, counts := range k.counts {
		shares := make([]float64, len(counts))
		for n, count := range counts {
			shares[n] = math.NaN()
			if all[n] > 0 {
				shares[n] = float64(count) / float64(all[n])
			}
		}
		trend := stats.MannKendall(shares)
		p, exact := trend.Exact()
		if !exact {
			p = trend.P
		}
		if p <= courseLevel {
			k.marked++
		}
		k.shares, k.trends, k.p = append(k.shares, shares), append(k.trends, trend), append(k.p, p)
	}
	k.sure = stats.Threshold(k.p, courseLevel, stats.BenjaminiHochberg)
	return nil
}

// of is the course of the unit that holds a cell; nil where there is none.
func (k *courses) of(cell hex.Cell) *releasedCourse {
	if k == nil {
		return nil
	}
	i, ok := k.at[cell]
	if !ok {
		return nil
	}
	told := &releasedCourse{Trend: "none", P: roundTo(k.p[i], 4), Units: len(k.units), Marked: k.marked, Cells: len(k.units[i].Cells)}
	if k.p[i] <= courseLevel {
		told.Trend, told.Sure = "rising", k.p[i] <= k.sure
		if k.trends[i].S < 0 {
			told.Trend = "falling"
		}
	}
	for n, period := range k.quarters {
		one := courseQuarter{Period: period.String(), Count: k.counts[i][n]}
		if share := k.shares[i][n]; !math.IsNaN(share) {
			one.Share = roundTo(share, 5)
		}
		told.Quarters = append(told.Quarters, one)
	}
	return told
}

// words say a course in a sentence, in both languages; "" where there is none.
func (r *releasedCourse) words() (zh, en string) {
	if r == nil {
		return "", ""
	}
	n := len(r.Quarters)
	chance := fmt.Sprintf("%.1f", 100*r.P)
	switch {
	case r.Trend == "none":
		return fmt.Sprintf("逐季看（%d个季度），所在公布单元占全市的份额没有明确的升降。", n),
			fmt.Sprintf(" Over %d quarters the share of its published place in the city neither rises nor falls clearly.", n)
	case r.Trend == "rising" && r.Sure:
		return fmt.Sprintf("逐季看（%d个季度），所在公布单元占全市的份额在上升，%d处一并检验后仍显著。", n, r.Units),
			fmt.Sprintf(" Over %d quarters the share of its published place in the city rises, even when all %d places are tested together.", n, r.Units)
	case r.Sure:
		return fmt.Sprintf("逐季看（%d个季度），所在公布单元占全市的份额在下降，%d处一并检验后仍显著。", n, r.Units),
			fmt.Sprintf(" Over %d quarters the share of its published place in the city falls, even when all %d places are tested together.", n, r.Units)
	case r.Trend == "rising":
		return fmt.Sprintf("逐季看（%d个季度），所在公布单元占全市的份额似在上升；单看一处，偶然如此的可能为%s%%，%d处中有%d处如此，不足为凭。", n, chance, r.Units, r.Marked),
			fmt.Sprintf(" Over %d quarters the share of its published place in the city seems to rise; by itself that happens by chance in %s %% of cases, and %d of %d places look like it, so it proves nothing.", n, chance, r.Marked, r.Units)
	}
	return fmt.Sprintf("逐季看（%d个季度），所在公布单元占全市的份额似在下降；单看一处，偶然如此的可能为%s%%，%d处中有%d处如此，不足为凭。", n, chance, r.Units, r.Marked),
		fmt.Sprintf(" Over %d quarters the share of its published place in the city seems to fall; by itself that happens by chance in %s %% of cases, and %d of %d places look like it, so it proves nothing.", n, chance, r.Marked, r.Units)
}
