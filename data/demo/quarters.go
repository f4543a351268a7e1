package demo

import (
	"math"

	"sitmap/data/demo/planar"
)

// quarter is a built-up place with straight streets. Its blocks are grids, so
// their middles stand in columns and rows, and the streets run exactly
// between them.
type quarter struct {
	quarterPlan
	centre  place
	columns []float64 // of block middles, metres along the quarter's first axis
	rows    []float64
	seat    bool
	county  int
	every   int // a street after every so many blocks
}

// lay draws a quarter around the centre, which becomes the middle of a block.
func lay(centre place, plan quarterPlan, every int, d dice) quarter {
	return quarter{
		quarterPlan: plan, centre: centre, every: every,
		columns: middles(plan.east, plan.block, d), rows: middles(plan.north, plan.block, d),
	}
}

// middles are positions from -reach to reach, about a block apart, with 0
// among them.
func middles(reach, block float64, d dice) []float64 {
	list := []float64{0}
	for x := 0.0; x < reach; {
		x += block * d.between(0.78, 1.24)
		list = append(list, x)
	}
	for x := 0.0; x > -reach; {
		x -= block * d.between(0.78, 1.24)
		list = append([]float64{x}, list...)
	}
	return list
}

// block tells whether the block of that column and row belongs to the
// quarter, and where its middle is.
func (q quarter) block(column, row int, region *planar.Region) (place, bool) {
	if column < 0 || row < 0 || column >= len(q.columns) || row >= len(q.rows) {
		return place{}, false
	}
	p := q.quarterPlan.place(q.centre, q.columns[column], q.rows[row])
	return p, q.holds(q.centre, p, 1) && region.Contains(p)
}

// streetLines are the positions of streets between middles: after every few
// blocks, with one through the heart of the quarter.
func (q quarter) streetLines(of []float64) []int {
	var after []int
	heart := 0
	for i, x := range of {
		if x == 0 {
			heart = i
		}
	}
	for i := 0; i+1 < len(of); i++ {
		if (i-heart+q.every*len(of))%q.every == 0 {
			after = append(after, i)
		}
	}
	return after
}

// crossing is where the street after the given column meets the street after
// the given row.
func (q quarter) crossing(column, row int) place {
	return q.quarterPlan.place(q.centre,
		(q.columns[column]+q.columns[column+1])/2, (q.rows[row]+q.rows[row+1])/2)
}

// townQuarter is the plan of an ordinary township's streets.
func townQuarter(d dice) quarterPlan {
	return quarterPlan{
		east: d.between(380, 640), north: d.between(330, 540),
		block: d.between(140, 175), tilt: d.between(-25, 25), phase: d.between(0, 2*math.Pi),
	}
}

// blocks lists the middles of all blocks.
func (q quarter) blocks(region *planar.Region) []place {
	var list []place
	for column := range q.columns {
		for row := range q.rows {
			if p, ok := q.block(column, row, region); ok {
				list = append(list, p)
			}
		}
	}
	return list
}

// rim is a ring of places around the quarter, so many metres outside and
// apart, so that its outer blocks end where the town ends and do not run out
// into the fields.
func (q quarter) rim(region *planar.Region, outside, apart float64) []place {
	wide := q.quarterPlan
	wide.east, wide.north = wide.east+outside, wide.north+outside
	var ring []place
	for turn := 0.0; turn < 2*math.Pi; turn += 0.01 {
		sin, cos := math.Sincos(turn)
		// The same superellipse as holds, in polar form.
		reach := q.swell(turn) * math.Pow(math.Pow(math.Abs(cos), 3)+math.Pow(math.Abs(sin), 3), -1.0/3)
		p := wide.place(q.centre, wide.east*reach*cos, wide.north*reach*sin)
		far := len(ring) == 0 || metres(ring[len(ring)-1], p) >= apart && metres(ring[0], p) >= apart*0.7
		if far && region.Contains(p) {
			ring = append(ring, p)
		}
	}
	return ring
}

// laySeat draws the streets of a county's seat.
func laySeat(t territory, county int, d dice) quarter {
	q := lay(t.seat, t.seatQuarter, 3, d)
	q.seat, q.county = true, county
	return q
}

// layTowns draws the streets of the townships, and of the second town of
// Liangzhou. A quarter that would run into another is left out.
func layTowns(seat quarter, hamlets []hamlet, towns []townSeed, d dice) []quarter {
	quarters := []quarter{seat}
	for _, unit := range towns {
		h := hamlets[unit.hamlet]
		if h.urban() || unit.kind == statistical {
			continue
		}
		plan, every := townQuarter(d), 1
		if unit.kind == subdistrict {
			plan, every = quarterPlan{east: 1300, north: 1000, block: 150, tilt: 20, phase: 1}, 2
		}
		q := lay(h.centre, plan, every, d)
		q.county = seat.county
		if !overlaps(q, quarters) {
			quarters = append(quarters, q)
		}
	}
	return quarters
}

func overlaps(q quarter, others []quarter) bool {
	for _, o := range others {
		if metres(q.centre, o.centre) < math.Hypot(q.east, q.north)+math.Hypot(o.east, o.north) {
			return true
		}
	}
	return false
}
