package demo

// sightKind is a kind of public place.
type sightKind int

const (
	school sightKind = iota
	hospital
	market
	square
	station
	keyUnit
)

// sight is a public place that cameras, guards and key areas refer to.
type sight struct {
	kind    sightKind
	name    string
	at      place
	county  int
	village int
}

// findSights invents the public places: by community, by township, by seat.
func (w *world) findSights() []sight {
	d := w.dice("sights")
	var list []sight
	add := func(kind sightKind, name string, v int, p place) {
		list = append(list, sight{kind: kind, name: name, at: p, county: w.villages[v].county, village: v})
	}
	inVillage := func(v int) place {
		cells := w.villages[v].grids
		return w.inCell(int(cells[d.IntN(len(cells))]), d)
	}
	for v, village := range w.villages {
		if village.kind != residents {
			if village.population > 900 && d.chance(0.5) {
				add(school, village.base+"小学", v, w.nearHome(v, d))
			}
			continue
		}
		if d.chance(0.7) {
			add(school, village.base+"学校", v, inVillage(v))
		}
		if d.chance(0.25) {
			add(hospital, village.base+"卫生服务中心", v, inVillage(v))
		}
		if d.chance(0.45) {
			add(market, village.base+"市场", v, inVillage(v))
		}
		for _, what := range []string{"供水站", "变电站", "加油站", "粮库"} {
			if d.chance(0.3) {
				add(keyUnit, village.base+what, v, inVillage(v))
			}
		}
	}
	for _, town := range w.towns {
		if town.kind == statistical {
			continue
		}
		base := bare(town.name)
		add(school, base+"中学", town.seat, w.nearHome(town.seat, d))
		add(hospital, base+"卫生院", town.seat, w.nearHome(town.seat, d))
		add(market, base+"集贸市场", town.seat, w.nearHome(town.seat, d))
		add(station, base+"客运站", town.seat, w.nearHome(town.seat, d))
		add(keyUnit, base+"供水站", town.seat, w.nearHome(town.seat, d))
	}
	for county, t := range w.counties {
		home, _ := w.grid(t.seat)
		v := w.grids[home].village
		add(hospital, t.name+"人民医院", v, w.inCell(home, d))
		for _, side := range []string{"中心", "东", "西"} {
			add(square, t.name+side+"广场", v, d.near(t.seat, t.seatQuarter.east/3))
		}
		if p, ok := w.railwayNear(county); ok {
			if cell, ok := w.grid(p); ok {
				add(station, t.name+"火车站", w.grids[cell].village, p)
			}
		}
	}
	return list
}

// railwayNear is the point of the railway nearest to a county's seat, if it is
// within 8 km.
func (w *world) railwayNear(county int) (place, bool) {
	seat := w.counties[county].seat
	best := place{}
	for _, s := range w.roads {
		if s.class != railway {
			continue
		}
		if p := nearestPlace(seat, s.line); best == (place{}) || metres(p, seat) < metres(best, seat) {
			best = p
		}
	}
	return best, metres(best, seat) < 8000
}

// inCell is a random place inside a grid, not far from its middle.
func (w *world) inCell(cell int, d dice) place {
	middle := w.seeds[cell].at
	reach := w.reachOf(cell)
	for range 8 {
		p := d.near(middle, reach)
		if found, ok := w.grid(p); ok && found == cell && !w.inLake(p) {
			return p
		}
	}
	return middle
}

// nearHome is a random place in or beside the middle of a village.
func (w *world) nearHome(v int, d dice) place {
	home := w.villages[v].home
	p := d.near(w.seeds[home].at, 1.5*w.reachOf(home))
	if cell, ok := w.grid(p); ok && w.grids[cell].village == v {
		return p
	}
	return w.inCell(home, d)
}
