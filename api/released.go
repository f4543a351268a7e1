package api

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/release"
	"sitmap/layers/tally"
)

// Readers without case rights are answered from the release alone: its units, its
// periods, its categories. Nothing here looks at a case.

// releasedQuestion is a question as the release understands it.
type releasedQuestion struct {
	*tally.Released
	query   release.Query
	snapped release.Snapped
	// never says that no case ever had the categories asked for.
	never bool
}

// readReleased reads what is published for the question's reader, area, window and
// category.
func (s *Server) readReleased(r *request, c *countQuestion) error {
	within := r.user.Range
	city := c.home.home.Area.Range
	switch {
	case c.area != nil:
		within = layers.AreaRange{Low: max(within.Low, c.area.Range.Low), High: min(within.High, c.area.Range.High)}
		if within.Low <= within.High {
			city = c.area.Range
		}
	case within != layers.Everywhere:
		city = within
	}
	q := &releasedQuestion{Released: s.options.Counts.Released(c.layer.ID, city)}
	if q.Released == nil {
		return fmt.Errorf("no counts of layer %s are published yet: %w", c.layer.ID, layers.ErrNotFound)
	}
	q.query.Within = within
	c.released = q
	c.state.Version = q.Version
	months := q.months()
	c.asOf = months[len(months)-1].Window(q.City.Zone).To.Add(-time.Second)
	return nil
}

// months are the published months, in order.
func (q *releasedQuestion) months() []release.Snapped {
	var all []release.Snapped
	for _, p := range q.Set.Periods() {
		if p.Months == 1 {
			all = append(all, release.Snapped{Periods: []release.Period{p}})
		}
	}
	return all
}

// releasedWindow snaps the window to published periods; without one it is the last
// published month.
func (s *Server) releasedWindow(r *request, c *countQuestion) error {
	q := c.released
	w, given, err := readWindow(r, "from", "to", "datetime", q.City.Zone)
	if err != nil {
		return err
	}
	months := q.months()
	if q.snapped = months[len(months)-1]; given {
		c.windowed = true
		if q.snapped, err = q.snap(w); err != nil {
			return err
		}
	}
	c.span = layers.Window{From: months[0].Window(q.City.Zone).From, To: months[len(months)-1].Window(q.City.Zone).To}
	c.query.Window = q.snapped.Window(q.City.Zone)
	q.query.Periods = q.snapped.Periods
	return nil
}

// snap is the window in published periods. The whole of what is published stands
// for a window that is open at both ends.
func (q *releasedQuestion) snap(w layers.Window) (release.Snapped, error) {
	snapped, err := q.Set.Snap(w, q.City.Zone)
	if w.Open() {
		snapped.Moved = false
	}
	return snapped, err
}

// releasedFilters takes the categories; nothing else is published.
func (s *Server) releasedFilters(c *countQuestion) error {
	for _, f := range c.query.Filters {
		if f.Field != c.layer.Legend {
			return layers.BadParameter(f.Field, "counts are published by %s only; other fields are for those who may see cases", c.layer.Legend)
		}
		found := c.released.Categories(f.Values)
		if c.released.query.Categories != nil {
			found = slices.DeleteFunc(found, func(n uint8) bool { return !slices.Contains(c.released.query.Categories, n) })
		}
		c.released.query.Categories, c.released.never = found, c.released.never || len(found) == 0
	}
	return nil
}

// period names the published periods of the window.
func (q *releasedQuestion) period() string {
	var names []string
	for _, p := range q.query.Periods {
		names = append(names, p.String())
	}
	return strings.Join(names, "+")
}
