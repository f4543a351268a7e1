package api

import (
	"fmt"
	"maps"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"

	"sitmap/geo/hex"
	"sitmap/geo/stats"
	"sitmap/layers"
	"sitmap/layers/hotspot"
	"sitmap/layers/release"
)

// unitsJudged are units of the release that were held against their own other times.
// It does not change.
type unitsJudged struct {
	units  []release.Unit
	at     map[hex.Cell]int32
	record *hotspot.Record // nil where the window is all that is published
	answer hotspot.Answer
}

// judgeUnits finds what is hot and cold among the units that the window has in
// common with all other published times. Nothing enters but published numbers.
func (s *Server) judgeUnits(c *cellQuestion) (*unitsJudged, error) {
	q := c.released
	var rest []release.Period
	for _, w := range []layers.Window{{From: c.span.From, To: c.query.Window.From}, {From: c.query.Window.To, To: c.span.To}} {
		if w.From.Before(w.To) {
			snapped, err := q.Set.Snap(w, q.City.Zone)
			if err != nil {
				return nil, err
			}
			rest = append(rest, snapped.Periods...)
		}
	}
	if len(rest) == 0 || q.never {
		return &unitsJudged{}, nil
	}
	key := fmt.Sprintln(c.layer.ID, q.City.Area.Code, q.Version, c.resolution, q.query)
	return s.judgedUnits.share(key, func() (*unitsJudged, error) {
		units, now, then, err := q.pair(rest, c.resolution)
		if err != nil {
			return nil, err
		}
		j := &unitsJudged{units: units, at: map[hex.Cell]int32{}}
		var facts []hotspot.Fact
		for i, u := range units {
			for _, cell := range u.Cells {
				j.at[cell] = int32(i)
			}
			if u.State != release.Withheld {
				facts = append(facts, hotspot.Fact{Place: int32(i), Step: 0, Count: int32(now[i])}, hotspot.Fact{Place: int32(i), Step: 1, Count: int32(then[i])})
			}
		}
		near, err := j.neighbours()
		if err != nil {
			return nil, err
		}
		if j.record, err = hotspot.NewRecord(hotspot.Places{Near: near}, 2, 1, facts); err != nil {
			return nil, err
		}
		j.answer, err = j.record.Judge(j.question())
		return j, err
	})
}

// question is what is asked of the units: the window against all other times.
func (j *unitsJudged) question() hotspot.Question { return hotspot.Question{From: 0, To: 1} }

// neighbours are the units that have cells side by side; withheld ones are unknown.
func (j *unitsJudged) neighbours() (stats.Weights, error) {
	beside := make([][]int32, len(j.units))
	for i, u := range j.units {
		if u.State == release.Withheld {
			continue
		}
		for _, cell := range u.Cells {
			disk, err := cell.Disk(1)
			if err != nil {
				return stats.Weights{}, err
			}
			for _, other := range disk {
				if n, ok := j.at[other]; ok && int(n) != i && j.units[n].State != release.Withheld {
					beside[i] = append(beside[i], n)
				}
			}
		}
		slices.Sort(beside[i])
		beside[i] = slices.Compact(beside[i])
	}
	return stats.NewWeights(len(j.units), func(i int) []int32 { return beside[i] })
}

func (j *unitsJudged) method() hotMethod {
	return hotMethod{Measure: "own", Correction: "benjaminiHochberg", OnRecord: j.answer.OnRecord}
}

// releasedHotspots answers /api/hotspots/{layer} from the release: classes, without
// z and p.
func (s *Server) releasedHotspots(r *request, c *cellQuestion) error {
	j, err := s.judgeUnits(c)
	if err != nil {
		return err
	}
	body := hotspotsBody{
		countHead: c.head(), Resolution: c.resolution, Total: j.answer.Cases, N: len(j.answer.Verdicts), Method: j.method(), Places: []hotPlace{},
	}
	for _, v := range j.answer.Verdicts {
		cells, err := c.inView(j.units[v.Place].Cells)
		if err != nil {
			return err
		}
		if v.Class != stats.None && len(cells) > 0 {
			place := placeOf(v, false)
			place.Cells = texts(cells)
			body.Places = append(body.Places, place)
		}
	}
	return r.taggedJSON(body)
}

// releasedHotspot explains the unit that holds a cell.
func (s *Server) releasedHotspot(r *request, c *cellQuestion, cell hex.Cell) error {
	j, err := s.judgeUnits(c)
	if err != nil {
		return err
	}
	var verdict hotspot.Verdict
	place, ok := j.at[cell]
	if ok {
		verdict, ok = j.answer.Find(place)
	}
	if !ok {
		return fmt.Errorf("nothing is published of cell %s that could be judged: %w", cell, layers.ErrNotFound)
	}
	body := hotspotBody{countHead: c.head(), Resolution: c.resolution, Method: j.method(), Place: placeOf(verdict, false)}
	body.Place.Cells = texts(j.units[place].Cells)
	body.Sentence.Zh, body.Sentence.En = verdict.Sentence(hotspot.Telling{
		Window: windowWords(c.query.Window, c.home.zone()), Cases: casesWords(c), Released: true, Synthetic: c.state.Synthetic,
	})
	courses, err := s.courses(c)
	if err != nil {
		return err
	}
	body.Course = courses.of(cell)
	zh, en := body.Course.words()
	body.Sentence.Zh, body.Sentence.En = body.Sentence.Zh+zh, body.Sentence.En+en
	return r.taggedJSON(body)
}

// releasedShuffles deals out the published numbers anew: of all that a unit has in all
// published time, so many fall into the window as chance gives it, and the window
// keeps its number.
func (s *Server) releasedShuffles(r *request, c *cellQuestion, body shufflesBody) error {
	j, err := s.judgeUnits(c)
	if err != nil {
		return err
	}
	if j.record != nil {
		found, err := j.record.Reshuffle(j.question(), int(r.number("n")), uint64(body.Seed))
		if err != nil {
			return err
		}
		shown := map[int32]bool{}
		body.Rank, body.N, body.Real = found.Rank, len(found.Reshuffled), j.showing(found.True, shown)
		for _, one := range found.Reshuffled {
			body.Shuffles = append(body.Shuffles, j.showing(one, shown))
		}
		for _, place := range slices.Sorted(maps.Keys(shown)) {
			body.Units = append(body.Units, texts(j.units[place].Cells))
		}
	}
	return r.taggedJSON(body)
}

// showing names each unit by its first cell, and notes that it was shown.
func (j *unitsJudged) showing(found hotspot.Showing, shown map[int32]bool) showing {
	out := showing{Hot: found.Hot, Cold: found.Cold, Places: []shownCell{}}
	for _, m := range found.Marks {
		shown[m.Place] = true
		out.Places = append(out.Places, shownCell{j.units[m.Place].Cells[0].String(), m.Class.String()})
	}
	return out
}

// releasedInside snaps a drawn area to the units of which at least half lies in it,
// or to the one of which most does.
func (s *Server) releasedInside(r *request, c *countQuestion) error {
	q := c.released
	units, err := q.cells(q.query.Periods, finest)
	if err != nil {
		return err
	}
	drawn, err := drawnCells(c.query.Within, units)
	if err != nil {
		return layers.BadParameter("within", "%s", wantDrawing)
	}
	body := drawnBody{countHead: c.head(), Categories: []seriesItem{}, Months: []layers.MonthCount{}, Units: []releasedUnit{}}
	body.Snapped = true
	chosen, most, share := []release.Unit{}, -1, 0.0
	for i, u := range units {
		inside := common(u.Cells, drawn)
		if part := float64(inside) / float64(len(u.Cells)); part > share {
			most, share = i, part
		}
		if 2*inside >= len(u.Cells) {
			chosen = append(chosen, u)
		}
	}
	if len(chosen) == 0 && most >= 0 {
		chosen = append(chosen, units[most])
	}
	for _, u := range chosen {
		body.Count += int64(u.Count)
		shown := q.unit(u, nil)
		shown.Cells = texts(u.Cells)
		for _, cell := range u.Cells {
			size, err := cell.Area()
			if err != nil {
				return err
			}
			body.KM2 += size / 1e6
		}
		body.Units = append(body.Units, shown)
	}
	body.KM2 = roundTo(body.KM2, 6)
	if all, _, err := q.whole(q.query); err != nil {
		return err
	} else if all > 0 {
		part := roundTo(float64(body.Count)/float64(all), 6)
		body.Share = &part
	}
	if body.KM2 > 0 {
		body.PerKM2 = roundTo(float64(body.Count)/body.KM2, 6)
	}
	return r.json(body)
}

// drawnCells is the cells whose middle lies in a drawing, as far as units reach: a
// drawing of half the globe would fill with millions that nobody asks for.
func drawnCells(drawing orb.MultiPolygon, units []release.Unit) ([]hex.Cell, error) {
	reach := orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}}
	for _, u := range units {
		for _, cell := range u.Cells {
			middle, err := cell.Centre()
			if err != nil {
				return nil, err
			}
			reach = reach.Extend(middle)
		}
	}
	if reach.IsEmpty() {
		return nil, nil
	}
	// What is cut off leaves sides along the bound; no middle may lie on one.
	return hex.Fill(clip.MultiPolygon(reach.Pad(0.01), drawing.Clone()), finest, hex.Centre)
}

// common is how many cells two sorted lists have in common.
func common(a, b []hex.Cell) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			n++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return n
}
