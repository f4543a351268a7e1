package tally

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"sitmap/geo/cube"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/release"
)

// Registry knows the cities and keeps what was published of them.
type Registry interface {
	Cities(ctx context.Context, s access.Scope) ([]layers.AreaName, error)
	City(ctx context.Context, code string) (layers.CityInfo, error)
	// Span is from the first to just after the last dated feature in scope.
	Span(ctx context.Context, l layers.Layer, s access.Scope) (layers.Window, error)
	// Publish makes the next publication from the newest one and gives the newest
	// there then is; one program at a time makes one.
	Publish(ctx context.Context, layer, city string, next func(newest layers.Publication) (*layers.Publication, error)) (layers.Publication, error)
}

// Released is what is published of a layer of one city. It never changes.
type Released struct {
	City        layers.CityInfo
	Version     int64
	DataVersion int64 // of the layer it was made from
	Made        time.Time
	Rule        release.Rule
	Set         *release.Set
	Report      release.Report
	codes       []string // values of the legend field by category; "" for none
}

// Categories are the categories of the values; those that no case ever had are
// left out.
func (r *Released) Categories(values []any) []uint8 {
	var found []uint8
	for n, code := range r.codes {
		if slices.Contains(values, any(code)) {
			found = append(found, uint8(n))
		}
	}
	return found
}

// Codes are the values of the legend field that some case had.
func (r *Released) Codes() []string { return r.codes }

// madeFrom is kept with a publication: the rule, and what tells whether it would
// come out the same again.
type madeFrom struct {
	release.Rule
	Codes []string `json:"codes"`
	Facts string   `json:"facts"` // their digest
}

// Released is what is published of the layer in the city that holds the area; nil
// where nothing is.
func (s *Server) Released(layer string, area layers.AreaRange) *Released {
	l, ok := s.layers[layer]
	if !ok {
		return nil
	}
	for _, r := range *l.released.Load() {
		if in := r.City.Area.Range; in.Low <= area.Low && area.High <= in.High {
			return r
		}
	}
	return nil
}

// ReleaseVersion grows whenever something new is published of the layer; 0 is
// nothing yet.
func (s *Server) ReleaseVersion(layer string) int64 {
	l, ok := s.layers[layer]
	if !ok {
		return 0
	}
	var sum int64
	for _, r := range *l.released.Load() {
		sum += r.Version
	}
	return sum
}

// publishes tells whether the layer's counts are published for those who may not
// see its cases.
func (s *Server) publishes(l *layer) bool {
	return s.options.Registry != nil && l.Access == layers.Protected && l.Dated()
}

// publish brings what is published of a layer up to its present moment, city by
// city. Where the complete months did not change, nothing new is published.
func (s *Server) publish(ctx context.Context, l *layer) error {
	now := s.Now(l.ID)
	if now == nil {
		return nil
	}
	cities, err := s.options.Registry.Cities(ctx, access.System)
	if err != nil {
		return err
	}
	before, next := *l.released.Load(), map[string]*Released{}
	for _, name := range cities {
		city, err := s.options.Registry.City(ctx, name.Code)
		if err != nil {
			return err
		}
		r, err := s.publishCity(ctx, l, now, city, before[name.Code])
		if err != nil {
			return fmt.Errorf("city %s: %w", name.Code, err)
		}
		if r != nil {
			next[name.Code] = r
		}
	}
	l.released.Store(&next)
	if !maps.Equal(before, next) {
		s.epoch.Add(1)
		s.tell(l.ID)
	}
	return nil
}

func (s *Server) publishCity(ctx context.Context, l *layer, now *Moment, city layers.CityInfo, before *Released) (*Released, error) {
	span, err := s.complete(ctx, l, city)
	if err != nil || span.From >= span.To {
		return before, err
	}
	facts, codes := now.facts(span, city)
	from := madeFrom{Rule: s.options.Rule, Codes: codes, Facts: digest(facts, span)}
	rule, err := json.Marshal(from)
	if err != nil {
		return nil, err
	}
	made := &Released{City: city, Rule: from.Rule, codes: codes}
	var previous *release.Set
	if before != nil {
		previous = before.Set
	}
	p, err := s.options.Registry.Publish(ctx, l.ID, city.Area.Code, func(newest layers.Publication) (*layers.Publication, error) {
		var was madeFrom
		if newest.Version > 0 && json.Unmarshal(newest.Rule, &was) == nil && was.Facts == from.Facts && was.Rule == from.Rule {
			if before != nil && before.Version == newest.Version {
				made = before
				return nil, nil
			}
		}
		ground, err := s.cityGround(ctx, city, len(codes))
		if err != nil {
			return nil, err
		}
		if made.Set, made.Report, err = release.Build(facts, ground, span, from.Rule, previous); err != nil {
			return nil, err
		}
		return &layers.Publication{DataVersion: now.version, Rule: rule, Bytes: []byte{}}, nil
	})
	if err != nil || made == before {
		return before, err
	}
	made.Version, made.DataVersion, made.Made = p.Version, p.DataVersion, p.Made
	s.options.Log.Info("counts published", "layer", l.ID, "city", city.Area.Code, "version", p.Version, "months", int(span.To-span.From), "units", made.Report.Units, "took", made.Report.Took.Round(time.Millisecond))
	return made, nil
}

// complete is the months of the city that are over: from that of the first feature
// to the last whose last day has any.
func (s *Server) complete(ctx context.Context, l *layer, city layers.CityInfo) (release.Span, error) {
	w, err := s.options.Registry.Span(ctx, l.Layer, access.Scope{Area: city.Area.Range, Cases: true})
	if err != nil || w.Open() {
		return release.Span{}, err
	}
	last := w.To.Add(-time.Nanosecond)
	span := release.Span{From: release.MonthOf(w.From, city.Zone), To: release.MonthOf(last, city.Zone)}
	if release.MonthOf(last.In(city.Zone).AddDate(0, 0, 1), city.Zone) > span.To {
		span.To++ // the last day of its month
	}
	return span, nil
}

// facts are the city's cases by cell, village, month and category, with the values
// that the categories stand for: in the order of their spelling, so that every
// program numbers them alike.
func (m *Moment) facts(span release.Span, city layers.CityInfo) (facts []release.Fact, codes []string) {
	bounds := make([]int64, 0, span.To-span.From+1)
	for month := span.From; month <= span.To; month++ {
		bounds = append(bounds, month.Start(city.Zone).Unix())
	}
	counted := slices.DeleteFunc(m.view.Facts(bounds), func(f cube.Fact) bool { return !city.Area.Range.Contains(f.Area) })
	var met [256]bool
	for _, f := range counted {
		met[f.Category] = true
	}
	for n, value := range m.codes.values {
		if met[n] {
			codes = append(codes, value)
		}
	}
	slices.Sort(codes)
	for _, f := range counted {
		n, _ := slices.BinarySearch(codes, m.codes.values[f.Category])
		facts = append(facts, release.Fact{Cell: f.Cell, Area: f.Area, Month: span.From + release.Month(f.Span), Category: uint8(n), Count: int(f.Count)})
	}
	return facts, codes
}

// digest tells sets of facts apart.
func digest(facts []release.Fact, span release.Span) string {
	sum := sha256.New()
	var b []byte
	b = binary.AppendVarint(binary.AppendVarint(b, int64(span.From)), int64(span.To))
	for _, f := range facts {
		b = binary.AppendUvarint(b, uint64(f.Cell))
		for _, n := range []int64{f.Area, int64(f.Month), int64(f.Category), int64(f.Count)} {
			b = binary.AppendVarint(b, n)
		}
		sum.Write(b)
		b = b[:0]
	}
	sum.Write(b)
	return fmt.Sprintf("%x", sum.Sum(nil))
}
