package api

import (
	"context"
	"fmt"
	"math"

	"sitmap/geo/hex"
	"sitmap/geo/stats"
	"sitmap/layers"
	"sitmap/layers/hotspot"
)

// hotspotsBody is the answer of /api/hotspots/{layer}.
type hotspotsBody struct {
	countHead
	Resolution int        `json:"resolution"`
	Total      int        `json:"total"`
	N          int        `json:"n"`
	Method     hotMethod  `json:"method"`
	Places     []hotPlace `json:"places"`
	Masked     []string   `json:"masked,omitempty"` // cells with features but without a number of households
}

// hotMethod is how the places were found.
type hotMethod struct {
	Measure    string   `json:"measure"`
	Correction string   `json:"correction"`
	OnRecord   int      `json:"onRecord"`
	Piled      int      `json:"piled"`
	Trend      bool     `json:"trend"`
	Base       *hotBase `json:"base,omitempty"` // of measure households
}

// hotPlace is a place that is hot or cold.
type hotPlace struct {
	Cell     string   `json:"cell,omitempty"`
	Cells    []string `json:"cells,omitempty"` // of a unit of the release
	Count    int      `json:"count"`
	Nearby   int      `json:"nearby"`
	Members  int      `json:"members"`
	Rings    int      `json:"rings"`
	Expected float64  `json:"expected"`
	Ratio    *float64 `json:"ratio,omitempty"`
	Class    string   `json:"class"`
	Trend    string   `json:"trend,omitempty"`
	Flags    []string `json:"flags"`
	Rate     *hotRate `json:"rate,omitempty"` // of measure households
	Z        *float64 `json:"z,omitempty"`
	P        *float64 `json:"p,omitempty"`
}

// judged is a question that was answered from a record.
type judged struct {
	*hotRecord
	answer  hotspot.Answer
	trends  map[int32]stats.Emergence
	measure string
	base    *hotBase // of measure households
	masked  []int32  // places with features but without households
}

// judge finds what is hot and cold in what the question is about.
func (s *Server) judge(ctx context.Context, r *request, c *cellQuestion) (*judged, error) {
	record, err := s.record(ctx, r, c)
	if err != nil {
		return nil, fmt.Errorf("hotspots of layer %s: %w", c.layer.ID, err)
	}
	q, measure, ok, err := record.asked(c)
	if err != nil {
		return nil, err
	}
	if !ok {
		return &judged{hotRecord: record, measure: measure}, nil
	}
	key := fmt.Sprint(record.key, q)
	var homes *homesOn
	if measure == byHouseholds {
		if homes, err = s.homesOn(ctx, r, c, record.cells); err != nil {
			return nil, err
		}
		q.Base, key = homes.base, fmt.Sprint(key, homes.version)
	}
	return s.judged.share(key, func() (*judged, error) {
		j := &judged{hotRecord: record, measure: measure}
		if j.answer, err = record.Judge(q); err != nil {
			return nil, fmt.Errorf("hotspots of layer %s: %w", c.layer.ID, err)
		}
		if homes != nil {
			j.masked, j.base = homes.unmeasured(record, q)
		}
		if record.months {
			if j.trends, err = record.Emergence(q); err != nil {
				return nil, fmt.Errorf("trends of layer %s: %w", c.layer.ID, err)
			}
		}
		return j, nil
	})
}

// hotspots answers with the cells that are hot or cold.
func (s *Server) hotspots(ctx context.Context, r *request) error {
	c, err := s.cellQuestion(ctx, r)
	if err != nil {
		return err
	}
	if c.released != nil {
		return s.releasedHotspots(r, c)
	}
	j, err := s.judge(ctx, r, c)
	if err != nil {
		return err
	}
	body := hotspotsBody{
		countHead: c.head(), Resolution: c.resolution, Total: j.answer.Cases, N: len(j.answer.Verdicts), Method: j.method(), Places: []hotPlace{},
	}
	for _, v := range j.answer.Verdicts {
		trend := j.trends[v.Place]
		if (v.Class != stats.None || trend != stats.NoPattern) && c.shows(j.cells.Centre(int(v.Place))) {
			body.Places = append(body.Places, j.place(v, r.scope().Cases))
		}
	}
	for _, place := range j.masked {
		if c.shows(j.cells.Centre(int(place))) {
			body.Masked = append(body.Masked, j.cells.Cell(int(place)).String())
		}
	}
	return r.taggedJSON(body)
}

func (j *judged) method() hotMethod {
	return hotMethod{Measure: j.measure, Correction: "benjaminiHochberg", OnRecord: j.answer.OnRecord, Piled: j.piled, Trend: j.trends != nil, Base: j.base}
}

// place is what is told of a cell.
func (j *judged) place(v hotspot.Verdict, exactly bool) hotPlace {
	p := placeOf(v, exactly)
	p.Cell = j.cells.Cell(int(v.Place)).String()
	if trend := j.trends[v.Place]; trend != stats.NoPattern {
		p.Trend = trend.String()
	}
	return p
}

// placeOf is what is told of a verdict, with z and p only to those with case rights.
func placeOf(v hotspot.Verdict, exactly bool) hotPlace {
	p := hotPlace{
		Count: v.Count, Nearby: v.Around, Members: v.Members, Rings: v.Rings,
		Expected: roundTo(v.Expected, 2), Class: v.Class.String(), Flags: []string{},
	}
	if v.Expected > 0 {
		ratio := roundTo(v.Ratio(), 2)
		p.Ratio = &ratio
	}
	if v.BorderShare > 0 {
		p.Flags = append(p.Flags, "border")
	}
	if v.Few {
		p.Flags = append(p.Flags, "few")
	}
	if v.HotAround() {
		p.Flags = append(p.Flags, "around")
	}
	if v.Base > 0 {
		p.Rate = rateOf(v)
	}
	if exactly {
		z, prob := roundTo(v.Z, 3), v.P
		p.Z, p.P = &z, &prob
	}
	return p
}

func roundTo(x float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(x*scale) / scale
}

// hotspotBody is the answer of /api/hotspots/{layer}/{cell}.
type hotspotBody struct {
	countHead
	Resolution int             `json:"resolution"`
	Method     hotMethod       `json:"method"`
	Place      hotPlace        `json:"place"`
	Sentence   layers.Text     `json:"sentence"`
	Course     *releasedCourse `json:"course,omitempty"` // of published counts
}

// hotspot explains one cell.
func (s *Server) hotspot(ctx context.Context, r *request) error {
	cell, err := hex.Parse(r.text("cell"))
	if err != nil || cell.Resolution() < coarsest || cell.Resolution() > finest {
		return layers.BadParameter("cell", "give an H3 cell of resolution %d to %d in hexadecimal", coarsest, finest)
	}
	c, err := s.cellQuestion(ctx, r)
	if err != nil {
		return err
	}
	c.resolution = cell.Resolution()
	if c.released != nil {
		return s.releasedHotspot(r, c, cell)
	}
	j, err := s.judge(ctx, r, c)
	if err != nil {
		return err
	}
	var verdict hotspot.Verdict
	place, ok := j.cells.Find(cell)
	if ok {
		verdict, ok = j.answer.Find(int32(place))
	}
	if !ok {
		if j.measure == byHouseholds {
			return fmt.Errorf("no households are known of in cell %s, so nothing is said of it: %w", cell, layers.ErrNotFound)
		}
		return fmt.Errorf("cell %s never had any, so nothing is said of it: %w", cell, layers.ErrNotFound)
	}
	body := hotspotBody{countHead: c.head(), Resolution: c.resolution, Method: j.method(), Place: j.place(verdict, r.scope().Cases)}
	body.Sentence.Zh, body.Sentence.En = verdict.Sentence(j.telling(c, int32(place)))
	return r.taggedJSON(body)
}

// telling is what the sentence about a place needs to know of the question.
func (j *judged) telling(c *cellQuestion, place int32) hotspot.Telling {
	t := hotspot.Telling{
		Window: windowWords(c.query.Window, c.home.zone()), Cases: casesWords(c),
		Emergence: j.trends[place], Synthetic: c.state.Synthetic,
	}
	switch j.measure {
	case "even":
		t.Measure = hotspot.Evenly
	case byHouseholds:
		t.Measure, t.Base, t.Per, t.PerBase = hotspot.ByBase, householdWords, perWords, perHouseholds
		t.Unmeasured = j.base.UnmeasuredCount
	}
	return t
}
