package release

// cut parts the tree in every layer as deep as the local rule allows, from the
// root down: halves are shown when both hold the threshold, and when for each
// half everything that is left after subtracting shown numbers of the same half
// (shorter periods from a longer one, categories from all) is nothing at all or
// holds the threshold too.
func (b *block) cut(threshold int) {
	for n := range b.t.nodes {
		if b.t.nodes[n].left >= 0 {
			b.cutNode(int32(n), threshold)
		}
	}
	b.settle()
}

func (b *block) cutNode(n int32, threshold int) {
	at := &b.t.nodes[n]
	for p := b.top(); p >= 0; p-- { // longer periods and all categories first
		for c := All; c < b.categories; c++ {
			l := b.layer(p, c)
			if b.frozen[l] {
				continue
			}
			b.split[l][n] = (at.parent < 0 || b.split[l][at.parent]) &&
				(b.barred == nil || b.barred[l] == nil || !b.barred[l][n]) &&
				min(b.in(l, at.left), b.in(l, at.right)) >= b.least(p, c, threshold) &&
				(c == All || b.ofCategories(p) && b.split[b.layer(p, All)][n] && b.everyMonth(p, n, threshold)) && b.allowedByLonger(p, c, n)
		}
	}
	for b.joinOne(n, threshold) {
	}
}

// least is the smallest half that a layer shows. A quarter of a single category
// needs the double, so that no month of it is pinned down by the two others.
func (b *block) least(p, c, threshold int) int {
	if c != All && b.periods[p].Months > monthly {
		return 2 * threshold
	}
	return threshold
}

// everyMonth tells whether both halves hold the threshold in every month of the
// season of a period: single categories are shown only for pieces that have
// enough cases to exchange in each month.
func (b *block) everyMonth(p int, n int32, threshold int) bool {
	s := b.seasons[b.seasonOf(int(b.periods[p].First-b.span.From))]
	for month := s.from; month < s.to; month++ {
		l := b.layer(month, All)
		if min(b.in(l, b.t.nodes[n].left), b.in(l, b.t.nodes[n].right)) < threshold {
			return false
		}
	}
	return true
}

// allowedByLonger tells whether every longer period shows the halves as well.
// One that was published earlier and does not is no obstacle.
func (b *block) allowedByLonger(p, c int, n int32) bool {
	for q := range b.periods {
		l := b.layer(q, c)
		if q != p && b.periods[q].Holds(b.periods[p]) && (c == All || b.ofCategories(q)) && !b.frozen[l] && !b.split[l][n] {
			return false
		}
	}
	return true
}

// joinOne finds a remainder of a half of the node that is too small, and takes
// back the weakest number that makes it so. It returns false when none is left.
func (b *block) joinOne(n int32, threshold int) bool {
	for p := b.top(); p >= 0; p-- {
		for c := All; c < b.categories; c++ {
			l := b.layer(p, c)
			if !b.split[l][n] {
				continue
			}
			parts := b.shorter(p, c, n)
			if b.tooSmall(l, n, parts, b.lengthOf(parts) == b.periods[p].Months, threshold) && b.joinWeakest(l, n, parts) {
				return true
			}
			if c != All {
				continue
			}
			var shown []int
			for d := range b.categories {
				if b.split[b.layer(p, d)][n] {
					shown = append(shown, b.layer(p, d))
				}
			}
			if b.tooSmall(l, n, shown, len(shown) == b.categories, threshold) && b.joinWeakest(l, n, shown) {
				return true
			}
		}
	}
	return false
}

// shorter lists the layers of the longest shorter periods, none inside another,
// that show the node's halves.
func (b *block) shorter(p, c int, n int32) []int {
	var parts []int
	for q := p - 1; q >= 0; q-- { // longest first
		l := b.layer(q, c)
		if !b.split[l][n] || !b.periods[p].Holds(b.periods[q]) || b.periods[q] == b.periods[p] {
			continue
		}
		inside := false
		for _, part := range parts {
			r, _ := b.parts(part)
			inside = inside || b.periods[r].Holds(b.periods[q])
		}
		if !inside {
			parts = append(parts, l)
		}
	}
	return parts
}

func (b *block) lengthOf(layers []int) int {
	months := 0
	for _, l := range layers {
		p, _ := b.parts(l)
		months += b.periods[p].Months
	}
	return months
}

// tooSmall tells whether what a half has beyond some parts of it is a count
// below the threshold. Where the parts are all there is, nothing is beyond.
func (b *block) tooSmall(l int, n int32, parts []int, complete bool, threshold int) bool {
	if complete || len(parts) == 0 {
		return false
	}
	for _, half := range []int32{b.t.nodes[n].left, b.t.nodes[n].right} {
		rest := b.in(l, half)
		for _, part := range parts {
			rest -= b.in(part, half)
		}
		if rest < threshold {
			return true
		}
	}
	return false
}

// joinWeakest takes back the part with the smallest half; where all parts were
// published before, the whole.
func (b *block) joinWeakest(l int, n int32, parts []int) bool {
	weakest, least := -1, 0
	for _, part := range parts {
		count := min(b.in(part, b.t.nodes[n].left), b.in(part, b.t.nodes[n].right))
		if !b.frozen[part] && (weakest < 0 || count < least) {
			weakest, least = part, count
		}
	}
	if weakest < 0 {
		weakest = l
	}
	b.join(weakest, n)
	return !b.split[weakest][n]
}
