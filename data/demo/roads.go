package demo

import "slices"

// layRoads lays the road network: streets, long roads, county roads between
// towns, village roads, and what it takes to make one network of them.
func (a *areas) layRoads(seed int64) []stretch {
	b := &builder{areas: a, seed: seed}
	for _, q := range a.quarters {
		names := newNameBook(roll(seed, "streets of "+degreesText(q.centre)))
		b.crossings = append(b.crossings, b.layStreets(q, names))
	}
	for _, r := range roadPlans() {
		b.addThrough(roadLine{class: r.class, name: r.name, ref: r.ref, line: course(seed, r.by, r.class.bends())})
	}
	b.joinTowns(newNameBook(roll(seed, "county roads")))
	b.openMotorways()
	stops := b.stops()
	b.addVillageRoads(stops)
	b.joinRest(stops)
	return largestPart(cutAtJunctions(b.lines, b.wet))
}

// largestPart leaves out bits of road that hang together with no other: where
// a road runs along the city's border, it may come in for a moment only.
func largestPart(stretches []stretch) []stretch {
	net := newNetwork(stretches)
	parts := net.parts()
	size := make(map[int32]int)
	most := int32(0)
	for n := range parts {
		r := root(parts, int32(n))
		if size[r]++; size[r] > size[most] {
			most = r
		}
	}
	return slices.DeleteFunc(stretches, func(s stretch) bool {
		return s.class != railway && root(parts, net.number[s.line[0]]) != most
	})
}
