package planar

import "math"

// Bisector is the border between the Voronoi cells of two sites: seen on the
// way from From to To, the cell of Left lies left. Places on the way are
// straight between the two.
type Bisector struct {
	From, To    Point
	Left, Right int32
}

// Voronoi lists the borders between the cells of the mesh's sites. Corners
// closer together than merge become one, so that four cells may meet in a
// point; a border that shrinks to nothing is left out.
func (m *Mesh) Voronoi(merge float64) []Bisector {
	centre := m.centres()
	into := m.mergeCentres(centre, merge)
	var borders []Bisector
	for h := range m.Corners {
		g := m.Twins[h]
		if g < int32(h) {
			continue
		}
		// Turning a→b by a quarter gives the way from the circle right of it to
		// the circle left of it, and a lies left of that way.
		a, b := m.Corners[h], m.Corners[g]
		if int(a) >= m.Sites || int(b) >= m.Sites {
			continue
		}
		from, to := centre[into[g/3]], centre[into[h/3]]
		if from != to {
			borders = append(borders, Bisector{From: from, To: to, Left: a, Right: b})
		}
	}
	return borders
}

// farthest bounds the circumcentres of flat triangles at the rim, which may
// lie anywhere; they are far outside every outline in any case.
const farthest = 1 << 28

func (m *Mesh) centres() []Point {
	centres := make([]Point, len(m.Corners)/3)
	for t := range centres {
		a, b, c := m.Points[m.Corners[3*t]], m.Points[m.Corners[3*t+1]], m.Points[m.Corners[3*t+2]]
		bx, by := float64(b.X-a.X)*m.aspect, float64(b.Y-a.Y)
		cx, cy := float64(c.X-a.X)*m.aspect, float64(c.Y-a.Y)
		bb, cc := bx*bx+by*by, cx*cx+cy*cy
		d := 2 * (bx*cy - by*cx)
		if d == 0 {
			centres[t] = a
			continue
		}
		x, y := (cy*bb-by*cc)/d/m.aspect, (bx*cc-cx*bb)/d
		if reach := math.Max(math.Abs(x), math.Abs(y)); reach > farthest {
			x, y = x*farthest/reach, y*farthest/reach
		}
		centres[t] = Point{a.X + int32(math.Round(x)), a.Y + int32(math.Round(y))}
	}
	return centres
}

// mergeCentres maps each triangle to the one whose centre stands for its own.
func (m *Mesh) mergeCentres(centre []Point, merge float64) []int32 {
	into := make([]int32, len(centre))
	for t := range into {
		into[t] = int32(t)
	}
	root := func(t int32) int32 {
		for into[t] != t {
			into[t] = into[into[t]]
			t = into[t]
		}
		return t
	}
	for h := range m.Corners {
		g := m.Twins[h]
		if g < int32(h) {
			continue
		}
		u, v := root(int32(h)/3), root(g/3)
		if u != v && Distance(centre[u], centre[v], m.aspect) < merge {
			into[max(u, v)] = min(u, v)
		}
	}
	for t := range into {
		into[t] = root(int32(t))
	}
	return into
}

// Relax moves each site for which free is true a part of the way towards the
// middle of its cell's corners (Lloyd's method), and returns the moved sites.
// A step is at most half the distance to the nearest neighbour, so that no two
// sites meet and sites at the rim stay.
func (m *Mesh) Relax(part float64, free func(site int) bool) []Point {
	centre := m.centres()
	sumX, sumY := make([]float64, m.Sites), make([]float64, m.Sites)
	corners := make([]float64, m.Sites)
	nearest := make([]float64, m.Sites)
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	for h, c := range m.Corners {
		if int(c) >= m.Sites {
			continue
		}
		p := m.Points[c]
		sumX[c] += float64(centre[h/3].X - p.X)
		sumY[c] += float64(centre[h/3].Y - p.Y)
		corners[c]++
		to := m.Points[m.Corners[next(int32(h))]]
		nearest[c] = math.Min(nearest[c], Distance(p, to, m.aspect))
	}
	moved := make([]Point, m.Sites)
	for i := range moved {
		p := m.Points[i]
		moved[i] = p
		if !free(i) {
			continue
		}
		x, y := part*sumX[i]/corners[i], part*sumY[i]/corners[i]
		step := math.Hypot(x*m.aspect, y)
		if limit := nearest[i] / 2.5; step > limit {
			x, y = x*limit/step, y*limit/step
		}
		moved[i] = Point{p.X + int32(math.Round(x)), p.Y + int32(math.Round(y))}
	}
	return moved
}

// Neighbours lists the pairs of sites whose cells touch in the unclipped
// plane, each pair once, lower site first.
func (m *Mesh) Neighbours() [][2]int32 {
	var pairs [][2]int32
	for h, a := range m.Corners {
		b := m.Corners[next(int32(h))]
		if a < b && int(b) < m.Sites {
			pairs = append(pairs, [2]int32{a, b})
		}
	}
	return pairs
}
