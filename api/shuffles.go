package api

import (
	"context"
	"fmt"

	"sitmap/layers"
	"sitmap/layers/hotspot"
)

// shufflesBody is the answer of /api/hotspots/{layer}/shuffles.
type shufflesBody struct {
	countHead
	Resolution int       `json:"resolution"`
	Seed       int64     `json:"seed"`
	Rank       int       `json:"rank"`
	N          int       `json:"n"`
	Real       showing   `json:"real"`
	Shuffles   []showing `json:"shuffles"`
	// Units are the cells of each released unit that any map shows, whose name is
	// the first of them.
	Units [][]string `json:"units,omitempty"`
}

// showing is what a map of classes shows.
type showing struct {
	Hot    [3]int      `json:"hot"`
	Cold   [3]int      `json:"cold"`
	Places []shownCell `json:"places"`
}

// noShowing is a map that shows nothing.
var noShowing = showing{Places: []shownCell{}}

type shownCell struct {
	Cell  string `json:"cell"`
	Class string `json:"class"`
}

// shuffles shows the map of hotspots beside maps of the same city in which the dates
// of all cases were dealt out anew, or, against households, their places; none where
// the window is all there is.
func (s *Server) shuffles(ctx context.Context, r *request) error {
	c, err := s.cellQuestion(ctx, r)
	if err != nil {
		return err
	}
	if !c.layer.Dated() && c.measure != byHouseholds {
		return layers.BadParameter("layer", "layer %s has no dates to be shuffled; give measure=households", c.layer.ID)
	}
	body := shufflesBody{countHead: c.head(), Resolution: c.resolution, Seed: r.number("seed"), Rank: 1, Real: noShowing, Shuffles: []showing{}}
	if c.released != nil {
		return s.releasedShuffles(r, c, body)
	}
	record, err := s.record(ctx, r, c)
	if err != nil {
		return fmt.Errorf("hotspots of layer %s: %w", c.layer.ID, err)
	}
	q, measure, ok, err := record.asked(c)
	if err != nil {
		return err
	}
	if ok && measure == byHouseholds {
		homes, err := s.homesOn(ctx, r, c, record.cells)
		if err != nil {
			return err
		}
		q.Base = homes.base
	}
	if ok && measure != "even" {
		found, err := record.Reshuffle(q, int(r.number("n")), uint64(body.Seed))
		if err != nil {
			return fmt.Errorf("reshuffles of layer %s: %w", c.layer.ID, err)
		}
		body.Rank, body.N, body.Real = found.Rank, len(found.Reshuffled), record.showing(found.True)
		for _, one := range found.Reshuffled {
			body.Shuffles = append(body.Shuffles, record.showing(one))
		}
	}
	return r.taggedJSON(body)
}

func (h *hotRecord) showing(found hotspot.Showing) showing {
	out := showing{Hot: found.Hot, Cold: found.Cold, Places: []shownCell{}}
	for _, m := range found.Marks {
		out.Places = append(out.Places, shownCell{h.cells.Cell(int(m.Place)).String(), m.Class.String()})
	}
	return out
}
