package held

import (
	"slices"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/tiles/mvt"
)

// Test tells of each feature of one part whether a reader may see it and the
// question means it.
type Test struct {
	all      bool
	area     []int64
	areas    []layers.AreaRange // all must hold
	at       []int64
	from, to int64
	fields   []fieldTest
}

// fieldTest keeps features whose value is marked.
type fieldTest struct {
	refs []uint32
	keep []bool // by value
}

// Compile is the test of the part for a question and a scope; bounds, drawings
// and paging of the question are not looked at. The errors are those of the
// store for the same question: layers.ErrDenied, or a *layers.InvalidParameter.
func (p *Part) Compile(q layers.Query, scope access.Scope) (Test, error) {
	if err := scope.MayRead(p.Layer); err != nil {
		return Test{}, err
	}
	t := Test{area: p.Area}
	if r, limited := scope.Clip(p.Layer); limited {
		t.areas = append(t.areas, r)
	}
	if q.Area != nil {
		t.areas = append(t.areas, *q.Area)
	}
	if !q.Window.Open() {
		if !p.Layer.Dated() {
			return Test{}, layers.BadParameter("datetime", "layer %s is not dated", p.Layer.ID)
		}
		t.at, t.from, t.to = p.At, seconds(q.Window.From, minTime), seconds(q.Window.To, maxTime)
	}
	for _, filter := range q.Filters {
		c, ok := p.Column(filter.Field)
		if !ok || c == &p.Columns[0] {
			return Test{}, layers.BadParameter(filter.Field, "layer %s has no such field", p.Layer.ID)
		}
		if err := filter.Check(c.Field); err != nil {
			return Test{}, err
		}
		if c.Field.Type == layers.Codes {
			t.fields = append(t.fields, fieldTest{c.Refs, c.sharing(filter.Values)})
		} else {
			t.fields = append(t.fields, fieldTest{c.Refs, c.equal(filter.Values)})
		}
	}
	t.all = len(t.areas) == 0 && t.at == nil && len(t.fields) == 0
	return t, nil
}

const minTime, maxTime = -1 << 62, 1 << 62

// seconds is the first whole second that is not before t, read in microseconds as
// stores do; a zero t is open.
func seconds(t time.Time, open int64) int64 {
	if t.IsZero() {
		return open
	}
	if t.Nanosecond() >= 1000 {
		return t.Unix() + 1
	}
	return t.Unix()
}

// equal marks the values that are one of those.
func (c *Column) equal(values []any) []bool {
	keep := make([]bool, c.Values())
	var wanted []string
	for _, v := range values {
		if text, _ := v.(string); c.Field.Type == layers.Time {
			if at, err := time.Parse(time.RFC3339, text); err == nil {
				v = at.UTC().Format(time.RFC3339Nano) // as features spell it
			}
		}
		wanted = append(wanted, string(mvt.AppendValue(nil, v)))
	}
	for r := 1; r < len(keep); r++ {
		m := c.Message(uint32(r))
		keep[r] = slices.ContainsFunc(wanted, func(w string) bool { return w == string(m) })
	}
	return keep
}

// sharing marks the lists of codes that have one of those in common.
func (c *Column) sharing(values []any) []bool {
	keep := make([]bool, c.Values())
	for r := 1; r < len(keep); r++ {
		text, _ := c.Value(uint32(r)).(string)
		if text == "" {
			continue // no code, rather than the code ""
		}
		for code := range strings.SplitSeq(text, ",") {
			keep[r] = keep[r] || slices.Contains(values, any(code))
		}
	}
	return keep
}

// All tells that every feature passes, so that Match need not be asked.
func (t *Test) All() bool { return t.all }

// Match tells whether feature i passes.
func (t *Test) Match(i int) bool {
	for _, r := range t.areas {
		if n := t.area[i]; n < r.Low || n > r.High {
			return false
		}
	}
	if t.at != nil {
		if at := t.at[i]; at < t.from || at >= t.to {
			return false
		}
	}
	for _, f := range t.fields {
		if !f.keep[f.refs[i]] {
			return false
		}
	}
	return true
}
