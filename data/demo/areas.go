package demo

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"sitmap/data/demo/planar"
)

// villageKind is what a unit of village level is.
type villageKind int

const (
	villagers villageKind = iota
	residents
	villageLike
)

type village struct {
	code, name, nameEn string
	base               string // the name without suffix
	kind               villageKind
	town               int // index into areas.towns
	county             int
	urban              bool
	centre             place
	home               int // the grid in its middle
	grids              []int32
	population         int
}

type township struct {
	code, name, nameEn string
	kind               townKind
	county             int
	seat               int // village it is ruled from
	unit               int // for statistical units: index into the county's plan
	most               int
	villages           []int
	population         int
}

// gridCell is a service grid.
type gridCell struct {
	code, name string
	village    int
	urban      bool
	exclusive  bool // of one institution: a campus, a park, a works
	people     int
	staff      int
}

// areas is the tree below the counties, with the streets of its towns: who belongs to whom. Villages,
// townships and grids are in the order of their codes.
type areas struct {
	*land
	towns    []township
	villages []village
	grids    []gridCell // by cell
	quarters []quarter

	gridShape    []planar.Polygon
	villageShape []planar.Polygon
	townShape    []planar.Polygon
	countyShape  []planar.Polygon
	cityShape    planar.Polygon
	*locator
}

// layouts is how many layouts a seed may try.
const layouts = 4

// plan lays out the whole tree. About one seed in three hundred draws a grid so
// thin at a county's border that rounding loses it; such a seed takes its next
// layout.
func plan(seed int64, report func(string)) (*areas, error) {
	g, err := survey(seed)
	if err != nil {
		return nil, err
	}
	for layout := range int64(layouts) {
		var a *areas
		if a, err = g.layOut(seed+layout<<40, report); err == nil {
			return a, nil
		}
	}
	return nil, err
}

// layOut draws one layout: hamlets, townships, quarters, grids, then the
// unions upwards.
func (g *ground) layOut(seed int64, report func(string)) (*areas, error) {
	a := &areas{land: &land{ground: g}}
	var seeds []cellSeed
	for i, t := range g.counties {
		seat := laySeat(t, i, roll(seed, "seat "+t.nameEn))
		hamlets := g.settle(t, seat, roll(seed, "hamlets "+t.nameEn))
		founded := foundTowns(t, hamlets)
		quarters := layTowns(seat, hamlets, founded, roll(seed, "quarters "+t.nameEn))
		own, home, err := g.sow(t, i, hamlets, quarters, roll(seed, "grids "+t.nameEn))
		if err != nil {
			return nil, err
		}
		if err := relax(t, own, 2); err != nil {
			return nil, err
		}
		a.found(i, hamlets, founded, own, home, len(seeds))
		a.quarters = append(a.quarters, quarters...)
		seeds = append(seeds, own...)
	}
	report("grids")
	var err error
	if a.land, err = divide(g, seeds, seed); err != nil {
		return nil, err
	}
	report("villages and townships")
	if err := a.assign(); err != nil {
		return nil, err
	}
	a.populate(roll(seed, "people"))
	a.christen(seed)
	if err := a.draw(); err != nil {
		return nil, err
	}
	a.locator = newLocator(a.gridShape)
	return a, nil
}

// found notes a county's villages and townships. Cells are numbered through
// the city; first is the number of the county's first.
func (a *areas) found(county int, hamlets []hamlet, founded []townSeed, seeds []cellSeed, home []int, first int) {
	firstVillage, firstTown := len(a.villages), len(a.towns)
	for k, h := range hamlets {
		v := village{county: county, urban: h.urban(), centre: seeds[home[k]].at, home: first + home[k], town: -1}
		for _, block := range h.blocks {
			v.grids = append(v.grids, int32(first+block))
		}
		if h.urban() { // districts are the first towns of their county, in order
			v.town = firstTown
			if a.counties[county].subdistricts > 0 {
				v.town += h.district
			} else {
				v.town += len(a.counties[county].statistical)
			}
		}
		a.villages = append(a.villages, v)
	}
	for _, f := range founded {
		a.towns = append(a.towns, township{kind: f.kind, county: county, seat: firstVillage + f.hamlet, unit: f.unit, most: f.most})
	}
}

// assign gives every grid a village and every village a township. The blocks
// and communities of the seats know theirs already; the others grow.
func (a *areas) assign() error {
	cells := a.cellGraph()
	sources := make([]source, len(a.villages))
	centres := make([]place, len(a.villages))
	villageOf := unowned(len(a.seeds))
	for v, village := range a.villages {
		sources[v] = source{node: int32(village.home)}
		centres[v] = village.centre
		for _, cell := range village.grids {
			villageOf[cell] = int32(v)
		}
	}
	inSeat := make([]bool, len(a.seeds))
	for cell, v := range villageOf {
		inSeat[cell] = v != planar.NoFace
	}
	err := grow(cells, sources, villageOf, func(v int, cell int32) bool { return a.villages[v].urban == inSeat[cell] })
	if err != nil {
		return fmt.Errorf("villages: grid %w", err)
	}
	a.grids = make([]gridCell, len(a.seeds))
	for v := range a.villages {
		a.villages[v].grids = nil
	}
	for cell, v := range villageOf {
		a.grids[cell] = gridCell{village: int(v), urban: a.seeds[cell].urban}
		a.villages[v].grids = append(a.villages[v].grids, int32(cell))
	}

	seats := make([]source, len(a.towns))
	for t, town := range a.towns {
		seats[t] = source{node: int32(town.seat), most: town.most}
	}
	townOf := unowned(len(a.villages))
	for v, village := range a.villages {
		townOf[v] = int32(village.town)
	}
	err = grow(cells.merged(villageOf, centres), seats, townOf, func(t int, v int32) bool {
		ofSeat := a.towns[t].kind == subdistrict && a.villages[a.towns[t].seat].urban
		return ofSeat == a.villages[v].urban || a.counties[a.towns[t].county].subdistricts == 0
	})
	if err != nil {
		return fmt.Errorf("townships: village %w", err)
	}
	for v, t := range townOf {
		a.villages[v].town = int(t)
		a.towns[t].villages = append(a.towns[t].villages, v)
	}
	return nil
}

// draw makes the outlines of every level out of the same borders.
func (a *areas) draw() error {
	one := func(level string, groups int, group func(cell int32) int32) ([]planar.Polygon, error) {
		shapes := make([]planar.Polygon, groups)
		for i, parts := range a.split.Union(groups, group) {
			if len(parts) != 1 {
				return nil, fmt.Errorf("%s %d has %d parts", level, i, len(parts))
			}
			shapes[i] = parts[0]
		}
		return shapes, nil
	}
	village := func(cell int32) int32 { return int32(a.grids[cell].village) }
	town := func(cell int32) int32 { return int32(a.villages[village(cell)].town) }
	var err error
	if a.gridShape, err = one("grid", len(a.grids), func(cell int32) int32 { return cell }); err != nil {
		return err
	}
	if a.villageShape, err = one("village", len(a.villages), village); err != nil {
		return err
	}
	if a.townShape, err = one("township", len(a.towns), town); err != nil {
		return err
	}
	if a.countyShape, err = one("county", len(a.counties), func(cell int32) int32 { return int32(a.seeds[cell].county) }); err != nil {
		return err
	}
	city, err := one("city", 1, func(int32) int32 { return 0 })
	if err != nil {
		return err
	}
	a.cityShape = city[0]
	return nil
}

// byPosition orders grids as the code rule asks: from west to east, then from
// north to south, in strips of the given width.
func byPosition(strip float64) func(a, b place) int {
	column := func(p place) int { return int(math.Floor(float64(p.X) * cityAspect / perMetre / strip)) }
	return func(a, b place) int {
		return cmp.Or(cmp.Compare(column(a), column(b)), -cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X))
	}
}

// sortedBy gives the indexes of n things in the order of compare.
func sortedBy(n int, compare func(i, j int) int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, compare)
	return order
}
