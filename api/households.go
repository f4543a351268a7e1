package api

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/geo/hex"
	"sitmap/layers"
	"sitmap/layers/hotspot"
)

// byHouseholds is the measure that holds counts against households.
const byHouseholds = "households"

// The fields by which a layer of areas tells households, and which of them are
// like one another: a case is compared with town or country, not with both.
const (
	householdField = "household_band"
	settingField   = "setting"
)

// perHouseholds is of how many households a rate is told.
const perHouseholds = 1000

// mostHomes bounds the areas whose households are remembered: those of a city take
// some 30 MB.
const mostHomes = 6

// householdWords are what counts are held against, in both languages.
var householdWords = [2]string{"户数、城乡分开", "households, town and country apart"}

// perWords are of what a rate is told.
var perWords = [2]string{"每千户", "1,000 households"}

// hotBase is what is told of the households that counts were held against.
type hotBase struct {
	Households      int `json:"households"`      // of the places that are judged
	Unmeasured      int `json:"unmeasured"`      // places with features but without households
	UnmeasuredCount int `json:"unmeasuredCount"` // features there
}

// hotRate is the rate of a place itself, by 1,000 households.
type hotRate struct {
	Households int     `json:"households"`
	Raw        float64 `json:"raw"`
	Smoothed   float64 `json:"smoothed"`
	Few        bool    `json:"few"`
}

func rateOf(v hotspot.Verdict) *hotRate {
	return &hotRate{
		Households: int(math.Round(v.Base)), Raw: roundTo(perHouseholds*v.Rate, 2), Smoothed: roundTo(perHouseholds*v.Smoothed, 2), Few: v.FewHere,
	}
}

// homes are the households that a reader knows of.
type homes struct {
	*hotspot.Spreading
	version int64 // of the layer that tells them
}

// homesOn are households by the cells of a question.
type homesOn struct {
	base    hotspot.Base
	version int64
}

// homesOn lays the households of the question's area on its cells.
func (s *Server) homesOn(ctx context.Context, r *request, c *cellQuestion, cells *hex.Universe) (*homesOn, error) {
	h, err := s.households(ctx, r, c)
	if err != nil {
		return nil, err
	}
	return &homesOn{base: h.On(cells), version: h.version}, nil
}

// households reads the households that the question's reader may know, remembered until
// the layer that tells them changes.
func (s *Server) households(ctx context.Context, r *request, c *cellQuestion) (*homes, error) {
	l, ok := s.householdLayer()
	if !ok || r.scope().MayRead(l) != nil {
		return nil, layers.BadParameter("measure", "no layer tells households; give own or even")
	}
	version := c.versions[l.ID].Version
	q := layers.Query{Area: c.query.Area}
	key := fmt.Sprintln(l.ID, version, r.scope().Key(), q.Area)
	ctx = context.WithoutCancel(ctx) // others may be waiting for it
	return s.homesKept.share(key, func() (*homes, error) {
		setting, _ := l.Field(settingField)
		var areas []hotspot.Inhabited
		_, err := s.rows(ctx, r, l, q, func(f layers.Feature) error {
			areas = append(areas, inhabited(f, setting))
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("households: %w", err)
		}
		spread, err := hotspot.Spread(areas, len(setting.List)+1)
		if err != nil {
			return nil, fmt.Errorf("households: %w", err)
		}
		return &homes{spread, version}, nil
	})
}

// inhabited is an area with its households; one of an unknown setting is compared
// with those of unknown setting.
func inhabited(f layers.Feature, setting layers.Field) hotspot.Inhabited {
	a := hotspot.Inhabited{Number: math.NaN(), Stratum: len(setting.List)}
	if band, ok := f.Properties[householdField].(string); ok {
		if middle, ok := hotspot.BandMiddle(band); ok {
			a.Number = middle
		}
	}
	if at := slices.IndexFunc(setting.List, func(code layers.Code) bool { return code.Value == f.Properties[settingField] }); at >= 0 {
		a.Stratum = at
	}
	switch g := f.Geometry.(type) {
	case orb.Polygon:
		a.Shape = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		a.Shape = g
	}
	return a
}

// householdLayer is the layer of areas that tells households.
func (s *Server) householdLayer() (layers.Layer, bool) {
	for _, l := range s.options.Catalog {
		if _, ok := l.Field(householdField); ok && l.Geometry == layers.Polygons {
			return l, true
		}
	}
	return layers.Layer{}, false
}

// unmeasured are the places that have features in the window but no households to
// hold them against, and the sum of what is told of all.
func (h *homesOn) unmeasured(record *hotRecord, q hotspot.Question) (places []int32, told *hotBase) {
	told = &hotBase{}
	sum := 0.0
	for place, count := range record.InWindow(q) {
		switch {
		case h.base.Measures(int32(place)):
			sum += h.base.Of(int32(place))
		case count > 0:
			places = append(places, int32(place))
			told.Unmeasured, told.UnmeasuredCount = told.Unmeasured+1, told.UnmeasuredCount+int(count)
		}
	}
	told.Households = int(math.Round(sum))
	return places, told
}
