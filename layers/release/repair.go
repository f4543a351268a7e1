package release

import (
	"cmp"
	"math"
	"slices"
)

// joint is a node whose halves a layer shall no longer show.
type joint struct {
	layer int
	node  int32
}

// repair joins pieces until every withheld number is proven wide. Whatever was
// proven stays proven when more is joined: a witness keeps all sums, so also fewer
// of them. It returns false where only pieces that were published before could be
// joined: then nothing of the block is shown that was not, and it is for the
// caller to see that the old numbers still hold.
func (b *block) repair(rule Rule, report *Report) bool {
	proven, width := make([][]bool, len(b.unit)), make([][]int8, len(b.unit))
	for l := range proven {
		proven[l], width[l] = make([]bool, len(b.t.nodes)), make([]int8, len(b.t.nodes))
	}
	for {
		a := newAuditor(b, rule)
		votes, open, stuck := make(map[joint]int), 0, int32(0)
		b.withheld(func(l int, n int32) {
			if proven[l][n] {
				return
			}
			f := a.prove(l, n)
			if f.narrow() {
				open++
				stuck = n
				for _, j := range b.relief(f) {
					votes[j]++
				}
				return
			}
			proven[l][n] = true
			width[l][n] = int8(min(f.down+f.up, math.MaxInt8))
		})
		for _, j := range b.corners(rule.Threshold) {
			votes[j]++
		}
		joined := b.joinAll(b.best(votes))
		if open > 0 && joined == 0 {
			joined = b.joinAll(b.hide(stuck))
		}
		if open > 0 && joined == 0 {
			joined = b.joinAll(b.fresh())
		}
		report.Joined += joined
		if joined > 0 {
			b.settle()
			continue
		}
		b.withheld(func(l int, n int32) {
			report.Withheld++
			if rule.need(b.in(l, 0)) < rule.full() {
				report.Small++
			} else if proven[l][n] {
				report.Tightest = min(report.Tightest, int(width[l][n]))
			}
		})
		return open == 0
	}
}

// joinAll takes joints, and returns how many were there to take.
func (b *block) joinAll(joints []joint) (joined int) {
	for _, j := range joints {
		if b.split[j.layer][j.node] {
			b.joinWhole(j.layer, j.node)
			if !b.split[j.layer][j.node] {
				joined++
			}
		}
	}
	return joined
}

// corners finds what follows by subtracting both ways: the cases of a quarter that
// are neither of a month nor of a category that is shown, where all that the two
// share is shown as well. Too few of them are freed by showing a category less.
func (b *block) corners(threshold int) []joint {
	var joints []joint
	for _, s := range b.seasons {
		if s.to-s.from == monthly {
			continue
		}
		for n := range b.t.nodes {
			if b.t.nodes[n].left < 0 || !b.split[b.layer(s.period, All)][n] {
				continue
			}
			for _, half := range []int32{b.t.nodes[n].left, b.t.nodes[n].right} {
				rest, weakest, known := b.corner(s, int32(n), half)
				if known && rest < threshold {
					joints = append(joints, joint{weakest, int32(n)})
				}
			}
		}
	}
	return joints
}

// corner is what is left of a half beyond the months and categories that its
// node shows, the weakest of these categories, and whether it is known.
func (b *block) corner(s season, n, half int32) (rest, weakest int, known bool) {
	rest = b.in(b.layer(s.period, All), half)
	var months, categories []int
	for m := s.from; m < s.to; m++ {
		if b.split[b.layer(m, All)][n] {
			months = append(months, m)
			rest -= b.in(b.layer(m, All), half)
		}
	}
	weakest = -1
	for c := range b.categories {
		l := b.layer(s.period, c)
		if !b.split[l][n] {
			continue
		}
		categories = append(categories, c)
		rest -= b.in(l, half)
		if weakest < 0 || b.in(l, half) < b.in(weakest, half) {
			weakest = l
		}
		for _, m := range months {
			if !b.split[b.layer(m, c)][n] {
				return 0, 0, false
			}
			rest += b.in(b.layer(m, c), half)
		}
	}
	known = len(months) > 0 && len(months) < s.to-s.from && len(categories) > 0 && len(categories) < b.categories
	return rest, weakest, known
}

// joinWhole joins, and with a period that would then follow from a longer one and
// the rest of it also the longer one.
func (b *block) joinWhole(layer int, n int32) {
	b.join(layer, n)
	p, c := b.parts(layer)
	for q := range b.periods {
		if q == p || !b.periods[q].Holds(b.periods[p]) || !b.split[b.layer(q, c)][n] || b.split[layer][n] {
			continue
		}
		rest := b.periods[q].Months - b.periods[p].Months
		for m := range b.periods {
			if b.periods[m].Months == b.periods[p].Months && m != p && b.periods[q].Holds(b.periods[m]) && b.split[b.layer(m, c)][n] {
				rest -= b.periods[m].Months
			}
		}
		if rest == 0 {
			b.joinWhole(b.layer(q, c), n)
		}
	}
}

// best picks, of the joints of each category, those that most narrow numbers ask
// for, for each number that would no longer be shown: a quarter of them.
func (b *block) best(votes map[joint]int) []joint {
	byCategory := make([][]joint, b.categories+1)
	for j := range votes {
		_, c := b.parts(j.layer)
		byCategory[c+1] = append(byCategory[c+1], j)
	}
	var best []joint
	for _, joints := range byCategory {
		slices.SortFunc(joints, func(x, y joint) int {
			return cmp.Or(cmp.Compare(float64(votes[y])/float64(b.shownBelow(y)), float64(votes[x])/float64(b.shownBelow(x))), cmp.Compare(x.node, y.node), cmp.Compare(x.layer, y.layer))
		})
		best = append(best, joints[:(len(joints)+repairShare-1)/repairShare]...)
	}
	return best
}

const repairShare = 4

// hide is for a number that nothing else relieves: no layer shows its node any
// more, or the nearest node above that any layer shows.
func (b *block) hide(n int32) []joint {
	for ; n > 0; n = b.t.nodes[n].parent {
		var joints []joint
		for l := range b.split {
			if b.split[l][b.t.nodes[n].parent] && !b.frozen[l] {
				joints = append(joints, joint{l, b.t.nodes[n].parent})
			}
		}
		if len(joints) > 0 {
			return joints
		}
	}
	return nil
}

// fresh is the last resort: layers that were not published before are shown as the
// city's numbers alone; single categories first, longer periods first.
func (b *block) fresh() []joint {
	for _, together := range []bool{false, true} {
		for p := b.top(); p >= 0; p-- {
			var joints []joint
			for c := All; c < b.categories; c++ {
				if l := b.layer(p, c); (c == All) == together && b.split[l][0] && !b.frozen[l] {
					joints = append(joints, joint{l, 0})
				}
			}
			if len(joints) > 0 {
				return joints
			}
		}
	}
	return nil
}

// shownBelow is how many halves a layer shows at a node and below.
func (b *block) shownBelow(j joint) int {
	if !b.split[j.layer][j.node] {
		return 1
	}
	at := &b.t.nodes[j.node]
	return 1 + b.shownBelow(joint{j.layer, at.left}) + b.shownBelow(joint{j.layer, at.right})
}

// relief is what may free a narrow number. One of all categories is freed by no
// longer showing its node; one of a single category by making the smallest sum of
// the category around it larger, or inside it, so that more places are alike;
// where the city's total alone is left, by making the pieces that other
// categories show larger.
func (b *block) relief(f finding) []joint {
	_, c := b.parts(f.layer)
	if f.place {
		l := b.layer(b.top(), All)
		u := b.unit[l][b.t.nodes[f.node].from]
		if b.t.within(f.node, u) {
			u = f.node
		}
		joints := b.above(l, u)
		if slices.Contains(b.frozen, true) { // what pins the place down may not be joined: let it have more around it
			p, _ := b.parts(f.layer)
			l = b.layer(p, All)
			joints = append(joints, b.above(l, b.unit[l][b.t.nodes[f.node].from])...)
		}
		return joints
	}
	p, _ := b.parts(f.layer)
	season := b.seasons[b.seasonOf(int(b.periods[p].First-b.span.From))]
	l := b.layer(season.period, c)
	smallest, least := int32(0), 0
	for leaf := b.t.nodes[f.node].from; leaf < b.t.nodes[f.node].to; {
		u := b.unit[l][leaf]
		if n := b.in(l, u); smallest == 0 || n < least {
			smallest, least = u, n
		}
		leaf = b.t.nodes[u].to
	}
	if smallest != 0 {
		return b.above(l, smallest)
	}
	// Another category that pins the place down: of those with the smallest sums
	// around it the one with most cases to give.
	var joints []joint
	narrowest, most := int32(0), 0
	for d := range b.categories {
		l := b.layer(season.period, d)
		u := b.unit[l][b.t.nodes[f.node].from]
		if b.t.within(u, f.node) {
			u = f.node
		}
		above := b.above(l, u)
		n := b.in(l, u)
		if len(above) == 0 || narrowest != 0 && u != narrowest && b.t.within(narrowest, u) || u == narrowest && n <= most {
			continue
		}
		joints, narrowest, most = above, u, n
	}
	return joints
}

// above is the joint that ends a layer's piece: the nearest node above that the
// layer parts.
func (b *block) above(layer int, n int32) []joint {
	for p := b.t.nodes[n].parent; p >= 0; p = b.t.nodes[p].parent {
		if b.split[layer][p] && !b.frozen[layer] {
			return []joint{{layer, p}}
		}
	}
	return nil
}
