package cube

// cubes is the sums by day that a base keeps ready.
type cubes struct {
	planes int         // 0 when there are none
	plane  [256]uint16 // of every category that occurs: its plane; plane 0 is all categories
	dense  [Resolution + 1]*dense
	areas  *dense // by the rank of the area instead of a cell
	sparse [Resolution + 1]*sparse
}

// dense is, for one level, how many points every cell had before each day, by
// plane: a window of days is a row less a row, and a run of cells lies together.
type dense struct {
	cells, planes int
	sums          []uint32 // by day, plane, cell; one row more than there are days
}

func (d *dense) row(day, plane int) []uint32 {
	at := (day*d.planes + plane) * d.cells
	return d.sums[at : at+d.cells]
}

const (
	// denseLevel is the finest that may have dense sums: on finer ones most
	// would be of cells where nothing happened that day.
	denseLevel = 7
	// sumsPerPoint is how many sums a level may have for each point: where
	// there are few points, reading them is quicker than remembering.
	sumsPerPoint = 8
	// cubeBytes is the memory that sums may take unless told otherwise.
	cubeBytes = 256 << 20
)

func (c *cubes) bytes() int {
	n := 0
	for level := range c.dense {
		if d := c.dense[level]; d != nil {
			n += 4 * len(d.sums)
		}
		n += c.sparse[level].bytes()
	}
	if c.areas != nil {
		n += 4 * len(c.areas.sums)
	}
	return n
}

// fillCubes makes the sums that pay, as far as memory goes.
func (b *Base) fillCubes(options Options) {
	left := options.CubeBytes
	if left == 0 {
		left = cubeBytes
	}
	if left < 0 || b.Len() == 0 {
		return
	}
	c := &b.cubes
	c.number(&b.byCategory)
	room := func(cells int) *dense {
		sums := (b.days.days() + 1) * c.planes * cells
		if sums > sumsPerPoint*b.Len() && !options.eager || 4*sums > left {
			return nil
		}
		left -= 4 * sums
		return &dense{cells, c.planes, make([]uint32, sums)}
	}
	c.areas = room(len(b.areas))
	finest := -1
	for level := 0; level <= denseLevel; level++ {
		d := room(len(b.levels[level].cells))
		if d == nil {
			break
		}
		c.dense[level] = d
		finest = level
	}
	if finest < 0 {
		b.cubes = cubes{}
		return
	}
	b.fillFinest(finest, options.Workers)
	for level := finest - 1; level >= 0; level-- {
		c.dense[level].gather(c.dense[level+1], b.levels[level].child)
	}
	b.fillSparse(left, options)
}

// number gives every category that occurs a plane behind that of all
// categories; a single one needs none of its own.
func (c *cubes) number(byCategory *[256]int64) {
	c.planes = 1
	for category, n := range byCategory {
		if n > 0 {
			c.plane[category] = uint16(c.planes)
			c.planes++
		}
	}
	if c.planes == 2 {
		c.planes, c.plane = 1, [256]uint16{}
	}
}

// fillFinest counts the points of every day on one level and by area, then
// adds up the days.
func (b *Base) fillFinest(level, workers int) {
	d, areas := b.cubes.dense[level], b.cubes.areas
	share(workers, d.cells, func(from, to int) {
		for i := from; i < to; i++ {
			first, last := b.atomsOf(level, uint32(i), uint32(i)+1)
			for a := first; a < last; a++ {
				b.tally(a, d.sums[i:], d.cells)
			}
		}
	})
	d.accumulate()
	if areas == nil {
		return
	}
	for a, area := range b.atomArea {
		b.tally(uint32(a), areas.sums[area:], areas.cells)
	}
	areas.accumulate()
}

// tally adds one for every point of an atom to the sum of its day and plane.
// Rows are stride apart; the first is of the time before the first day.
func (b *Base) tally(atom uint32, sums []uint32, stride int) {
	c := &b.cubes
	begin, end := b.atomPoint[atom], b.atomPoint[atom+1]
	var ends uint32 // of the day of the last point
	at := 0
	for i := begin; i < end; i++ {
		if second := b.times[i]; second >= ends {
			day := b.days.of(int64(second) + epoch)
			ends = uint32(min(b.days.starts[day+1]-epoch, 1<<32-1))
			at = (day + 1) * c.planes * stride
		}
		sums[at+int(c.plane[b.categories[i]])*stride]++
	}
}

// accumulate fills the plane of all categories and turns counts of days into
// counts before each day.
func (d *dense) accumulate() {
	size := d.planes * d.cells
	for at := size; at < len(d.sums); at += size {
		day := d.sums[at : at+size]
		if d.planes > 1 {
			all := day[:d.cells]
			for plane := 1; plane < d.planes; plane++ {
				for i, n := range day[plane*d.cells : (plane+1)*d.cells] {
					all[i] += n
				}
			}
		}
		for i, n := range d.sums[at-size : at] {
			day[i] += n
		}
	}
}

// gather adds up the cells of the finer level.
func (d *dense) gather(finer *dense, child []uint32) {
	for row := range len(d.sums) / d.cells {
		into, from := d.sums[row*d.cells:(row+1)*d.cells], finer.sums[row*finer.cells:(row+1)*finer.cells]
		for i := range into {
			n := uint32(0)
			for _, v := range from[child[i]:child[i+1]] {
				n += v
			}
			into[i] = n
		}
	}
}
