package coverage

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/geo/lattice"
	"sitmap/geo/siting"
)

// weighed is how many of the best single spots are weighed against each
// other; the bound allows for the others.
const weighed = 2000

// roadside is how far apart, in metres, spots along the roads above the
// villages' are; junctions are spots everywhere.
const roadside = 200

// NewCamera is what a proposed camera sees; the zero value stands for 80
// degrees over 100 metres.
type NewCamera struct {
	Angle float64 `json:"angle"`
	Range float64 `json:"range"`
}

// Spot is where a further camera would serve.
type Spot struct {
	At        orb.Point `json:"-"`
	Direction float64   `json:"direction"`
	Road      string    `json:"road,omitempty"` // name of the road it looks along
	Class     string    `json:"class"`
	Junction  bool      `json:"junction"`
	Code      string    `json:"code"`
	// Gain is what it adds to the spots before it: weighted square metres and demand.
	Gain float64 `json:"gain"`
	// Public and Metres are what it adds to public area and roads seen as
	// often as asked, after the spots before it.
	Public float64 `json:"public"`
	Metres float64 `json:"metres"`
}

// Proposal is the spots that together would serve most, with what stands.
type Proposal struct {
	Camera NewCamera `json:"camera"`
	Spots  []Spot    `json:"spots"`
	Gain   float64   `json:"gain"`
	// Bound is what no choice of as many spots would exceed, among all
	// junctions and places along roads; Gap the share by which Gain may be
	// less than the best.
	Bound float64 `json:"bound"`
	Gap   float64 `json:"gap"`
}

// candidate is a place, and where a camera would look.
type candidate struct {
	at        orb.Point
	direction float64
	piece     int32
	junction  bool
	gain      float64
}

// next proposes spots by maximal covering, the working cameras fixed. Where two
// are asked for, half of the weight is earned by the first and half by the
// second (see siting.Demand).
func (s *seen) next(q Question) (Proposal, error) {
	g := s.ground
	proposal := Proposal{Camera: q.New, Spots: []Spot{}}
	if proposal.Camera.Angle == 0 {
		proposal.Camera.Angle = 80
	}
	if proposal.Camera.Range == 0 {
		proposal.Camera.Range = 100
	}
	model := Camera{HighDefinition: true, Angle: proposal.Camera.Angle, Range: proposal.Camera.Range}
	if q.Next == 0 || len(g.pieces) == 0 {
		return proposal, nil
	}
	look := func(c candidate) view {
		model.Direction = c.direction
		return view{geo.PlaneAt(c.at), model.Sector(q.Purpose, q.Assumptions), true}
	}

	weights := s.weights(q)
	demand := siting.Demand{Weights: weights}
	if q.Times == 2 {
		demand.Backup = 0.5
		demand.Standing = s.standing()
	} else {
		s.forget(weights)
	}
	list := g.candidates(q)
	ahead := s.gains(weights, q.Times) // prefix sums
	for k := range list {
		v := look(list[k])
		g.lattice.Seen(v.plane, v.sector, func(r lattice.Run) { list[k].gain += ahead[r.To] - ahead[r.From] })
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.gain, a.gain) })
	if len(list) > weighed {
		demand.Beyond = max(0, list[weighed].gain)
		list = list[:weighed]
	}
	for _, c := range list {
		v := look(c)
		var set siting.Set
		g.lattice.Seen(v.plane, v.sector, func(r lattice.Run) { set.AddRun(r.From, r.To) })
		demand.Sites = append(demand.Sites, set)
	}
	choice, err := siting.Cover(demand, q.Next, siting.Effort{Steps: 100})
	if err != nil {
		return proposal, fmt.Errorf("next cameras: %w", err)
	}
	stands := choice.Value
	for _, gain := range choice.Gains {
		stands -= gain
	}
	proposal.Gain, proposal.Bound = choice.Value-stands, choice.Bound-stands
	if proposal.Bound > 0 {
		proposal.Gap = max(0, 1-proposal.Gain/proposal.Bound)
	}
	after := s.working.Clone()
	added := make(map[int32][]sight)
	for k, j := range choice.Sites {
		spot := s.spot(list[j], q)
		spot.Gain = choice.Gains[k]
		spot.Public, spot.Metres = s.adds(look(list[j]), after, added, q.Times)
		proposal.Spots = append(proposal.Spots, spot)
	}
	return proposal, nil
}

func (s *seen) spot(c candidate, q Question) Spot {
	p := s.ground.pieces[c.piece]
	road := s.ground.roads[p.road]
	return Spot{At: c.at, Direction: math.Round(c.direction), Road: road.Name, Class: road.Class, Junction: c.junction, Code: codeOf(p.area, q.By)}
}

// adds is what a view adds to the area and the roads seen as often as asked; it
// is then counted as seen.
func (s *seen) adds(v view, after lattice.Depth, added map[int32][]sight, times int) (public, metres float64) {
	g := s.ground
	count := func(list []sight) float64 {
		once, twice := covered(list, false)
		return []float64{once, twice}[times-1]
	}
	g.lattice.Seen(v.plane, v.sector, func(r lattice.Run) {
		for k := r.From; k < r.To; k++ {
			before := after.Covers(k, times)
			after.Add(lattice.Run{From: k, To: k + 1})
			if !before && after.Covers(k, times) && g.areaOf(k) != 0 {
				public += g.lattice.Unit()
			}
		}
	})
	g.along(v, func(piece int32, part geo.Part) {
		list, known := added[piece]
		if !known {
			list = slices.Clone(s.of(int(piece)))
		}
		before := count(list)
		list = append(list, sight{part, true})
		inOrder(list)
		added[piece] = list
		metres += g.pieces[piece].length * (count(list) - before)
	})
	return public, metres
}

// candidates are the places to choose from: at every junction along each of its roads, and
// along the larger roads both ways.
func (g *Ground) candidates(q Question) []candidate {
	meet := make(map[orb.Point]int)
	for _, r := range g.roads {
		meet[r.Line[0]]++
		meet[r.Line[len(r.Line)-1]]++
	}
	var list []candidate
	add := func(piece int, at, towards orb.Point, junction bool) {
		p := g.pieces[piece]
		if at == towards || p.area == 0 || q.Area != nil && !q.Area.Contains(p.area) {
			return
		}
		east, north := geo.PlaneAt(at).XY(towards)
		direction := math.Mod(math.Atan2(east, north)*180/math.Pi+360, 360)
		list = append(list, candidate{at: at, direction: direction, piece: int32(piece), junction: junction})
	}
	gone := 0.0 // metres since the last candidate along the road
	for k, p := range g.pieces {
		if p.road < 0 {
			gone = 0
			continue
		}
		line := g.roads[p.road].Line
		a, b := g.places[k], g.places[k+1]
		if first := k == 0 || g.pieces[k-1].road != p.road; first && meet[line[0]] > 2 {
			add(k, a, b, true)
		}
		if g.pieces[k+1].road < 0 && meet[line[len(line)-1]] > 2 {
			add(k, b, a, true)
		}
		if gone += p.length; gone >= roadside && Classes[g.roads[p.road].Class].Weight > 1 {
			gone = 0
			add(k, a, b, false)
			add(k, b, a, false)
		}
	}
	return list
}
