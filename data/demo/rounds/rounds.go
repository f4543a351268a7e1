package rounds

import (
	"cmp"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"sitmap/layers"
	"sitmap/layers/live"
)

// Options say how the units behave.
type Options struct {
	Seed int64
	// Every is the time between two fixes of a unit: 10 seconds.
	Every time.Duration
	// Calls is how many calls for help there are in an hour, over all units: 2.
	// Less than 0 is none.
	Calls float64
}

// gait is how a kind of unit moves: its speed in metres a second, and how far
// from home it goes, in metres. Kinds that are not here stay at home.
type gait struct{ speed, radius float64 }

var gaits = map[string]gait{"foot": {1.3, 1500}, "vehicle": {8, 12000}, "motorcycle": {6, 8000}}

const (
	receiverError = 6.0 // metres, standard deviation to each side
	// stopsAfter and stopsFor are means: seconds on the way until a stop, and
	// of the stop, which is what hotspots are prescribed.
	stopsAfter, stopsFor = 900.0, 720.0
	// silentAfter and silentFor are means: seconds between silences, and of one.
	silentAfter, silentFor = 3 * 3600.0, 600.0
	callsFor               = 40.0 // seconds that a call for help is pressed
	// Shares of all units: whose clock is wrong, and whose device goes on off duty.
	wrongClocks, talkOff = 0.004, 0.05
)

// City is the units of a city on their rounds. It is not safe for concurrent use.
type City struct {
	graph  *graph
	every  time.Duration
	units  []*unit
	shifts *live.Register
}

// unit is a unit and where it is.
type unit struct {
	live.Unit
	dice    *rand.Rand
	gait    gait
	moves   bool
	edge    int32
	metres  float64
	forth   bool // along the edge
	at      orb.Point
	heading float64
	speed   float64
	seq     uint64
	phase   time.Duration // when in each period it sends
	skew    time.Duration // of its clock
	talks   bool          // off duty as well
	// Seconds left of what it does.
	stop, way, quiet, loud, call float64
	callRate                     float64 // calls a second
	battery                      float64
	last                         time.Time
}

// New puts the units at home; shifts say who is on duty when.
func New(o Options, units []live.Unit, roads []layers.Feature, shifts *live.Register) *City {
	if o.Every == 0 {
		o.Every = 10 * time.Second
	}
	if o.Calls == 0 {
		o.Calls = 2
	}
	c := &City{graph: newGraph(roads), every: o.Every, shifts: shifts}
	for _, u := range units {
		c.units = append(c.units, c.unit(o, u, len(units)))
	}
	slices.SortFunc(c.units, func(a, b *unit) int { return cmp.Or(cmp.Compare(a.phase, b.phase), cmp.Compare(a.ID, b.ID)) })
	return c
}

// dice is the stream of random numbers for one subject.
func dice(seed int64, subject string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(subject))
	return rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
}

func (c *City) unit(o Options, of live.Unit, all int) *unit {
	u := &unit{Unit: of, dice: dice(o.Seed, of.ID), at: of.Home}
	u.gait = gaits[of.Kind]
	if u.gait.speed > 0 {
		u.edge, u.metres, u.moves = c.graph.nearest(of.Home)
	}
	u.phase = time.Duration(u.dice.Int64N(int64(o.Every)))
	u.way, u.loud = u.wait(stopsAfter), u.wait(silentAfter)
	u.talks = u.dice.Float64() < talkOff
	if u.dice.Float64() < wrongClocks {
		u.skew = []time.Duration{time.Hour, -time.Hour, 365 * 24 * time.Hour, -365 * 24 * time.Hour}[u.dice.IntN(4)]
	}
	u.callRate = max(0, o.Calls) / 3600 / float64(max(1, all))
	u.battery = 0.4 + 0.6*u.dice.Float64()
	u.forth = u.dice.IntN(2) == 0
	return u
}

// wait is a time that is as likely to end now as ever.
func (u *unit) wait(mean float64) float64 { return u.dice.ExpFloat64() * mean }

// Between are the fixes that the units send in [from, to), in the order of
// sending. from must be where the last call ended.
func (c *City) Between(from, to time.Time) []live.Fix {
	var fixes []live.Fix
	for _, u := range c.units {
		// The first moment of this unit's at or after from.
		first := from.Truncate(c.every).Add(u.phase)
		if first.Before(from) {
			first = first.Add(c.every)
		}
		for at := first; at.Before(to); at = at.Add(c.every) {
			if f, sends := c.step(u, at); sends {
				fixes = append(fixes, f)
			}
		}
	}
	slices.SortStableFunc(fixes, func(a, b live.Fix) int { return a.At.Compare(b.At) })
	return fixes
}

// step moves the unit on to that time, and tells what it sends.
func (c *City) step(u *unit, at time.Time) (live.Fix, bool) {
	seconds := c.every.Seconds()
	if !u.last.IsZero() {
		seconds = min(60, at.Sub(u.last).Seconds())
	}
	u.last = at
	_, on := c.shifts.ShiftAt(u.ID, at)
	if on && u.moves {
		c.move(u, seconds)
	} else {
		u.speed = 0
	}
	u.seq++
	quiet := u.silent(seconds)
	if u.call -= seconds; u.call <= 0 && on && u.dice.Float64() < u.callRate*seconds {
		u.call = callsFor
	}
	if !on && !u.talks || quiet && u.call <= 0 {
		return live.Fix{}, false
	}
	u.battery = max(0.05, u.battery-seconds*0.5/36000)
	east, north := u.dice.NormFloat64()*receiverError, u.dice.NormFloat64()*receiverError
	return live.Fix{
		Unit: u.ID, Seq: u.seq, At: at.Add(u.skew).UTC(), Point: offset(u.at, east, north),
		Speed: u.speed, Heading: u.heading, Accuracy: receiverError, Battery: u.battery, SOS: u.call > 0,
	}, true
}

// offset moves a point so many metres.
func offset(p orb.Point, east, north float64) orb.Point {
	const degree = 111_320.0 // metres of a degree of latitude
	return orb.Point{p[0] + east/(degree*math.Cos(p[1]*math.Pi/180)), p[1] + north/degree}
}

func (u *unit) silent(seconds float64) bool {
	if u.quiet > 0 {
		u.quiet -= seconds
		return true
	}
	if u.loud -= seconds; u.loud <= 0 {
		u.quiet, u.loud = u.wait(silentFor), u.wait(silentAfter)
	}
	return false
}

// move goes along the roads, with stops.
func (c *City) move(u *unit, seconds float64) {
	if u.stop > 0 {
		u.stop -= seconds
		u.speed = 0
		return
	}
	if u.way -= seconds; u.way <= 0 {
		u.stop, u.way = u.wait(stopsFor), u.wait(stopsAfter)
		u.speed = 0
		return
	}
	u.speed = u.gait.speed * (0.7 + 0.6*u.dice.Float64())
	before := u.at
	rest := u.speed * seconds
	for hops := 0; rest > 0 && hops < 100; hops++ {
		e := c.graph.edges[u.edge]
		if u.forth {
			if room := e.length() - u.metres; rest < room {
				u.metres += rest
				break
			} else {
				rest -= room
			}
			c.turn(u, e.line[len(e.line)-1])
		} else {
			if rest < u.metres {
				u.metres -= rest
				break
			}
			rest -= u.metres
			c.turn(u, e.line[0])
		}
	}
	u.at = c.graph.edges[u.edge].point(u.metres)
	if u.at != before {
		u.heading = math.Mod(orbgeo.Bearing(before, u.at)+360, 360)
	}
}

// turn chooses the next road at a junction: any that does not lead too far from
// home, rather than the one it came by.
func (c *City) turn(u *unit, junction orb.Point) {
	came := u.edge
	var open []int32
	for _, n := range c.graph.at[end(junction)] {
		e := c.graph.edges[n]
		far := e.line[len(e.line)-1]
		if end(far) == end(junction) {
			far = e.line[0]
		}
		if n != came && (orbgeo.Distance(far, u.Home) <= u.gait.radius || orbgeo.Distance(far, u.Home) < orbgeo.Distance(junction, u.Home)) {
			open = append(open, n)
		}
	}
	next := came
	if len(open) > 0 {
		next = open[u.dice.IntN(len(open))]
	}
	e := c.graph.edges[next]
	u.edge = next
	if u.forth = end(e.line[0]) == end(junction); u.forth {
		u.metres = 0
	} else {
		u.metres = e.length()
	}
}
