package hotspot

import (
	"fmt"
	"slices"
	"sync"
)

// reach is around which places to look from each place that is judged: the
// place itself, then ring by ring its neighbours, until enough cases of the
// whole record lie within, or the rings are at an end. It looks at what the
// places have in all, never at the window, so that the choice says nothing
// about the window and the p-values stay exact.
type reach struct {
	judged  []int32 // places, rising
	offsets []int32 // of each judged place in members
	members []int32 // places within its reach that have cases
	width   []int32 // number of places within its reach, with cases or without
	rings   []int8
}

// mostReaches bounds how many reaches a record remembers.
const mostReaches = 32

// reaches are those that were looked for already: a window that is dragged along the
// months asks for the same one again and again.
type reaches struct {
	mu    sync.Mutex
	known map[string]*reach
}

// ownReach is the reach of a question about own times, which its window has no part
// in.
func (r *Record) ownReach(q *Question, look func() *reach) *reach {
	if q.Mask != nil {
		return look()
	}
	key := fmt.Sprint(q.Kinds, q.Enough, q.Rings)
	r.reaches.mu.Lock()
	found, ok := r.reaches.known[key]
	r.reaches.mu.Unlock()
	if ok {
		return found
	}
	found = look()
	r.reaches.mu.Lock()
	defer r.reaches.mu.Unlock()
	if r.reaches.known == nil || len(r.reaches.known) >= mostReaches {
		r.reaches.known = map[string]*reach{}
	}
	r.reaches.known[key] = found
	return found
}

// newReach looks around every judged place. weight is how many cases a place
// has in all, or should have.
func (r *Record) newReach(judged []int32, weight []float64, enough, rings int) *reach {
	near := r.places.Near
	w := &reach{judged: judged, offsets: make([]int32, 1, len(judged)+1), width: make([]int32, len(judged)), rings: make([]int8, len(judged))}
	met := make([]int32, near.Len()) // the judged place, plus one, that met it last
	var disk []int32
	for at, place := range judged {
		mark := int32(at + 1)
		disk = append(disk[:0], place)
		met[place] = mark
		sum, ring, from := weight[place], 0, 0
		for sum < float64(enough) && ring < rings && from < len(disk) {
			to := len(disk)
			for _, i := range disk[from:to] {
				for _, j := range near.Row(int(i)) {
					if met[j] != mark {
						met[j] = mark
						disk = append(disk, j)
						sum += weight[j]
					}
				}
			}
			from = to
			ring++
		}
		w.width[at], w.rings[at] = int32(len(disk)), int8(ring)
		for _, j := range disk {
			if weight[j] > 0 {
				w.members = append(w.members, j)
			}
		}
		w.offsets = append(w.offsets, int32(len(w.members)))
		slices.Sort(w.of(at))
	}
	return w
}

// of is the places with cases within the reach of the at-th judged place.
func (w *reach) of(at int) []int32 { return w.members[w.offsets[at]:w.offsets[at+1]] }
