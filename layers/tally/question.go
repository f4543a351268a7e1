package tally

import (
	"time"

	"sitmap/geo/cube"
	"sitmap/layers"
	"sitmap/layers/access"
)

// question is q as the cube understands it; ok is false where only the features
// themselves can tell: filters of other fields than the legend's, a drawing, an
// area within a village. The error is layers.ErrDenied.
func (m *Moment) question(q layers.Query, scope access.Scope, resolution int) (asked cube.Query, ok bool, err error) {
	l := m.layer
	asked = cube.Everything(resolution)
	if err := scope.MayRead(l); err != nil {
		return asked, false, err
	}
	if q.Within != nil || q.FIDs != nil || q.Bounds != nil {
		return asked, false, nil
	}
	area := layers.Everywhere
	if clip, limited := scope.Clip(l); limited {
		area = within(area, clip)
	}
	if q.Area != nil {
		area = within(area, *q.Area)
	}
	switch {
	case area.Low > area.High:
		asked.Areas = []cube.AreaRange{}
	case area.Low%village != 0 || area.High%village != village-1:
		return asked, false, nil
	case area != layers.Everywhere:
		asked.Areas = []cube.AreaRange{{Low: area.Low, High: area.High}}
	}
	if l.Dated() {
		asked.Window = cube.Window{From: seconds(q.Window.From, asked.Window.From), To: seconds(q.Window.To, asked.Window.To)}
	}
	for _, f := range q.Filters {
		if f.Field != m.codes.field || m.codes.full {
			return asked, false, nil
		}
		var kept cube.Categories
		for _, v := range f.Values {
			if text, _ := v.(string); text != "" {
				if n, known := m.codes.numbers[text]; known && asked.Categories.Has(n) {
					kept[n>>6] |= 1 << (n & 63)
				}
			}
		}
		asked.Categories = kept
	}
	return asked, true, nil
}

// village is how many area numbers a village has.
const village = 1000

func within(a, b layers.AreaRange) layers.AreaRange {
	return layers.AreaRange{Low: max(a.Low, b.Low), High: min(a.High, b.High)}
}

// seconds is the first whole second that is not before t, read in microseconds as
// stores do; a zero t is open.
func seconds(t time.Time, open int64) int64 {
	switch {
	case t.IsZero():
		return open
	case t.Nanosecond() >= 1000:
		return t.Unix() + 1
	}
	return t.Unix()
}
