// Package layers is the vocabulary of the map: what a layer, a field, a
// feature and a question about them are, and which small interfaces a store
// must fulfil. It knows what is on this map and what it means; it knows no
// database, no HTTP and no tile bytes.
package layers

// Text is a phrase in the two languages of the product. Chinese is the
// source; English is complete.
type Text struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// GeometryKind is the shape of a layer's features.
type GeometryKind string

// The shapes a layer may have. Mixed layers hold points and outlines side by
// side (a problem area may be a spot or a district).
const (
	Points   GeometryKind = "point"
	Lines    GeometryKind = "line"
	Polygons GeometryKind = "polygon"
	Mixed    GeometryKind = "mixed"
)

// Storage says which kind of table a layer rests in.
type Storage string

const (
	// InFeature: the common table of things that have a place.
	InFeature Storage = "feature"
	// InEvent: dated cases with a life cycle, partitioned by time.
	InEvent Storage = "event"
	// InArea: the code tree of administrative areas.
	InArea Storage = "area"
)

// Access says who may see a layer at all; see package access for roles.
type Access string

const (
	// Open layers are seen by everybody who signed in, whatever their area:
	// boundaries, roads, water.
	Open Access = "open"
	// Scoped layers are seen inside the reader's own area.
	Scoped Access = "scoped"
	// Protected layers hold dated cases. Exact features and counts are for
	// case rights inside the own area only.
	Protected Access = "protected"
)

// ZoomRange is the zooms at which tiles of a layer exist, both included.
type ZoomRange struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// Layer is one kind of thing on the map, described once: import, tiles,
// filters, legend, pop-up, table and the description of the API all follow
// from this value.
type Layer struct {
	ID       string       `json:"id"`
	Title    Text         `json:"title"`
	About    Text         `json:"about"` // one sentence: what it shows and what it leaves out
	Group    Group        `json:"group"`
	Geometry GeometryKind `json:"geometry"`
	Storage  Storage      `json:"-"`
	Access   Access       `json:"access"`
	Zoom     ZoomRange    `json:"zoom"`
	// PointZoom is the zoom from which single points are drawn; below it a
	// tile carries counted clusters. 0 means: always single.
	PointZoom int     `json:"pointZoom,omitempty"`
	Visible   bool    `json:"visible"` // drawn when a stranger opens the map
	Fields    []Field `json:"fields"`
	// Legend names the field whose codes colour and filter the layer.
	Legend string `json:"legend,omitempty"`
	// Symbol is the drawing the web map uses: a glyph for points, a pen for
	// lines and outlines.
	Symbol Symbol `json:"symbol"`
	// Label names the field written beside the thing, "" for none.
	Label string `json:"label,omitempty"`
	// Sums names the number fields whose total over a selection means something.
	Sums []string `json:"sums,omitempty"`
	// TimeField is the field that dates a feature, for dated layers.
	TimeField string `json:"timeField,omitempty"`
	// Identity says how the ids of this layer are made, for importers.
	Identity Identity `json:"-"`
}

// Group gathers layers in the panel.
type Group string

// The groups of the layer panel, in its order.
const (
	Cases     Group = "cases"     // what happened
	Watch     Group = "watch"     // what needs an eye: key areas, sites, hazards
	Posts     Group = "posts"     // who is there: units, centres, committees
	Equipment Group = "equipment" // cameras
	Ground    Group = "ground"    // areas, grids, roads, water
)

// Symbol names a drawing of the web map.
type Symbol string

// The drawings the web map knows. A new layer picks one of them.
const (
	SymbolDot       Symbol = "dot"
	SymbolCamera    Symbol = "camera"
	SymbolUnit      Symbol = "unit"
	SymbolCase      Symbol = "case"
	SymbolCommittee Symbol = "committee"
	SymbolCentre    Symbol = "centre"
	SymbolCommunity Symbol = "community"
	SymbolKeyArea   Symbol = "key-area"
	SymbolSite      Symbol = "site"
	SymbolHazard    Symbol = "hazard"
	SymbolBoundary  Symbol = "boundary"
	SymbolGrid      Symbol = "grid"
	SymbolRoad      Symbol = "road"
	SymbolWater     Symbol = "water"
)

// Identity is the rule an id must obey.
type Identity struct {
	// Pattern is a regular expression for the whole id; empty means 1 to 64
	// letters, digits, '-', '_', '.', ':'.
	Pattern string
	// Want says what a right id looks like, for people.
	Want Text
}

// Field returns the field of that name.
func (l Layer) Field(name string) (Field, bool) {
	for _, f := range l.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// Dated reports whether the layer's features carry a time of their own.
func (l Layer) Dated() bool { return l.TimeField != "" }

// Catalog is the list of layers, in drawing order from the bottom.
type Catalog []Layer

// Layer returns the layer of that id, or an error of kind ErrNotFound that
// lists the ids there are.
func (c Catalog) Layer(id string) (Layer, error) {
	for _, l := range c {
		if l.ID == id {
			return l, nil
		}
	}
	return Layer{}, notInCatalog(c, id)
}

// IDs lists the layer ids in drawing order.
func (c Catalog) IDs() []string {
	ids := make([]string, len(c))
	for i, l := range c {
		ids[i] = l.ID
	}
	return ids
}
