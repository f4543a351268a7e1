package demo

import (
	"cmp"
	"math"
	"slices"

	"sitmap/data/demo/planar"
)

// stretch is a piece of road between two junctions.
type stretch struct {
	class     roadClass
	name, ref string
	line      []place
	bridge    bool
	oneway    bool
}

// cutAtJunctions divides the lines wherever they meet. Motorways and railways
// pass over or under the others and meet them only where they share a point.
// Where wet is given, stretches over a river become bridges.
func cutAtJunctions(lines []roadLine, wet *planar.Segments) []stretch {
	crossed := insertCrossings(lines)
	uses := make(map[place]int)
	for _, line := range crossed {
		for i, p := range line {
			if i == 0 || i == len(line)-1 {
				uses[p]++ // an end is a junction of its own
			}
			uses[p]++
		}
	}
	var stretches []stretch
	seen := make(map[[2]place]bool)
	for k, line := range crossed {
		start := 0
		for i := 1; i < len(line); i++ {
			if uses[line[i]] < 2 && i < len(line)-1 {
				continue
			}
			piece := line[start : i+1]
			start = i
			// Where two roads run straight between the same two junctions, the
			// higher class, which comes first, keeps the way.
			if key := pairKey(piece); len(piece) == 2 {
				if seen[key] {
					continue
				}
				seen[key] = true
			}
			s := stretch{class: lines[k].class, name: lines[k].name, ref: lines[k].ref, line: piece}
			stretches = append(stretches, spans(s, wet)...)
		}
	}
	return stretches
}

func pairKey(piece []place) [2]place {
	a, b := piece[0], piece[len(piece)-1]
	if a.X > b.X || a.X == b.X && a.Y > b.Y {
		a, b = b, a
	}
	return [2]place{a, b}
}

type crossing struct {
	at float64
	p  place
}

// insertCrossings puts a common point into two lines wherever they cross.
func insertCrossings(lines []roadLine) [][]place {
	var all []planar.Segment
	first := make([]int, len(lines))
	for k, r := range lines {
		first[k] = len(all)
		for i := 1; i < len(r.line); i++ {
			all = append(all, planar.Segment{A: r.line[i-1], B: r.line[i], Owner: int32(k)})
		}
	}
	index := planar.IndexSegments(all, 9000)
	found := make([][]crossing, len(all))
	for i, s := range all {
		index.Near(s.A, s.B, func(j int) {
			t := all[j]
			if j <= i || !mayMeet(lines[s.Owner].class, lines[t.Owner].class) {
				return
			}
			p, at, ok := planar.Cut(s.A, s.B, t.A, t.B)
			if !ok || slices.ContainsFunc(found[i], func(c crossing) bool { return c.p == p }) {
				return
			}
			p = snapped(p, s, t)
			found[i] = append(found[i], crossing{at: at, p: p})
			found[j] = append(found[j], crossing{at: part(t, p), p: p})
		})
	}
	out := make([][]place, len(lines))
	for k, r := range lines {
		line := []place{r.line[0]}
		add := func(p place) {
			if p != line[len(line)-1] {
				line = append(line, p)
			}
		}
		for i := 1; i < len(r.line); i++ {
			cuts := found[first[k]+i-1]
			slices.SortFunc(cuts, func(a, b crossing) int { return cmp.Compare(a.at, b.at) })
			for _, c := range cuts {
				add(c.p)
			}
			add(r.line[i])
		}
		out[k] = line
	}
	return out
}

func mayMeet(a, b roadClass) bool {
	level := func(c roadClass) bool { return c != motorway && c != railway }
	return level(a) && level(b)
}

// snapped moves a crossing that lies within 12 m of a segment's end onto it.
func snapped(p place, segments ...planar.Segment) place {
	for _, s := range segments {
		for _, end := range []place{s.A, s.B} {
			if metres(p, end) < 12 {
				return end
			}
		}
	}
	return p
}

func part(s planar.Segment, p place) float64 {
	return metres(s.A, p) / math.Max(metres(s.A, s.B), 1)
}

// bridgeReach is how far a bridge runs out on either bank, in metres.
const bridgeReach = 45

// spans divides a stretch into dry parts and bridges.
func spans(s stretch, wet *planar.Segments) []stretch {
	if wet == nil {
		return []stretch{s}
	}
	var over []float64 // places of the river, in metres along the line
	along, total := 0.0, 0.0
	for i := 1; i < len(s.line); i++ {
		a, b := s.line[i-1], s.line[i]
		length := metres(a, b)
		wet.Near(a, b, func(j int) {
			if _, at, ok := planar.Cut(a, b, wet.All[j].A, wet.All[j].B); ok {
				over = append(over, along+at*length)
			}
		})
		along += length
		total = along
	}
	if len(over) == 0 {
		return []stretch{s}
	}
	slices.Sort(over)
	var out []stretch
	from := 0.0
	emit := func(to float64, bridge bool) {
		if line := cutLine(s.line, from, to); len(line) > 1 {
			part := s
			part.line, part.bridge = line, bridge
			out = append(out, part)
		}
		from = to
	}
	for i := 0; i < len(over); {
		j := i
		for j+1 < len(over) && over[j+1]-over[j] < 3*bridgeReach {
			j++
		}
		begin, end := over[i]-bridgeReach, over[j]+bridgeReach
		if begin-from < bridgeReach {
			begin = from
		}
		if total-end < bridgeReach {
			end = total
		}
		if begin > from {
			emit(begin, false)
		}
		emit(end, true)
		i = j + 1
	}
	if from < total {
		emit(total, false)
	}
	return out
}

// cutLine is the part of the line between two distances from its start. The
// same distance gives the same point, whichever part is asked for.
func cutLine(line []place, from, to float64) []place {
	out := []place{pointAlong(line, from)}
	along := 0.0
	for i := 1; i < len(line); i++ {
		along += metres(line[i-1], line[i])
		if along > from && along < to && i < len(line)-1 && line[i] != out[len(out)-1] {
			out = append(out, line[i])
		}
	}
	if end := pointAlong(line, to); end != out[len(out)-1] {
		out = append(out, end)
	}
	return out
}

// pointAlong is the point so many metres along the line; its ends beyond them.
func pointAlong(line []place, distance float64) place {
	if distance <= 0 {
		return line[0]
	}
	for i := 1; i < len(line); i++ {
		length := metres(line[i-1], line[i])
		if distance < length {
			return planar.Between(line[i-1], line[i], distance/length)
		}
		distance -= length
	}
	return line[len(line)-1]
}
