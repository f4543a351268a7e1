package api

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"sitmap/geo/hex"
	"sitmap/geo/stats"
	"sitmap/layers"
)

// hotspotsBody is the answer of /api/hotspots/{layer}.
type hotspotsBody struct {
	Layer      string     `json:"layer"`
	Resolution int        `json:"resolution"`
	From       *time.Time `json:"from,omitempty"`
	To         *time.Time `json:"to,omitempty"`
	Snapped    bool       `json:"snapped"`
	Disclosure string     `json:"disclosure"`
	Version    int64      `json:"version"`
	AsOf       *time.Time `json:"asOf,omitempty"`
	Synthetic  bool       `json:"synthetic"`
	Total      int64      `json:"total"`
	N          int        `json:"n"`
	Method     hotMethod  `json:"method"`
	Places     []hotPlace `json:"places"`
}

// hotMethod is how the places were found.
type hotMethod struct {
	Statistic  string `json:"statistic"`
	Neighbours string `json:"neighbours"`
	Correction string `json:"correction"`
	Tested     int    `json:"tested"`
}

// hotPlace is a place that is hot or cold.
type hotPlace struct {
	Cell     string   `json:"cell"`
	Count    int64    `json:"count"`
	Nearby   int64    `json:"nearby"`
	Expected float64  `json:"expected"`
	Ratio    float64  `json:"ratio"`
	Class    string   `json:"class"`
	Flags    []string `json:"flags"`
	Z        *float64 `json:"z,omitempty"`
	P        *float64 `json:"p,omitempty"`
}

// hotspots answers with the cells that are hot or cold.
func (s *Server) hotspots(ctx context.Context, r *request) error {
	c, err := s.cellQuestion(ctx, r)
	if err != nil {
		return err
	}
	found, err := s.findHotspots(ctx, r, c)
	if err != nil {
		return fmt.Errorf("hotspots of layer %s: %w", c.layer.ID, err)
	}
	body := hotspotsBody{
		Layer: c.layer.ID, Resolution: c.resolution, Disclosure: "exact", Version: c.state.Version, Synthetic: c.state.Synthetic,
		From: known(c.query.Window.From), To: known(c.query.Window.To), AsOf: known(c.asOf), Total: found.total, N: found.universe.Len(),
		Method: hotMethod{"giStar", "ring1", "benjaminiHochberg", found.universe.Len()}, Places: []hotPlace{},
	}
	for i, class := range found.classes {
		if class != stats.None && c.shows(found.universe.Centre(i)) {
			body.Places = append(body.Places, found.place(i, r.scope().Cases))
		}
	}
	return r.taggedJSON(body)
}

// hotCells are cells with what was found of them.
type hotCells struct {
	universe *hex.Universe
	counts   []float64
	total    int64
	z, p     []float64
	classes  []stats.Class
}

// findHotspots tests the cells in which, or beside which, the layer ever had a
// feature of that kind.
func (s *Server) findHotspots(ctx context.Context, r *request, c *cellQuestion) (*hotCells, error) {
	counts, err := s.countCells(ctx, r, c, nil)
	if err != nil {
		return nil, err
	}
	always := *c
	always.query.Window = layers.Window{}
	ever, err := s.countCells(ctx, r, &always, nil)
	if err != nil {
		return nil, err
	}
	var cells []hex.Cell
	for _, cell := range ever.Cells {
		disk, err := cell.Disk(1)
		if err != nil {
			return nil, err
		}
		cells = append(cells, disk...)
	}
	h := &hotCells{}
	if h.universe, err = hex.NewUniverse(cells); err != nil {
		return nil, err
	}
	h.counts = make([]float64, h.universe.Len())
	h.total = counts.Total
	for n, cell := range counts.Cells {
		if i, ok := h.universe.Find(cell); ok {
			h.counts[i] = float64(counts.Counts[n])
		}
	}
	w, err := stats.NewWeights(h.universe.Len(), func(i int) []int32 { return h.universe.Neighbours(i) })
	if err != nil {
		return nil, err
	}
	if h.z, err = stats.GiStar(w, h.counts); err != nil {
		return nil, err
	}
	h.p = make([]float64, len(h.z))
	for i, z := range h.z {
		h.p[i] = stats.TwoSided.P(z)
	}
	h.classes = stats.Classes(h.z, h.p, stats.BenjaminiHochberg)
	return h, nil
}

// place is what is told of cell i, with z and p only to those with case rights.
func (h *hotCells) place(i int, exactly bool) hotPlace {
	near := h.universe.Neighbours(i)
	nearby := h.counts[i]
	for _, j := range near {
		nearby += h.counts[j]
	}
	expected := float64(h.total) / float64(h.universe.Len()) * float64(len(near)+1)
	p := hotPlace{
		Cell: h.universe.Cell(i).String(), Count: int64(h.counts[i]), Nearby: int64(nearby), Expected: roundTo(expected, 2),
		Class: h.classes[i].String(), Flags: []string{},
	}
	if expected > 0 {
		p.Ratio = roundTo(nearby/expected, 2)
	}
	if len(near) < 6 {
		p.Flags = append(p.Flags, "border")
	}
	if exactly {
		z, prob := roundTo(h.z[i], 3), h.p[i]
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
	Layer      string      `json:"layer"`
	Resolution int         `json:"resolution"`
	From       *time.Time  `json:"from,omitempty"`
	To         *time.Time  `json:"to,omitempty"`
	Disclosure string      `json:"disclosure"`
	Synthetic  bool        `json:"synthetic"`
	Place      hotPlace    `json:"place"`
	Sentence   layers.Text `json:"sentence"`
}

// hotspot explains one cell.
func (s *Server) hotspot(ctx context.Context, r *request) error {
	c, err := s.cellQuestion(ctx, r)
	if err != nil {
		return err
	}
	cell, err := hex.Parse(r.text("cell"))
	if err != nil || cell.Resolution() < coarsest || cell.Resolution() > finest {
		return layers.BadParameter("cell", "give an H3 cell of resolution %d to %d in hexadecimal", coarsest, finest)
	}
	c.resolution = cell.Resolution()
	found, err := s.findHotspots(ctx, r, c)
	if err != nil {
		return fmt.Errorf("hotspots of layer %s: %w", c.layer.ID, err)
	}
	i, ok := found.universe.Find(cell)
	if !ok {
		return fmt.Errorf("cell %s is not among those that were tested: %w", cell, layers.ErrNotFound)
	}
	p := found.place(i, r.scope().Cases)
	return r.taggedJSON(hotspotBody{
		Layer: c.layer.ID, Resolution: c.resolution, From: known(c.query.Window.From), To: known(c.query.Window.To),
		Disclosure: "exact", Synthetic: c.state.Synthetic, Place: p, Sentence: sentenceOf(p),
	})
}

// sentenceOf says in words what was found of a place.
func sentenceOf(p hotPlace) layers.Text {
	confidence := slices.Index([]string{"", "90", "95", "99"}, p.Class[max(0, len(p.Class)-2):])
	zh := fmt.Sprintf("此处及相邻单元共 %d 起，按全区平均应为 %.1f 起，为其 %.1f 倍", p.Nearby, p.Expected, p.Ratio)
	en := fmt.Sprintf("This cell and its neighbours have %d where the average would be %.1f: %.1f times as many", p.Nearby, p.Expected, p.Ratio)
	if confidence < 1 {
		return layers.Text{Zh: zh + "；差异可能出于偶然。", En: en + "; that may be chance."}
	}
	level := p.Class[len(p.Class)-2:]
	return layers.Text{Zh: zh + "；经多重检验校正，置信度 " + level + "%。", En: en + "; " + level + "% confidence after correction for many tests."}
}
