package release

// enclosure is, for every place, period and category of a block, how few and how
// many cases follow from the published numbers by adding and subtracting, again and
// again: a place is the sum of its halves, a quarter of its months, a year of its
// quarters, all categories of each. Every step is sound, so nothing lies outside;
// linear programming over all sums at once can be narrower, witnesses cannot be
// wider. It is for a whole city, of which it takes all numbers in a second.
//
// It knows what a reader knows and nothing else.
type enclosure struct {
	b         *block
	low, high []int32 // number of layer × nodes + node
	changed   bool
}

// plenty stands for no limit.
const plenty = 1 << 28

// sweeps is how often all sums are gone through at most.
const sweeps = 60

// enclose draws the bounds of a block from the numbers that a set publishes of it.
func (s *Set) enclose(b *block) *enclosure {
	n := b.layerCount() * len(b.t.nodes)
	e := &enclosure{b: b, low: make([]int32, n), high: make([]int32, n)}
	for i := range e.high {
		e.high[i] = plenty
	}
	for l := range b.layerCount() {
		p, c := b.parts(l)
		for _, piece := range s.layers[layerKey{b.periods[p], c}] {
			i := e.at(l, piece.node)
			e.low[i], e.high[i] = piece.count, piece.count
		}
	}
	e.changed = true
	for sweep := 0; e.changed && sweep < sweeps; sweep++ {
		e.changed = false
		e.places()
		e.periods()
		e.categories()
	}
	return e
}

func (e *enclosure) at(layer int, n int32) int { return layer*len(e.b.t.nodes) + int(n) }

// places makes every place the sum of its halves: from the leaves to the root, and
// back.
func (e *enclosure) places() {
	nodes := e.b.t.nodes
	for l := range e.b.layerCount() {
		first := l * len(nodes)
		two := func(n int) {
			if nodes[n].left >= 0 {
				e.sum(first+n, first+int(nodes[n].left), first+int(nodes[n].right))
			}
		}
		for n := len(nodes) - 1; n >= 0; n-- {
			two(n)
		}
		for n := range nodes {
			two(n)
		}
	}
}

// periods makes every quarter the sum of its months, and the year of its quarters.
func (e *enclosure) periods() {
	b := e.b
	for p, period := range b.periods {
		length := map[int]int{yearly: quarterly, quarterly: monthly}[period.Months]
		if length == 0 {
			continue
		}
		for c := All; c < b.categories; c++ {
			var parts []int
			for q, part := range b.periods {
				if part.Months == length && period.Holds(part) {
					parts = append(parts, e.at(b.layer(q, c), 0))
				}
			}
			e.everywhere(e.at(b.layer(p, c), 0), parts)
		}
	}
}

// categories makes all categories the sum of each.
func (e *enclosure) categories() {
	b := e.b
	for p := range b.periods {
		var parts []int
		for c := range b.categories {
			parts = append(parts, e.at(b.layer(p, c), 0))
		}
		e.everywhere(e.at(b.layer(p, All), 0), parts)
	}
}

// everywhere makes a layer the sum of others, each given by the number of its root.
func (e *enclosure) everywhere(total int, parts []int) {
	here := make([]int, len(parts))
	for n := range e.b.t.nodes {
		for i, part := range parts {
			here[i] = part + n
		}
		e.sum(total+n, here...)
	}
}

// sum draws in the bounds of a total and of its parts.
func (e *enclosure) sum(total int, parts ...int) {
	var low, high int32
	for _, p := range parts {
		low += e.low[p]
		high = min(plenty, high+e.high[p])
	}
	e.draw(total, low, high)
	for _, p := range parts {
		least := int32(0)
		if high < plenty {
			least = e.low[total] - (high - e.high[p])
		}
		e.draw(p, least, e.high[total]-(low-e.low[p]))
	}
}

func (e *enclosure) draw(i int, low, high int32) {
	if low > e.low[i] {
		e.low[i], e.changed = low, true
	}
	if high < e.high[i] {
		e.high[i], e.changed = high, true
	}
}

// of is the enclosure of one number.
func (e *enclosure) of(layer int, n int32) (low, high int) {
	i := e.at(layer, n)
	return int(e.low[i]), int(e.high[i])
}
