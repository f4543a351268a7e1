package mesh

// Box is a rectangle of the world's square or of a zoom's grid, its edges
// included.
type Box struct{ Min, Max Point }

// With is the least box around b and p.
func (b Box) With(p Point) Box {
	return Box{
		Min: Point{min(b.Min.X, p.X), min(b.Min.Y, p.Y)},
		Max: Point{max(b.Max.X, p.X), max(b.Max.Y, p.Y)},
	}
}

// Meets tells whether the boxes have a point in common.
func (b Box) Meets(o Box) bool {
	return b.Min.X <= o.Max.X && o.Min.X <= b.Max.X && b.Min.Y <= o.Max.Y && o.Min.Y <= b.Max.Y
}

// Inside tells whether b lies in o.
func (b Box) Inside(o Box) bool {
	return o.Min.X <= b.Min.X && b.Max.X <= o.Max.X && o.Min.Y <= b.Min.Y && b.Max.Y <= o.Max.Y
}
