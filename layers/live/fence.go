package live

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/planar"

	"sitmap/layers"
)

// FenceKind is what a fence notices.
type FenceKind string

// What a fence can notice of a unit on duty. The first two happen; the others
// last, and their alarm ends when they do.
const (
	Enter   FenceKind = "enter"    // it comes into the place
	Leave   FenceKind = "leave"    // it goes out of the place
	StayIn  FenceKind = "stay-in"  // it is outside, where it should be inside
	StayOut FenceKind = "stay-out" // it is inside, where it should be outside
	Lost    FenceKind = "lost"     // it was heard in this shift, and is not any more
	Still   FenceKind = "still"    // it is heard, and does not move
)

// FenceKinds lists them all.
var FenceKinds = []FenceKind{Enter, Leave, StayIn, StayOut, Lost, Still}

// placed tells that the kind is about a place; the others are about time.
func (k FenceKind) placed() bool { return k != Lost && k != Still }

// Fence says what raises an alarm, about which units, where and when.
type Fence struct {
	ID   int64
	Name string
	Kind FenceKind
	// Area holds the homes of the units it is about; Units, unless empty, are the
	// only ones among them.
	Area  string // code; empty for everywhere
	Units []string
	// Where is one of three, for kinds that are about a place: the area of that
	// level around each unit's own home, the area of that code, or an outline in
	// WGS 84.
	Home    layers.Level
	Place   string
	Outline orb.Polygon
	// After is how long a unit may be silent or still, for kinds about time.
	After time.Duration
	// From, To and Days are when it holds, as those of a Duty; Days of 0 is always.
	From, To int
	Days     Weekdays
	By       string // the account that declared it
	Made     time.Time
}

const (
	// leastAfter and mostAfter are what a fence may wait for.
	leastAfter = time.Minute
	mostAfter  = 12 * time.Hour
	// mostCorners is how many corners an outline may have.
	mostCorners = 500
	// mostNamed is how many units a fence may name.
	mostNamed = 500
)

// About is how alarms name the fence: its kind and number.
func (f Fence) About() string { return string(f.Kind) + "/" + strconv.FormatInt(f.ID, 10) }

// KindOf is the kind of the fence that an alarm is about; empty for a call for help.
func KindOf(about string) FenceKind {
	kind, _, _ := strings.Cut(about, "/")
	return FenceKind(kind)
}

// Check is nil, or says of which member what would be right.
func (f Fence) Check() error {
	if n := utf8.RuneCountInString(f.Name); n < 1 || n > 40 || !utf8.ValidString(f.Name) || strings.ContainsFunc(f.Name, unicode.IsControl) {
		return layers.BadParameter("name", "give one line of 1 to 40 characters")
	}
	if !slices.Contains(FenceKinds, f.Kind) {
		return layers.BadParameter("kind", "give one of %v", FenceKinds)
	}
	if f.Area != "" {
		if _, err := layers.RangeOfCode(f.Area); err != nil {
			return layers.BadParameter("area", "give the code of an area")
		}
	}
	if len(f.Units) > mostNamed {
		return layers.BadParameter("units", "name %d at most, or leave it to the area", mostNamed)
	}
	for _, unit := range f.Units {
		if unit == "" || len(unit) > maxName {
			return layers.BadParameter("units", "give ids of 1 to %d characters", maxName)
		}
	}
	if f.Days > Daily || f.Days != 0 && (f.From < 0 || f.From > 1439 || f.To < 1 || f.To > 1440) {
		return layers.BadParameter("hours", "give minutes of the day from 0 to 1439, to 1 to 1440, and days 1 to 127")
	}
	if f.Kind.placed() {
		return f.checkPlace()
	}
	if f.Home != "" || f.Place != "" || f.Outline != nil {
		return layers.BadParameter("where", "leave it out: %s is not about a place", f.Kind)
	}
	if f.After < leastAfter || f.After > mostAfter {
		return layers.BadParameter("minutes", "give %.0f to %.0f", leastAfter.Minutes(), mostAfter.Minutes())
	}
	return nil
}

func (f Fence) checkPlace() error {
	given := 0
	for _, is := range []bool{f.Home != "", f.Place != "", f.Outline != nil} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return layers.BadParameter("where", "give one of home, place and outline")
	case f.Home != "" && f.Home != layers.Village && f.Home != layers.Township && f.Home != layers.County:
		return layers.BadParameter("where.home", "give village, township or county")
	case f.After != 0:
		return layers.BadParameter("minutes", "leave it out: %s does not wait", f.Kind)
	case f.Place != "":
		if level, ok := layers.LevelOfDigits(len(f.Place)); !ok || level == layers.GridArea || level == layers.Province {
			return layers.BadParameter("where.place", "give the code of a city, county, township or village")
		}
		if _, err := layers.RangeOfCode(f.Place); err != nil {
			return layers.BadParameter("where.place", "give the code of an area")
		}
	case f.Outline != nil:
		return checkOutline(f.Outline)
	}
	return nil
}

func checkOutline(outline orb.Polygon) error {
	if len(outline) != 1 || len(outline[0]) < 4 || len(outline[0]) > mostCorners || !outline[0].Closed() {
		return layers.BadParameter("where.outline", "give one closed ring of 3 to %d corners", mostCorners-1)
	}
	for _, p := range outline[0] {
		if math.IsNaN(p[0]) || math.IsNaN(p[1]) || math.Abs(p[0]) > 180 || math.Abs(p[1]) > 85 {
			return layers.BadParameter("where.outline", "give longitudes and latitudes in degrees")
		}
	}
	if area := math.Abs(orbgeo.Area(outline)); area < 100 {
		return layers.BadParameter("where.outline", "give one of at least 100 square metres")
	}
	return nil
}

// concerns tells whether the fence is about the unit.
func (f Fence) concerns(u Unit) bool {
	r := layers.Everywhere
	if f.Area != "" {
		r, _ = layers.RangeOfCode(f.Area)
	}
	return r.Contains(u.Area) && (len(f.Units) == 0 || slices.Contains(f.Units, u.ID))
}

// holds tells whether the fence holds at that time, by the clock of the zone.
func (f Fence) holds(at time.Time, zone *time.Location) bool {
	if f.Days == 0 {
		return true
	}
	d := Duty{From: f.From, To: f.To, Days: f.Days}
	return len(d.Shifts(layers.Window{From: at, To: at.Add(1)}, zone)) > 0
}

// placeOf is the code of the area that is the fence's place for that unit; empty
// for an outline.
func (f Fence) placeOf(u Unit) string {
	if f.Home == "" {
		return f.Place
	}
	return fmt.Sprintf("%0*d", layers.AreaDigits, u.Area)[:f.Home.Digits()]
}

// ground is a place as a fence asks of it.
type ground struct {
	bound  orb.Bound
	shapes orb.MultiPolygon
}

func groundOf(shape orb.Geometry) *ground {
	g := &ground{}
	switch shape := shape.(type) {
	case orb.Polygon:
		g.shapes = orb.MultiPolygon{shape}
	case orb.MultiPolygon:
		g.shapes = shape
	default:
		return nil
	}
	g.bound = g.shapes.Bound()
	return g
}

func (g *ground) contains(p orb.Point) bool {
	return g.bound.Contains(p) && planar.MultiPolygonContains(g.shapes, p)
}

// clear tells whether the border is farther from the point than so many metres.
func (g *ground) clear(p orb.Point, metres float64) bool {
	east := math.Cos(p[1]*math.Pi/180) * metresOfDegree
	flat := func(q orb.Point) orb.Point {
		return orb.Point{(q[0] - p[0]) * east, (q[1] - p[1]) * metresOfDegree}
	}
	for _, shape := range g.shapes {
		for _, ring := range shape {
			for k := 1; k < len(ring); k++ {
				if planar.DistanceFromSegment(flat(ring[k-1]), flat(ring[k]), orb.Point{}) <= metres {
					return false
				}
			}
		}
	}
	return true
}

// metresOfDegree is a degree of latitude on the sphere of orb/geo.
const metresOfDegree = orb.EarthRadius * math.Pi / 180
