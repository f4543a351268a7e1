package hex

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// The pair is the first example in the README of Uber's h3-js.
func TestKnownCell(t *testing.T) {
	c, err := Of(orb.Point{-122.0553238, 37.3615593}, 7)
	if err != nil || c.String() != "87283472bffffff" {
		t.Errorf("got %v, %v", c, err)
	}
}

// Parents by bit arithmetic are the parents that H3 itself gives.
func TestParentsAgreeWithH3(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		p := orb.Point{r.Float64()*360 - 180, r.Float64()*180 - 90}
		c, err := Of(p, r.IntN(16))
		if err != nil {
			t.Fatal(err)
		}
		for res := range c.Resolution() + 1 {
			want, err := h3.Cell(c).Parent(res)
			if err != nil || c.Parent(res) != Cell(want) {
				t.Fatalf("%v at %d: got %v, want %v (%v)", c, res, c.Parent(res), want, err)
			}
		}
	}
}

// The middle of a cell lies in the cell.
func TestCentreIsInside(t *testing.T) {
	c, _ := Of(orb.Point{102.64, 37.93}, StoredResolution)
	p, err := c.Centre()
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Of(p, StoredResolution); again != c {
		t.Errorf("the centre of %v lies in %v", c, again)
	}
}
