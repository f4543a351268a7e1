package planar

import "math"

// Wiggle draws a piece of a bisector as a natural line: the ends stay, the
// points between swing to both sides. left and right are the two sites. The
// line stays well inside the two triangles that the piece makes with the
// sites; triangles of different borders share no ground, so wiggled borders
// never meet. parts is how many straight parts the line gets; swing gives, for
// the n-th point, a number between -1 and 1.
func Wiggle(b Bisector, left, right Point, aspect float64, parts int, swing func(n int) float64) []Point {
	length := Distance(b.From, b.To, aspect)
	line := []Point{b.From}
	ux, uy := float64(b.To.X-b.From.X)*aspect/length, float64(b.To.Y-b.From.Y)/length
	roomLeft, roomRight := room(b, left, aspect), room(b, right, aspect)
	walk := 0.0
	for n := 1; n < parts; n++ {
		t := float64(n) / float64(parts)
		// A bridge of a random walk: neighbours swing together, ends are free
		// of it.
		walk = 0.55*walk + swing(n)
		off := walk * length * 0.09 * math.Sqrt(t*(1-t))
		if off > 0 {
			off = math.Min(off, 0.8*roomLeft(t))
		} else {
			off = -math.Min(-off, 0.8*roomRight(t))
		}
		x := float64(b.From.X)*aspect + ux*t*length - uy*off
		y := float64(b.From.Y) + uy*t*length + ux*off
		p := Point{int32(math.Round(x / aspect)), int32(math.Round(y))}
		if p != line[len(line)-1] {
			line = append(line, p)
		}
	}
	if line[len(line)-1] == b.To {
		line = line[:len(line)-1]
	}
	return append(line, b.To)
}

// room tells how far the triangle of the piece and a site reaches aside at
// part t of the way.
func room(b Bisector, site Point, aspect float64) func(t float64) float64 {
	length := Distance(b.From, b.To, aspect)
	slope := func(end, other Point) float64 {
		dx, dy := float64(other.X-end.X)*aspect, float64(other.Y-end.Y)
		sx, sy := float64(site.X-end.X)*aspect, float64(site.Y-end.Y)
		along := (dx*sx + dy*sy) / length
		aside := math.Abs(dx*sy-dy*sx) / length
		if along <= 0 {
			return math.Inf(1) // the triangle leans outward at this end
		}
		return aside / along
	}
	atFrom, atTo := slope(b.From, b.To), slope(b.To, b.From)
	return func(t float64) float64 {
		return length * math.Min(t*atFrom, (1-t)*atTo)
	}
}
