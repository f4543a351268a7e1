package release

import (
	"cmp"
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
		votes, open := make(map[joint]int), 0
		a.withheld(func(l int, n int32) {
			if proven[l][n] {
				return
			}
			f := a.prove(l, n)
			if f.narrow() {
				open++
				for _, j := range b.relief(f) {
					votes[j]++
				}
				return
			}
			proven[l][n] = true
			width[l][n] = int8(f.down + f.up)
		})
		joints := b.best(votes)
		if open > 0 && len(joints) == 0 {
			joints = b.fresh()
		}
		if len(joints) == 0 {
			a.withheld(func(l int, n int32) {
				report.Withheld++
				if proven[l][n] {
					report.Tightest[int(width[l][n])]++
				}
			})
			return open == 0
		}
		for _, j := range joints {
			b.join(j.layer, j.node)
			report.Joined++
		}
		b.settle()
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
			return cmp.Or(cmp.Compare(float64(votes[y])/float64(b.shownBelow(y)), float64(votes[x])/float64(b.shownBelow(x))), cmp.Compare(x.node, y.node))
		})
		best = append(best, joints[:(len(joints)+repairShare-1)/repairShare]...)
	}
	return best
}

const repairShare = 4

// fresh is the last resort: every layer that was not published before is shown as
// the city's number alone.
func (b *block) fresh() []joint {
	var joints []joint
	for l := range b.split {
		if b.split[l][0] && !b.frozen[l] {
			joints = append(joints, joint{l, 0})
		}
	}
	return joints
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
		return b.above(l, u)
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
	// Another category that pins the place down: the one with most cases to give.
	worst, most := []joint(nil), 0
	for d := range b.categories {
		l := b.layer(season.period, d)
		u := b.unit[l][b.t.nodes[f.node].from]
		if b.t.within(u, f.node) {
			u = f.node
		}
		if n := b.in(l, u); u != 0 && (worst == nil || n > most) && b.t.nodes[u].to-b.t.nodes[u].from <= 2*(b.t.nodes[f.node].to-b.t.nodes[f.node].from) {
			worst, most = b.above(l, u), n
		}
	}
	return worst
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
