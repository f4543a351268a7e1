package tally

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

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
	// tried is what would have come out the same, had it been published.
	tried madeFrom
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
	Span  release.Span `json:"span"`
	Codes []string     `json:"codes"`
	Facts string       `json:"facts"` // their digest
	// Report is what making it found.
	Report release.Report `json:"report"`
}

func (m madeFrom) same(other madeFrom) bool {
	return m.Rule == other.Rule && m.Span == other.Span && m.Facts == other.Facts
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

// Publish brings what is published of the layer up to its counts now, rather than a
// moment after they changed.
func (s *Server) Publish(ctx context.Context, layer string) error {
	l, ok := s.layers[layer]
	if !ok || !s.publishes(l) {
		return fmt.Errorf("layer %s is not published: %w", layer, layers.ErrNotFound)
	}
	return s.publish(ctx, l)
}

// publish brings what is published of a layer up to its present moment, city by
// city. Where the complete months did not change, nothing new is published.
func (s *Server) publish(ctx context.Context, l *layer) error {
	l.publishing.Lock()
	defer l.publishing.Unlock()
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
	if !maps.EqualFunc(before, next, func(a, b *Released) bool { return a.Version == b.Version }) {
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
	var found *Released
	p, err := s.options.Registry.Publish(ctx, l.ID, city.Area.Code, func(newest layers.Publication) (*layers.Publication, error) {
		last, from, err := s.newest(ctx, l, city, newest, before)
		if err != nil {
			return nil, err
		}
		if last == nil {
			last = &Released{City: city, codes: now.declared(city)}
		} else {
			// What was not published from the beginning cannot be added in front.
			span.From = from.Span.From
			span.To = max(span.To, from.Span.To)
		}
		facts := now.facts(span, city, last.codes)
		next := madeFrom{Rule: s.options.Rule, Span: span, Codes: last.codes, Facts: digest(facts)}
		if last.Set != nil && (next.same(from) || next.same(last.tried)) {
			found = last
			return nil, nil
		}
		found = &Released{City: city, Rule: next.Rule, codes: last.codes}
		ground, err := s.cityGround(ctx, city, len(last.codes))
		if err != nil {
			return nil, err
		}
		if found.Set, found.Report, err = release.Build(facts, ground, span, next.Rule, last.Set); err != nil {
			return nil, err
		}
		if last.Set != nil && found.Set.Same(last.Set) {
			// What changed cannot be seen yet; that something did is not told either.
			kept := *last
			kept.tried, found = next, &kept
			return nil, nil
		}
		next.Report = found.Report
		rule, err := json.Marshal(next)
		return &layers.Publication{DataVersion: now.version, Rule: rule, Bytes: found.Set.Bytes()}, err
	})
	if err != nil || found == before {
		return before, err
	}
	if before != nil && before.Version == p.Version {
		return found, nil
	}
	taken := found.Version == p.Version
	found.Version, found.DataVersion, found.Made = p.Version, p.DataVersion, p.Made
	if taken {
		s.options.Log.Info("published counts taken from the store", "layer", l.ID, "city", city.Area.Code, "version", p.Version)
		return found, nil
	}
	s.options.Log.Info("counts published", "layer", l.ID, "city", city.Area.Code, "version", p.Version, "months", int(span.To-span.From), "numbers", found.Report.Numbers, "took", found.Report.Took.Round(time.Millisecond))
	return found, nil
}

// TryRule makes a release of the layer as it is now by another rule, as if nothing
// had been published before, and publishes nothing.
func (s *Server) TryRule(ctx context.Context, layer string, city layers.CityInfo, rule release.Rule) (*release.Set, release.Report, error) {
	l, ok := s.layers[layer]
	now := s.Now(layer)
	if !ok || now == nil {
		return nil, release.Report{}, fmt.Errorf("layer %s is not counted: %w", layer, layers.ErrUnavailable)
	}
	span, err := s.complete(ctx, l, city)
	if err != nil {
		return nil, release.Report{}, err
	}
	codes := now.declared(city)
	ground, err := s.cityGround(ctx, city, len(codes))
	if err != nil {
		return nil, release.Report{}, err
	}
	return release.Build(now.facts(span, city, codes), ground, span, rule, nil)
}

// newest is what was published last, and what it was made from; nil where nothing
// was, or where it was made by another rule, after which the numbers begin anew.
func (s *Server) newest(ctx context.Context, l *layer, city layers.CityInfo, newest layers.Publication, before *Released) (*Released, madeFrom, error) {
	var from madeFrom
	if newest.Version == 0 {
		return nil, from, nil
	}
	if err := json.Unmarshal(newest.Rule, &from); err != nil {
		return nil, from, fmt.Errorf("release %d of layer %s: %w", newest.Version, l.ID, err)
	}
	if from.Rule != s.options.Rule {
		return nil, madeFrom{}, nil
	}
	if before != nil && before.Version == newest.Version {
		return before, from, nil
	}
	ground, err := s.cityGround(ctx, city, len(from.Codes))
	if err != nil {
		return nil, from, err
	}
	set, err := release.Read(newest.Bytes, ground)
	if err != nil {
		return nil, from, fmt.Errorf("release %d of layer %s: %w", newest.Version, l.ID, err)
	}
	return &Released{City: city, Version: newest.Version, Rule: from.Rule, Set: set, Report: from.Report, codes: from.Codes}, from, nil
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

// declared are the values of the legend field that the city's cases may have or have
// had, in the order of their spelling, so that every program numbers them alike; ""
// stands for all others, known later or never.
func (m *Moment) declared(city layers.CityInfo) []string {
	values := append([]string{""}, m.codes.values...)
	for _, code := range city.Codes[m.layer.ID][m.codes.field] {
		values = append(values, code.Value)
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// facts are the city's cases by cell, village, month and category, which is the
// number of their value among the codes.
func (m *Moment) facts(span release.Span, city layers.CityInfo, codes []string) (facts []release.Fact) {
	bounds := make([]int64, 0, span.To-span.From+1)
	for month := span.From; month <= span.To; month++ {
		bounds = append(bounds, month.Start(city.Zone).Unix())
	}
	for _, f := range m.view.Facts(bounds) {
		if !city.Area.Range.Contains(f.Area) {
			continue
		}
		n, known := slices.BinarySearch(codes, m.codes.values[f.Category])
		if !known {
			n = 0 // codes begin with "", which stands for it
		}
		facts = append(facts, release.Fact{Cell: f.Cell, Area: f.Area, Month: span.From + release.Month(f.Span), Category: uint8(n), Count: int(f.Count)})
	}
	// The cube's order is by its own numbers of the values, which differ from run to run.
	slices.SortStableFunc(facts, func(a, b release.Fact) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Area, b.Area), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Count, b.Count))
	})
	return facts
}

// digest tells sets of facts apart.
func digest(facts []release.Fact) string {
	sum := sha256.New()
	var b []byte
	for _, f := range facts {
		b = binary.AppendUvarint(b[:0], uint64(f.Cell))
		for _, n := range []int64{f.Area, int64(f.Month), int64(f.Category), int64(f.Count)} {
			b = binary.AppendVarint(b, n)
		}
		sum.Write(b)
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}
