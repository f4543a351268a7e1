package pyramid

import (
	"slices"

	"sitmap/geo"
	"sitmap/geo/mesh"
	"sitmap/tiles/held"
	"sitmap/tiles/mvt"
)

const (
	// ClusterSpan is how many cluster cells lie along the side of a tile.
	ClusterSpan = 1 << clusterBits
	// FirstCluster is the tile id of the first cluster: beyond those of features.
	FirstCluster = 1 << 31

	clusterBits = 3
)

// cells counts the points of a tile in its cells.
type cells struct {
	count        [ClusterSpan * ClusterSpan]int64
	sumX, sumY   [ClusterSpan * ClusterSpan]int64
	box          [ClusterSpan * ClusterSpan]mesh.Box
	only         [ClusterSpan * ClusterSpan]item // the point of a cell of one
	legend       []uint32                        // by cell and value of the legend
	values       int                             // of the legend
	legendColumn int                             // -1 for none
}

// cluster is a counted cell.
type cluster struct {
	id   uint64
	cell int
}

// clusters counts the points of the tile in cells of an eighth of its side. A
// cell holds its western and northern edge and belongs to one tile alone, and
// the tile has no buffer, so that over a zoom every point is counted exactly
// once. A cell of one point is that feature itself.
func (r *room) clusters() {
	c := &r.cells
	*c = cells{legend: c.legend, legendColumn: -1}
	for i := range r.layer.Fields {
		if r.layer.Fields[i].Name == r.layer.Legend {
			c.legendColumn = i + 1
		}
	}
	c.values = 1
	if c.legendColumn >= 0 {
		for n := range r.views {
			c.values = max(c.values, r.views[n].Part.Columns[c.legendColumn].Values())
		}
	}
	c.legend = zeroed(c.legend, c.values*len(c.count))
	for n := range r.views {
		r.count(n)
	}
	cells := uint64(1) << (uint(r.at.Z) + clusterBits)
	for cell, n := range c.count {
		switch {
		case n == 1:
			r.found = append(r.found, c.only[cell])
		case n > 1:
			x, y := unspread(cell)
			column := uint64(r.at.X)<<clusterBits + uint64(x)
			// Numbered from the south, as the store does.
			row := cells - 1 - (uint64(r.at.Y)<<clusterBits + uint64(y))
			r.rings = append(r.rings, cluster{FirstCluster + column*cells + row, cell})
		}
	}
	slices.SortFunc(r.rings, func(a, b cluster) int {
		if a.id < b.id {
			return -1
		}
		return 1
	})
}

// count adds the points of one part.
func (r *room) count(n int) {
	c, v := &r.cells, &r.views[n]
	first, end := v.along(r.at)
	shift := 2 * (worldBits - uint(r.at.Z) - clusterBits)
	var refs []uint32
	if c.legendColumn >= 0 {
		refs = v.Part.Columns[c.legendColumn].Refs
	}
	all := v.gone == nil && v.test.All()
	zoom := uint8(r.at.Z)
	for k := first; k < end; k++ {
		i := v.feature(k)
		if v.minZoom[i] > zoom || !all && !v.passes(i) {
			continue
		}
		cell := int(v.codes[k]>>shift) & (ClusterSpan*ClusterSpan - 1)
		p := v.Part.Spot(int(i))
		if c.count[cell] == 0 {
			c.box[cell] = mesh.Box{Min: p, Max: p}
			c.only[cell] = item{fid: v.Part.FID[i], index: i, view: uint8(n)}
		} else {
			c.box[cell] = c.box[cell].With(p)
		}
		c.count[cell]++
		c.sumX[cell] += int64(p.X)
		c.sumY[cell] += int64(p.Y)
		if refs != nil {
			c.legend[cell*c.values+int(refs[i])]++
		}
	}
}

// unspread is the column and row of a cell from its place on the curve.
func unspread(cell int) (x, y int) {
	for bit := range clusterBits {
		x |= cell >> (2 * bit) & 1 << bit
		y |= cell >> (2*bit + 1) & 1 << bit
	}
	return x, y
}

// writeClusters writes the counted cells. A cluster lies at the mean of its
// points and carries cluster, count, the box of its members in degrees, and
// n_VALUE for each value of the legend that occurs.
func (r *room) writeClusters() {
	if len(r.rings) == 0 {
		return
	}
	c := &r.cells
	var scratch [16]byte
	keys := [...]uint32{r.newKey("cluster"), r.newKey("count"), r.newKey("west"), r.newKey("south"), r.newKey("east"), r.newKey("north")}
	yes := r.newValue(mvt.AppendValue(scratch[:0], true))
	var legend *held.Column
	for n := range r.views {
		// Parts share their values; the newest knows all of them.
		if c.legendColumn >= 0 {
			if column := &r.views[n].Part.Columns[c.legendColumn]; legend == nil || column.Values() > legend.Values() {
				legend = column
			}
		}
	}
	named := make([]uint32, c.values) // key of n_VALUE, and 1
	for _, ring := range r.rings {
		k := ring.cell
		tag := func(key, value uint32) {
			r.tags = mvt.AppendVarint(r.tags, uint64(key))
			r.tags = mvt.AppendVarint(r.tags, uint64(value))
		}
		r.tags = r.tags[:0]
		tag(keys[0], yes)
		tag(keys[1], r.newValue(mvt.AppendUint(scratch[:0], uint64(c.count[k]))))
		low := geo.Degrees(float64(c.box[k].Min.X), float64(c.box[k].Max.Y))
		high := geo.Degrees(float64(c.box[k].Max.X), float64(c.box[k].Min.Y))
		for side, degrees := range [4]float64{low[0], low[1], high[0], high[1]} {
			tag(keys[2+side], r.newValue(mvt.AppendDouble(scratch[:0], degrees)))
		}
		for ref := 1; ref < c.values; ref++ {
			count := c.legend[k*c.values+ref]
			if count == 0 {
				continue
			}
			if named[ref] == 0 {
				text, _ := legend.Value(uint32(ref)).(string)
				named[ref] = r.newKey("n_"+text) + 1
			}
			tag(named[ref]-1, r.newValue(mvt.AppendUint(scratch[:0], uint64(count))))
		}
		mean := mesh.Point{X: int32(c.sumX[k] / c.count[k]), Y: int32(c.sumY[k] / c.count[k])}
		r.pen.bytes, r.pen.at = r.pen.bytes[:0], mesh.Point{}
		r.pen.point(r.local(mean, shiftOf(int(r.at.Z))))
		r.message(ring.id, byte(held.Point), r.pen.bytes, nil)
	}
}
