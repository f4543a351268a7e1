package release

import "sitmap/layers"

// Readable says how much of the city a map of the release still tells apart, as a
// mean over the periods of one length: of all villages and of all cases, the
// share whose piece is no larger than the level. Each level counts the finer ones.
type Readable struct {
	Months    int     `json:"months"`    // length of the periods: 1, 3 or 12
	Pieces    float64 `json:"pieces"`    // mean number of pieces
	Village   Share   `json:"village"`   // the village itself, or part of it
	Township  Share   `json:"township"`  // its township, or some villages of it
	Townships Share   `json:"townships"` // its township and at most three others
	County    Share   `json:"county"`    // its county, or some townships of it
}

// Share is a part of all villages and of all cases, 0 to 1.
type Share struct {
	Villages float64 `json:"villages"`
	Cases    float64 `json:"cases"`
}

// Readable measures a category, by its code, or all of them: -1.
func (s *Set) Readable(category int) ([]Readable, error) {
	var list []Readable
	for _, length := range []int{monthly, quarterly, yearly} {
		r := Readable{Months: length}
		periods := 0.0
		for _, p := range s.Periods() {
			if p.Months != length {
				continue
			}
			q := Query{Periods: []Period{p}, Within: layers.Everywhere}
			if category != All {
				q.Categories = []uint8{uint8(category)}
			}
			pieces, err := s.common(q)
			if err != nil {
				return nil, err
			}
			one := s.measure(pieces)
			periods++
			r.Pieces += one.Pieces
			for i, share := range r.shares() {
				share.Villages += one.shares()[i].Villages
				share.Cases += one.shares()[i].Cases
			}
		}
		if periods == 0 {
			continue
		}
		r.Pieces /= periods
		for _, share := range r.shares() {
			share.Villages /= periods
			share.Cases /= periods
		}
		list = append(list, r)
	}
	return list, nil
}

func (r *Readable) shares() []*Share {
	return []*Share{&r.Village, &r.Township, &r.Townships, &r.County}
}

// measure is the readability of one set of pieces.
func (s *Set) measure(pieces []piece) Readable {
	r := Readable{Pieces: float64(len(pieces))}
	cases := 0.0
	for _, p := range pieces {
		cases += float64(p.count)
	}
	for _, p := range pieces {
		at := &s.tree.nodes[p.node]
		villages := float64(at.lastVillage - at.firstVillage + 1)
		if at.firstVillage == at.lastVillage { // patches of a village are one village together
			home := s.tree.nodes[s.tree.home[s.tree.villages[at.firstVillage].Number]]
			villages = float64(at.to-at.from) / float64(home.to-home.from)
		}
		townships, counties := s.reach(at)
		for i, fine := range []bool{at.firstVillage == at.lastVillage, townships == 1, townships <= 4 && counties == 1, counties == 1} {
			if fine {
				share := r.shares()[i]
				share.Villages += villages / float64(len(s.tree.villages))
				share.Cases += float64(p.count) / max(1, cases)
			}
		}
	}
	return r
}

// reach is how many townships and counties a node reaches into.
func (s *Set) reach(at *node) (townships, counties int) {
	lastTown, lastCounty := int64(-1), int64(-1)
	for v := at.firstVillage; v <= at.lastVillage; v++ {
		number := s.tree.villages[v].Number
		if town := areaAt(number, layers.Township); town != lastTown {
			townships, lastTown = townships+1, town
		}
		if county := areaAt(number, layers.County); county != lastCounty {
			counties, lastCounty = counties+1, county
		}
	}
	return townships, counties
}

// Setting is what a threshold would hide and keep.
type Setting struct {
	Rule     Rule       `json:"rule"`
	Report   Report     `json:"report"`
	Readable []Readable `json:"readable"`
}

// Dial makes the release anew for other thresholds, to compare; nothing of it is
// to be published.
func Dial(facts []Fact, g *Ground, span Span, thresholds []int) ([]Setting, error) {
	var settings []Setting
	for _, k := range thresholds {
		s, report, err := Build(facts, g, span, Rule{k}, nil)
		if err != nil {
			return nil, err
		}
		readable, err := s.Readable(All)
		if err != nil {
			return nil, err
		}
		settings = append(settings, Setting{s.rule, report, readable})
	}
	return settings, nil
}
