package cube

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Cube is a base with what changed since. Readers never wait: they use the
// View they found, and changes and merges make the next one.
type Cube struct {
	options Options
	now     atomic.Pointer[View]
	merging sync.Mutex // one merge at a time, beside the changes

	mu   sync.Mutex // one change at a time
	book book       // of the tail of the present view
}

// View is a cube at one moment. It may be used by many goroutines, and as
// long as they like.
type View struct {
	base *Base
	tail tail
}

// New makes a base live. The options are those for the bases that merges make.
func New(base *Base, options Options) *Cube {
	c := &Cube{options: options}
	c.now.Store(&View{base: base})
	return c
}

// View is the cube at this moment.
func (c *Cube) View() *View { return c.now.Load() }

// Base is what the view stands on: all but the tail.
func (v *View) Base() *Base { return v.base }

// Tail is the number of changes that were not merged yet.
func (v *View) Tail() int { return len(v.tail.times) }

// Apply adds changes, all of them or, with an error that names the first
// wrong one, none. A removal of a point that is not there counts as less than
// nothing until it comes.
func (c *Cube) Apply(changes []Entry) error {
	for i, change := range changes {
		if change.Sign != 1 && change.Sign != -1 {
			return fmt.Errorf("change %d has the sign %d: %w", i, change.Sign, ErrPoint)
		}
		if _, _, err := change.home(); err != nil {
			return fmt.Errorf("change %d: %w", i, err)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	next := *c.now.Load()
	for _, change := range changes {
		if err := next.push(&c.book, change, c.options.Rows); err != nil {
			c.book.forget(&c.now.Load().tail)
			return err
		}
	}
	c.now.Store(&next)
	return nil
}

// Merge makes a new base of the present one and its tail, beside questions
// and changes. It changes no answer: a removal that finds nothing to remove
// stays in the tail.
func (c *Cube) Merge() error {
	c.merging.Lock()
	defer c.merging.Unlock()
	old := c.now.Load()
	if old.Tail() == 0 {
		return nil
	}
	base, left, err := merge(old, c.options)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	late := c.now.Load()
	next, kept := &View{base: base}, book{}
	for _, change := range left {
		if err := next.push(&kept, change, c.options.Rows); err != nil {
			return err
		}
	}
	for i := old.Tail(); i < late.Tail(); i++ {
		if err := next.push(&kept, late.entry(i), c.options.Rows); err != nil {
			return err
		}
	}
	c.book = kept
	c.now.Store(next)
	return nil
}

// Replace puts another base in the place of the present one and its tail,
// where the points were loaded anew.
func (c *Cube) Replace(base *Base) {
	c.merging.Lock()
	defer c.merging.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.book = book{}
	c.now.Store(&View{base: base})
}

// Merged is a base of all the view holds, its tail included. It fails when the
// tail takes away what is not there.
func (v *View) Merged(options Options) (*Base, error) {
	if v.Tail() == 0 {
		return v.base, nil
	}
	base, left, err := merge(v, options)
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("%d removals of what is not there, the first of %+v: %w", len(left), left[0].Point, ErrPoint)
	}
	return base, err
}

// Find gives the points of features by their row numbers, in no particular
// order. It reads the row of every point, some milliseconds for ten million:
// ask for all the rows of a change at once. The cube must keep rows.
func (v *View) Find(rows []int32) []Point {
	if len(rows) == 0 {
		return nil
	}
	wanted := make(map[int32]struct{}, len(rows))
	var sieve [1 << 13]uint64 // of the low bits of the rows, to ask the map rarely
	for _, row := range rows {
		wanted[row] = struct{}{}
		sieve[uint32(row)>>6&(1<<13-1)] |= 1 << (row & 63)
	}
	has := func(row int32) bool {
		if sieve[uint32(row)>>6&(1<<13-1)]>>(row&63)&1 == 0 {
			return false
		}
		_, ok := wanted[row]
		return ok
	}
	var found []Point
	for i, row := range v.base.rows {
		if has(row) {
			found = append(found, v.base.point(uint32(i)))
		}
	}
	for i, row := range v.tail.rows {
		if !has(row) {
			continue
		}
		change := v.entry(i)
		if change.Sign > 0 {
			found = append(found, change.Point)
		} else if at := slices.Index(found, change.Point); at >= 0 {
			found = slices.Delete(found, at, at+1)
		}
	}
	runtime.KeepAlive(v) // and with it the memory of its columns
	return found
}

// point is the point of that number.
func (b *Base) point(i uint32) Point {
	atom, exact := slices.BinarySearch(b.atomPoint, i)
	if !exact {
		atom--
	}
	last := &b.levels[Resolution]
	cell, exact := slices.BinarySearch(last.child, uint32(atom))
	if !exact {
		cell--
	}
	p := Point{
		Cell: last.cells[cell], Area: b.areas[b.atomArea[atom]],
		Time: int64(b.times[i]) + epoch, Category: b.categories[i],
	}
	if b.rows != nil {
		p.Row = b.rows[i]
	}
	return p
}
