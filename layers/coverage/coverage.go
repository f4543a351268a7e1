// Package coverage tells what is watched and what is not: which part of the
// public area and of the roads fixed cameras see, and how often patrols come by.
// It is pure: what it is told are values, what it answers are values, and time
// is an argument. It knows places, posts and equipment, never persons.
//
// # Cameras
//
// What a camera sees is the sector of its direction, angle and effective range.
// Nothing stands in the way of it: no model of buildings and trees is at hand,
// so that every share is an upper limit.
//
// The public area, of which shares are told, is defined: urban service grids as
// a whole, and a strip along every public road (see Classes), as far as they
// lie in the service grids given. It is counted on a lattice of points, ten
// metres apart by default; lengths of roads are exact.
package coverage

import (
	"math"

	"github.com/paulmach/orb"

	"sitmap/geo"
	"sitmap/geo/hex"
	"sitmap/layers"
)

// The states of a camera that count for something here; any other state counts
// as installed and not working.
const (
	Working  = "working"
	Offline  = "offline"
	Building = "building" // not yet installed
)

// Camera is a camera as far as it matters what it sees. An unknown number is NaN.
type Camera struct {
	At             orb.Point
	Area           int64  // number of the area it stands in
	State          string // code of its state
	Panorama       bool   // looks around by its build
	HighDefinition bool
	Direction      float64 // degrees clockwise from north
	Angle          float64 // of view, degrees
	Range          float64 // metres, as the register states it
}

// Road is a stretch of road.
type Road struct {
	ID    string
	Name  string
	Class string
	Line  orb.LineString
}

// Grid is a service grid: the smallest area with staff of its own.
type Grid struct {
	Area  int64 // its number
	Urban bool
	Shape orb.MultiPolygon
}

// Demand is something that should be seen, such as a hot spot or a key area: a
// place, or a cell, or an outline.
type Demand struct {
	At     orb.Point        // used where neither of the others is given
	Cell   hex.Cell         // of a resolution not finer than CellResolution
	Shape  orb.MultiPolygon // used where no cell is given
	Area   int64            // number of the area it lies in; 0 where unknown
	Weight float64          // what it counts in the report
	// Stress is what a square metre of it counts beside its class where spots
	// are chosen (see Class); a place counts as placeSize square metres.
	Stress float64
}

// placeSize is how large something is taken to be of which only a place is known.
const placeSize = 2500

// Class is what a class of roads means here.
type Class struct {
	Side   float64 // metres on either side of the middle that are public area; 0: not counted at all
	Weight float64 // of a square metre of it, where a camera is wanted
}

// Classes are those of the layer of roads. Motorways and railways are fenced,
// and watched by those who run them. Sides and weights are assumptions of ours.
var Classes = map[string]Class{
	"trunk":      {15, 3},
	"provincial": {12, 3},
	"street":     {12, 4},
	"county":     {10, 2},
	"village":    {10, 1},
}

// What a square metre of a key area and of a hotspot counts more, as assumptions of
// ours: about as much again as that of a street.
const (
	KeyAreaStress = 4.0
	HotspotStress = 4.0
)

// offRoad is the weight of a square metre of urban grid beside the roads.
const offRoad = 1

// Purpose is what a camera shall be good for. The farther a thing, the fewer
// points of the picture fall on it.
type Purpose string

// The purposes. To tell single persons is none of them.
const (
	Overview  Purpose = ""          // the range that the register states
	Detect    Purpose = "detect"    // that somebody is there: 25 pixels a metre
	Observe   Purpose = "observe"   // what is going on: 62.5
	Recognise Purpose = "recognise" // whether it is something seen before: 125
)

// Density is how many pixels must fall on a metre for the purpose: 40, 16 and
// 8 mm a pixel in IEC 62676-4:2014 (EN 62676-4:2015), whose edition of 2025 has
// other steps and names. 0 where the stated range is all there is to it; ok is
// false for an unknown purpose.
func (p Purpose) Density() (pixels float64, ok bool) {
	switch p {
	case Overview:
		return 0, true
	case Detect:
		return 25, true
	case Observe:
		return 62.5, true
	case Recognise:
		return 125, true
	}
	return 0, false
}

// Assumptions fill what the register does not say. The zero value stands for
// the defaults.
type Assumptions struct {
	Range      float64 // metres, where unknown: 50
	Angle      float64 // degrees, where unknown and the camera is no panorama: 60
	Near       float64 // metres in front of every camera that it does not see: 0
	HighPixels float64 // across the picture of a high-definition camera: 1920
	LowPixels  float64 // across that of any other: 704
}

func (a Assumptions) filled() Assumptions {
	for _, d := range []struct {
		at    *float64
		value float64
	}{{&a.Range, 50}, {&a.Angle, 60}, {&a.HighPixels, 1920}, {&a.LowPixels, 704}} {
		if *d.at == 0 {
			*d.at = d.value
		}
	}
	return a
}

// assumed is what was not known of a camera.
type assumed struct{ direction, angle, distance bool }

// Sector is what the camera sees for a purpose. A camera whose direction is
// unknown is counted as seeing all around, which is too much; such cameras are
// counted in the report.
func (c Camera) Sector(p Purpose, a Assumptions) geo.Sector {
	s, _ := c.sector(p, a.filled())
	return s
}

func (c Camera) sector(p Purpose, a Assumptions) (geo.Sector, assumed) {
	var guess assumed
	angle, far, direction := c.Angle, c.Range, c.Direction
	if !(angle > 0 && angle <= 360) {
		angle = 360
		if !c.Panorama {
			angle, guess.angle = a.Angle, true
		}
	}
	if !(far > 0 && far <= math.MaxFloat32) {
		far, guess.distance = a.Range, true
	}
	far = min(far, c.sharp(angle, p, a))
	if !(math.Abs(direction) <= 360) {
		guess.direction = angle < 360
		direction, angle = 0, 360
	}
	return geo.SectorOf(direction, angle, a.Near, far), guess
}

// sharp is how far away enough pixels fall on a metre. A lens that draws
// straight lines straight shows at distance r a scene 2·r·tan(angle/2) wide; a
// panorama, and any lens of 180 degrees or more, the arc r·angle.
func (c Camera) sharp(angle float64, p Purpose, a Assumptions) float64 {
	density, _ := p.Density()
	if density == 0 {
		return math.Inf(1)
	}
	pixels := a.LowPixels
	if c.HighDefinition {
		pixels = a.HighPixels
	}
	radians := angle * math.Pi / 180
	if c.Panorama || angle >= 180 {
		return pixels / (density * radians)
	}
	return pixels / (density * 2 * math.Tan(radians/2))
}

// CameraOf reads a feature of the layer of cameras; ok is false without a place.
func CameraOf(f layers.Feature) (c Camera, ok bool) {
	at, ok := f.Geometry.(orb.Point)
	number := func(name string) float64 {
		if v, ok := f.Properties[name].(float64); ok {
			return v
		}
		return math.NaN()
	}
	state, _ := f.Properties["state"].(string)
	high, _ := f.Properties["high_definition"].(bool)
	return Camera{
		At: at, Area: f.Area, State: state, HighDefinition: high, Panorama: f.Properties["kind"] == "panorama",
		Direction: number("direction_deg"), Angle: number("fov_deg"), Range: number("range_m"),
	}, ok
}

// RoadsOf reads a feature of the layer of roads: a stretch for every line.
func RoadsOf(f layers.Feature) []Road {
	name, _ := f.Properties["name"].(string)
	class, _ := f.Properties["class"].(string)
	var lines orb.MultiLineString
	switch g := f.Geometry.(type) {
	case orb.LineString:
		lines = orb.MultiLineString{g}
	case orb.MultiLineString:
		lines = g
	}
	var roads []Road
	for _, line := range lines {
		roads = append(roads, Road{ID: f.ID, Name: name, Class: class, Line: line})
	}
	return roads
}

// GridOf reads a feature of the layer of grids; ok is false without an outline.
func GridOf(f layers.Feature) (g Grid, ok bool) {
	switch shape := f.Geometry.(type) {
	case orb.Polygon:
		g.Shape = orb.MultiPolygon{shape}
	case orb.MultiPolygon:
		g.Shape = shape
	default:
		return g, false
	}
	g.Area, g.Urban = f.Area, f.Properties["setting"] == "urban"
	return g, true
}

// DemandOf reads a feature that should be seen, each as important as any other;
// ok is false for what is neither a place nor has an outline.
func DemandOf(f layers.Feature) (d Demand, ok bool) {
	d.Area, d.Weight, d.Stress = f.Area, 1, KeyAreaStress
	switch g := f.Geometry.(type) {
	case orb.Point:
		d.At = g
	case orb.Polygon:
		d.Shape = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		d.Shape = g
	default:
		return d, false
	}
	return d, true
}
