package planar

import (
	"fmt"
	"math"
	"slices"
)

// Mesh is the Delaunay triangulation of sites. Triangle t has the corners
// Corners[3t], [3t+1], [3t+2], counter-clockwise; the half-edge 3t+i leads
// from corner i to the next one of its triangle, and Twins holds the half-edge
// on the other side, or -1.
//
// Four corners of a frame far outside come after the sites, so that every site
// has a closed ring of triangles around it.
type Mesh struct {
	Points  []Point // the sites, then the frame
	Sites   int     // how many of Points are sites
	Corners []int32
	Twins   []int32
	aspect  float64
}

// frameFactor is how far outside the sites the frame stands, in widths of
// their extent: bisectors towards it then pass well outside the sites.
const frameFactor = 8

// Triangulate joins the sites, which must differ from one another. Circles are
// round where x is stretched by aspect.
//
// Each site is dropped into the triangle that holds it, and edges are flipped
// until no circumcircle holds a fourth point (Lawson, "Software for C1 surface
// interpolation", 1977). Sides are decided exactly; four points on one circle
// may be joined either way.
func Triangulate(sites []Point, aspect float64) (*Mesh, error) {
	m := &Mesh{Points: slices.Clone(sites), Sites: len(sites), aspect: aspect}
	m.addFrame()
	near := int32(0)
	for _, site := range insertionOrder(sites) {
		t, err := m.find(near, m.Points[site])
		if err != nil {
			return nil, fmt.Errorf("site %d: %w", site, err)
		}
		m.split(t, site)
		near = t
	}
	return m, nil
}

func (m *Mesh) addFrame() {
	low, high := bounds(m.Points)
	reach := frameFactor * max(high.X-low.X, high.Y-low.Y, 1)
	first := int32(len(m.Points))
	m.Points = append(m.Points,
		Point{low.X - reach, low.Y - reach}, Point{high.X + reach, low.Y - reach},
		Point{high.X + reach, high.Y + reach}, Point{low.X - reach, high.Y + reach})
	m.Corners = []int32{first, first + 1, first + 2, first, first + 2, first + 3}
	m.Twins = []int32{-1, -1, 3, 2, -1, -1}
}

func bounds(points []Point) (low, high Point) {
	if len(points) == 0 {
		return
	}
	low, high = points[0], points[0]
	for _, p := range points {
		low.X, low.Y = min(low.X, p.X), min(low.Y, p.Y)
		high.X, high.Y = max(high.X, p.X), max(high.Y, p.Y)
	}
	return low, high
}

// insertionOrder visits the sites in strips, up one and down the next, so that
// the walk to the next triangle is short.
func insertionOrder(sites []Point) []int32 {
	low, high := bounds(sites)
	strips := int64(math.Sqrt(float64(len(sites))/2)) + 1
	width := int64(high.X-low.X)/strips + 1
	order := make([]int32, len(sites))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		si, sj := int64(sites[i].X-low.X)/width, int64(sites[j].X-low.X)/width
		if si != sj {
			return int(si - sj)
		}
		up := 1
		if si%2 == 1 {
			up = -1
		}
		if d := int(sites[i].Y) - int(sites[j].Y); d != 0 {
			return up * d
		}
		return int(i - j)
	})
	return order
}

func next(h int32) int32 { return h - h%3 + (h+1)%3 }
func prev(h int32) int32 { return h - h%3 + (h+2)%3 }

// find walks from triangle t to the one that holds p.
func (m *Mesh) find(t int32, p Point) (int32, error) {
	for steps := 0; steps < len(m.Corners); steps++ {
		over := int32(-1)
		for h := 3 * t; h < 3*t+3; h++ {
			if Cross(m.Points[m.Corners[h]], m.Points[m.Corners[next(h)]], p) < 0 {
				over = m.Twins[h]
				break
			}
		}
		if over < 0 {
			return t, nil
		}
		t = over / 3
	}
	return 0, fmt.Errorf("no triangle holds %v", p)
}

// split puts site into triangle t, making three of it, and restores the
// Delaunay property around. A site on an edge makes one flat triangle, which
// the first flip removes.
func (m *Mesh) split(t, site int32) {
	a, b, c := m.Corners[3*t], m.Corners[3*t+1], m.Corners[3*t+2]
	ab, bc, ca := m.Twins[3*t], m.Twins[3*t+1], m.Twins[3*t+2]
	u := int32(len(m.Corners) / 3)
	v := u + 1
	m.Corners = append(m.Corners, b, c, site, c, a, site)
	m.Twins = append(m.Twins, 0, 0, 0, 0, 0, 0)
	m.Corners[3*t+2] = site
	m.link(3*t, ab)
	m.link(3*u, bc)
	m.link(3*v, ca)
	m.link(3*t+1, 3*u+2)
	m.link(3*u+1, 3*v+2)
	m.link(3*v+1, 3*t+2)
	m.legalise([]int32{3 * t, 3 * u, 3 * v})
}

func (m *Mesh) link(h, g int32) {
	m.Twins[h] = g
	if g >= 0 {
		m.Twins[g] = h
	}
}

// legalise flips the doubtful half-edges, each opposite to the new site, and
// those that become doubtful by it.
func (m *Mesh) legalise(doubtful []int32) {
	for len(doubtful) > 0 {
		h := doubtful[len(doubtful)-1]
		doubtful = doubtful[:len(doubtful)-1]
		g := m.Twins[h]
		if g < 0 || !m.mustFlip(h, g) {
			continue
		}
		// h: a→b with the site behind, g: b→a with the far corner behind.
		site, far := m.Corners[prev(h)], m.Corners[prev(g)]
		hNext, gNext := m.Twins[next(h)], m.Twins[next(g)]
		m.Corners[next(h)] = far
		m.Corners[next(g)] = site
		m.link(h, gNext)
		m.link(g, hNext)
		m.link(next(h), next(g))
		// The site's triangles are now (a, far, site) and (b, site, far).
		doubtful = append(doubtful, h, prev(g))
	}
}

func (m *Mesh) mustFlip(h, g int32) bool {
	a, b := m.Points[m.Corners[h]], m.Points[m.Corners[g]]
	site, far := m.Points[m.Corners[prev(h)]], m.Points[m.Corners[prev(g)]]
	if Cross(a, far, site) <= 0 || Cross(far, b, site) <= 0 {
		return false
	}
	return Cross(a, b, site) == 0 || m.inCircle(a, b, site, far)
}

// inCircle reports whether d lies clearly inside the circle through a, b, c,
// clearly meaning by more than rounding, so that flipping ends.
func (m *Mesh) inCircle(a, b, c, d Point) bool {
	ax, ay := float64(a.X-d.X)*m.aspect, float64(a.Y-d.Y)
	bx, by := float64(b.X-d.X)*m.aspect, float64(b.Y-d.Y)
	cx, cy := float64(c.X-d.X)*m.aspect, float64(c.Y-d.Y)
	aa, bb, cc := ax*ax+ay*ay, bx*bx+by*by, cx*cx+cy*cy
	determinant := aa*(bx*cy-by*cx) + bb*(cx*ay-cy*ax) + cc*(ax*by-ay*bx)
	size := aa*(math.Abs(bx*cy)+math.Abs(by*cx)) +
		bb*(math.Abs(cx*ay)+math.Abs(cy*ax)) +
		cc*(math.Abs(ax*by)+math.Abs(ay*bx))
	return determinant > 1e-11*size
}
