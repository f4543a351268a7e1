package api

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/hotspot"
	"sitmap/layers/tally"
)

// mostJudged bounds the answers of records that are remembered.
const mostJudged = 200

// mostRecords bounds the records, and the grounds under them, that are remembered:
// of a city of 345,000 cells each takes some 30 MB.
const mostRecords = 24

// hotRecord is all that a reader sees of a layer, by cells and steps of time, ready
// to be judged. It does not change.
type hotRecord struct {
	*hotspot.Record
	key   string // under which it is remembered
	cells *hex.Universe
	codes []string // by kind; "" is for features without one
	cuts  []time.Time
	// months says that the steps are whole months, so that a trend can be told.
	months bool
	piled  int // features left out because they lie on a default address
}

// step is the number of the step that begins at t.
func (h *hotRecord) step(t time.Time) int {
	return sort.Search(len(h.cuts), func(i int) bool { return !h.cuts[i].Before(t) })
}

// window is the steps that make up a window; an open end is that of the record.
func (h *hotRecord) window(w layers.Window) (from, to int) {
	from, to = 0, len(h.cuts)-1
	if !w.From.IsZero() {
		from = h.step(w.From)
	}
	if !w.To.IsZero() {
		to = min(h.step(w.To), to)
	}
	return from, to
}

// record is the record of a question, remembered until anything on the map changes.
// Its window and its categories only choose from it.
func (s *Server) record(ctx context.Context, r *request, c *cellQuestion) (*hotRecord, error) {
	q := c.query
	q.Window = layers.Window{}
	q.Filters = nil
	for _, f := range c.query.Filters {
		if f.Field != c.layer.Legend {
			q.Filters = append(q.Filters, f)
		}
	}
	cuts, months := c.steps()
	key := fmt.Sprintln(c.layer.ID, r.epoch, c.state.Version, r.scope().Key(), c.resolution, q.Area, q.Filters, cuts)
	ctx = context.WithoutCancel(ctx) // others may be waiting for it
	return s.records.share(key, func() (*hotRecord, error) {
		var all []scanned
		if err := s.scan(ctx, r, c.layer, q, func(f scanned) error { all = append(all, f); return nil }); err != nil {
			return nil, err
		}
		h, cells, err := newHotRecord(all, c.resolution, cuts)
		if err != nil {
			return nil, err
		}
		ground, err := s.cellGround(ctx, r, c, cells)
		if err != nil {
			return nil, err
		}
		h.key, h.months = key, months
		return h, h.place(ground, all, cells)
	})
}

// steps cuts time so that the question's window is whole steps: by months, with
// further cuts where the window begins or ends within one.
func (c *cellQuestion) steps() (cuts []time.Time, months bool) {
	if !c.layer.Dated() || c.span.Open() {
		return []time.Time{time.Unix(0, 0), time.Unix(1, 0)}, false
	}
	cuts = cutsOf(c.span.From, c.span.To, "month", c.home.zone())
	months = true
	for _, end := range []time.Time{c.query.Window.From, c.query.Window.To} {
		at, found := slices.BinarySearchFunc(cuts, end, time.Time.Compare)
		if !found && at > 0 && at < len(cuts) {
			cuts, months = slices.Insert(cuts, at, end), false
		}
	}
	return cuts, months
}

// newHotRecord finds the cell of each feature; 0 for those that are left out,
// because many lie on their very place, as in a register that has no address.
func newHotRecord(all []scanned, resolution int, cuts []time.Time) (*hotRecord, []hex.Cell, error) {
	h := &hotRecord{cuts: cuts}
	points := make([]orb.Point, len(all))
	for i, f := range all {
		points[i] = f.place
	}
	piled := make([]bool, len(all))
	if len(cuts) > 2 {
		piled, h.piled = hotspot.OnPiles(points)
	}
	cells := make([]hex.Cell, len(all))
	for i, p := range points {
		cell, err := hex.Of(p, hex.StoredResolution)
		if err != nil {
			return nil, nil, err
		}
		if !piled[i] {
			cells[i] = cell.Parent(resolution)
		}
	}
	return h, cells, nil
}

// place counts the features on the ground, by cells, steps and codes.
func (h *hotRecord) place(ground *tally.Ground, all []scanned, cells []hex.Cell) (err error) {
	kinds, facts := map[string]uint16{}, make([]hotspot.Fact, 0, len(all))
	for i, f := range all {
		step := 0
		if len(h.cuts) > 2 {
			step = sort.Search(len(h.cuts), func(n int) bool { return h.cuts[n].Unix() > f.at }) - 1
		}
		place, ok := ground.Cells.Find(cells[i])
		if !ok || step < 0 || step >= len(h.cuts)-1 {
			continue
		}
		kind, met := kinds[f.code]
		if !met {
			kind = uint16(len(kinds))
			kinds[f.code], h.codes = kind, append(h.codes, f.code)
		}
		facts = append(facts, hotspot.Fact{Place: int32(place), Step: uint16(step), Kind: kind, Count: 1})
	}
	h.cells = ground.Cells
	h.Record, err = hotspot.NewRecord(hotspot.Places{Near: ground.Near, Whole: sides}, len(h.cuts)-1, max(1, len(kinds)), facts)
	return err
}

// sides is how many neighbours a cell has.
const sides = 6

// asked is the question as the record understands it, and the name of the measure;
// false where no feature can be meant. A dated layer is measured by places' own
// other times, unless there are none in the window's record or the request says
// otherwise; others by an even spread.
func (h *hotRecord) asked(c *cellQuestion) (q hotspot.Question, measure string, ok bool, err error) {
	q.From, q.To = h.window(c.query.Window)
	for kind, code := range h.codes {
		if !slices.ContainsFunc(c.query.Filters, func(f layers.Filter) bool {
			return f.Field == c.layer.Legend && !slices.Contains(f.Values, any(code))
		}) {
			q.Kinds = append(q.Kinds, kind)
		}
	}
	all := q.From == 0 && q.To == len(h.cuts)-1
	switch measure = c.measure; {
	case measure == "own" && !c.layer.Dated():
		return q, "", false, layers.BadParameter("measure", "layer %s has no dates; give households or even", c.layer.ID)
	case measure == "own" && all:
		return q, "", false, layers.BadParameter("measure", "the window is all times of layer %s, so that no others are left; give households, even or a shorter window", c.layer.ID)
	case measure == "" && (all || !c.layer.Dated()):
		measure = "even"
	case measure == "":
		measure = "own"
	}
	switch measure {
	case "even":
		q.Measure = hotspot.Evenly
	case byHouseholds:
		q.Measure = hotspot.ByBase
	}
	return q, measure, len(q.Kinds) > 0 && q.From < q.To, nil
}
