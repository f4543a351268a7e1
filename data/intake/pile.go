package intake

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

const (
	// pileRows and pileShare are from how many rows, and which share of all,
	// a single point is suspected of being a default.
	pileRows  = 20
	pileShare = 0.01
	// pilePlaces bounds how many different points are counted; later ones are
	// not, which a default point would hardly be.
	pilePlaces = 1 << 20
)

// pile counts the rows on each point. Systems that cannot find an address often
// put the case on one fixed point, such as the town hall, which then looks like
// a hotspot.
type pile struct{ rows map[orb.Point]int }

func newPile() *pile { return &pile{rows: map[orb.Point]int{}} }

func (p *pile) add(g orb.Geometry) {
	at, ok := g.(orb.Point)
	if !ok {
		return
	}
	if _, known := p.rows[at]; known || len(p.rows) < pilePlaces {
		p.rows[at]++
	}
}

// warnings names the points that hold suspiciously many of the rows, the
// fullest first.
func (p *pile) warnings(rows int) []layers.Text {
	type spot struct {
		at orb.Point
		n  int
	}
	var spots []spot
	for at, n := range p.rows {
		if n >= pileRows && float64(n) >= pileShare*float64(rows) {
			spots = append(spots, spot{at, n})
		}
	}
	slices.SortFunc(spots, func(a, b spot) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.at[0], b.at[0]), cmp.Compare(a.at[1], b.at[1]))
	})
	const most = 5
	var warnings []layers.Text
	for _, s := range spots[:min(most, len(spots))] {
		where := fmt.Sprintf("%.6g, %.6g", s.at[0], s.at[1])
		warnings = append(warnings, layers.Text{
			Zh: fmt.Sprintf("%d 行位于同一点 %s，可能是默认坐标而非真实位置", s.n, where),
			En: fmt.Sprintf("%d rows lie on one point, %s, perhaps a default rather than their place", s.n, where)})
	}
	return warnings
}
