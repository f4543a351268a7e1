package layers

import "github.com/paulmach/orb"

// Change is what committed transactions did to a layer, as far as a copy of
// it must know.
type Change struct {
	Layer   string
	Version int64 // of the layer after it
	// Whole says that too much changed to be named row by row: read it all again.
	Whole bool
	// FIDs are the features that came, changed or went, each once.
	FIDs []int32
	// Boxes are the bounds that those features had before and have now, in
	// degrees; a feature that came has no before, one that went no now.
	Boxes []orb.Bound
}
