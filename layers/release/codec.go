package release

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	hexagon "sitmap/geo/hex"
	"sitmap/layers"
)

// The bytes of a set: a mark, unsigned varints (signed ones zigzag), and the
// SHA-256 of all before it. The layout is in the order of write below; a reader
// that meets another mark refuses.
const mark = "sitmap release 1\n"

var errDamaged = errors.New("the release is damaged")

// Bytes writes the set, with the cases that the next release starts from: as
// confidential as the cases themselves.
func (s *Set) Bytes() []byte {
	w := writer(mark)
	w.number(s.rule.Threshold, int(s.span.From), int(s.span.To), len(s.categories))
	for _, c := range s.categories {
		w.number(int(c))
	}
	s.tree.write(&w)
	for m := s.span.From; m < s.span.To; m++ {
		w.number(s.totals[m]...)
		w.number(len(s.cases[m]))
		last := int32(0)
		for _, t := range s.cases[m] {
			w.number(int(t.leaf-last), int(t.label))
			last = t.leaf
		}
	}
	for _, key := range s.layerKeys() {
		pieces := s.layers[key]
		w.number(len(pieces))
		for _, p := range pieces {
			w.number(int(p.node), int(p.count))
		}
	}
	sum := sha256.Sum256(w)
	return append(w, sum[:]...)
}

// Version names the set: two sets with the same numbers have the same.
func (s *Set) Version() string {
	b := s.Bytes()
	return hex.EncodeToString(b[len(b)-sha256.Size:][:8])
}

// layerKeys lists all layers in one order.
func (s *Set) layerKeys() []layerKey {
	var keys []layerKey
	for _, p := range periodsOf(s.span) {
		for c := All; c < len(s.categories); c++ {
			if c == All || p.Months < yearly {
				keys = append(keys, layerKey{p, c})
			}
		}
	}
	return keys
}

type writer []byte

func (w *writer) number(list ...int) {
	for _, n := range list {
		*w = binary.AppendVarint(*w, int64(n))
	}
}

func (w *writer) float(f float64) { *w = binary.BigEndian.AppendUint64(*w, math.Float64bits(f)) }

func (t *tree) write(w *writer) {
	w.number(int(t.city), t.cellsAt, len(t.villages))
	for _, v := range t.villages {
		w.number(int(v.Number), v.Weight)
		w.float(v.Centre[0])
		w.float(v.Centre[1])
	}
	w.number(len(t.nodes))
	for _, n := range t.nodes {
		w.number(int(n.left), int(n.right), int(n.firstVillage), int(n.cut))
	}
}

// reader reads numbers; the first fault stays.
type reader struct {
	left []byte
	err  error
}

func (r *reader) number() int {
	n, size := binary.Varint(r.left)
	if size <= 0 {
		r.err, r.left = errDamaged, nil
		return 0
	}
	r.left = r.left[size:]
	return int(n)
}

// between reads a number and refuses one outside [low, high].
func (r *reader) between(low, high int) int {
	n := r.number()
	if n < low || n > high {
		r.err, r.left = errDamaged, nil
		return low
	}
	return n
}

// length reads how many things of at least size bytes follow.
func (r *reader) length(size int) int { return r.between(0, len(r.left)/size) }

func (r *reader) float() float64 {
	if len(r.left) < 8 {
		r.err, r.left = errDamaged, nil
		return 0
	}
	f := math.Float64frombits(binary.BigEndian.Uint64(r.left))
	r.left = r.left[8:]
	return f
}

// Read reads a set. The ground serves to draw it and may be nil.
func Read(b []byte, g *Ground) (*Set, error) {
	if len(b) < len(mark)+sha256.Size || string(b[:len(mark)]) != mark {
		return nil, fmt.Errorf("not a release of this version: %w", errDamaged)
	}
	body := b[:len(b)-sha256.Size]
	if sum := sha256.Sum256(body); string(sum[:]) != string(b[len(body):]) {
		return nil, fmt.Errorf("its checksum is wrong: %w", errDamaged)
	}
	r := &reader{left: body[len(mark):]}
	s := &Set{ground: g, layers: make(map[layerKey][]piece), totals: make(cityTotals), cases: make(cases)}
	s.rule.Threshold = r.between(LeastThreshold, greatestThreshold)
	s.span.From = Month(r.between(0, lastMonth))
	s.span.To = Month(r.between(int(s.span.From)+1, lastMonth))
	for range r.length(1) {
		s.categories = append(s.categories, uint8(r.between(0, math.MaxUint8)))
	}
	s.tree = readTree(r)
	for m := s.span.From; m < s.span.To && r.err == nil; m++ {
		s.readMonth(r, m)
	}
	for _, key := range s.layerKeys() {
		if r.err != nil {
			break
		}
		s.readLayer(r, key)
	}
	if r.err == nil && len(r.left) > 0 {
		r.err = errDamaged
	}
	if r.err != nil {
		return nil, r.err
	}
	return s, nil
}

const (
	lastMonth         = 12 * 9999
	greatestThreshold = 1000
)

func (s *Set) readMonth(r *reader, m Month) {
	for range len(s.categories) + 1 {
		s.totals[m] = append(s.totals[m], r.between(0, math.MaxInt32))
	}
	s.cases[m] = []token{}
	leaf := 0
	for range r.length(2) {
		leaf += r.between(0, len(s.tree.leaves)-1-leaf)
		s.cases[m] = append(s.cases[m], token{int32(leaf), int16(r.between(0, len(s.categories)-1))})
	}
}

// readLayer reads pieces, which must be the whole city from left to right.
func (s *Set) readLayer(r *reader, key layerKey) {
	at := int32(0)
	for range r.length(2) {
		p := piece{int32(r.between(0, len(s.tree.nodes)-1)), int32(r.between(0, math.MaxInt32))}
		if r.err != nil || s.tree.nodes[p.node].from != at {
			r.err = errDamaged
			return
		}
		at = s.tree.nodes[p.node].to
		s.layers[key] = append(s.layers[key], p)
	}
	if int(at) != len(s.tree.leaves) {
		r.err = errDamaged
	}
}

// readTree reads the villages and the nodes, and numbers them again.
func readTree(r *reader) *tree {
	t := &tree{city: int64(r.between(0, int(layers.Everywhere.High)))}
	t.cellsAt = r.between(-1, hexagon.StoredResolution)
	for range r.length(18) {
		v := Village{Number: int64(r.between(0, int(layers.Everywhere.High))), Weight: r.number()}
		v.Centre = orb.Point{r.float(), r.float()}
		t.villages = append(t.villages, v)
	}
	for range r.length(4) {
		t.nodes = append(t.nodes, node{parent: -1, left: int32(r.number()), right: int32(r.number()), firstVillage: int32(r.number()), cut: hexagon.Cell(r.number())})
	}
	if r.err != nil {
		return t
	}
	if !t.link() {
		r.err = errDamaged
		return t
	}
	t.number(0)
	if t.name() != nil {
		r.err = errDamaged
	}
	return t
}

// link sets the parents, and tells whether the nodes are one tree whose leaves
// are villages, or patches of one, from left to right.
func (t *tree) link() bool {
	if len(t.nodes) == 0 || len(t.villages) == 0 {
		return false
	}
	village := int32(-1)
	seen := 0
	var walk func(n int32, inside bool) bool
	walk = func(n int32, inside bool) bool {
		seen++
		at := &t.nodes[n]
		if !inside && (at.left < 0 || at.cut != 0) { // a village begins
			village++
			inside = true
		}
		if inside && at.firstVillage != village {
			return false
		}
		if at.left < 0 {
			return at.right < 0
		}
		for _, child := range []int32{at.left, at.right} {
			if child <= n || int(child) >= len(t.nodes) || t.nodes[child].parent >= 0 {
				return false
			}
			t.nodes[child].parent = n
			if !walk(child, inside) {
				return false
			}
		}
		return true
	}
	return walk(0, false) && seen == len(t.nodes) && int(village) == len(t.villages)-1
}
