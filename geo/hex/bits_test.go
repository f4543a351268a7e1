package hex

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// anyCell is a random cell of a random resolution; one in four lies in one
// of the twelve pentagons of resolution 0.
func anyCell(t testing.TB, r *rand.Rand) Cell {
	t.Helper()
	resolution := r.IntN(16)
	if r.IntN(4) == 0 {
		all, err := h3.Pentagons(r.IntN(resolution + 1))
		if err != nil {
			t.Fatal(err)
		}
		c := Cell(all[r.IntN(len(all))])
		for c.Resolution() < resolution {
			below := c.Children(c.Resolution() + 1)
			c = below[r.IntN(len(below))]
		}
		return c
	}
	c, err := Of(orb.Point{r.Float64()*360 - 180, r.Float64()*180 - 90}, resolution)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Children, ranges and pentagons agree with H3's own.
func TestChildrenAgreeWithH3(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2_000 {
		c := anyCell(t, r)
		finer := min(c.Resolution()+r.IntN(4), 15)
		foreign, err := h3.Cell(c).Children(finer)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]Cell, len(foreign))
		for i, f := range foreign {
			want[i] = Cell(f)
		}
		slices.Sort(want)
		if got := c.Children(finer); !slices.Equal(got, want) {
			t.Fatalf("%v at %d: %d children, want %d", c, finer, len(got), len(want))
		}
		if first, last := c.Range(finer); first != want[0] || last != want[len(want)-1] {
			t.Fatalf("%v at %d: from %v to %v, want %v to %v", c, finer, first, last, want[0], want[len(want)-1])
		}
	}
	for base := range 122 {
		c := Cell(1)<<59 | Cell(base)<<45 | allDigits
		if c.pentagonal() != h3.Cell(c).IsPentagon() {
			t.Errorf("base cell %d: pentagon is %v", base, c.pentagonal())
		}
	}
	if c := Cell(0x89283082803ffff); c.Children(8) != nil || c.Children(16) != nil {
		t.Error("there are children where none can be")
	}
}

// What is valid agrees with H3, for cells with any one bit turned over too,
// and every valid cell survives being written and read.
func FuzzParse(f *testing.F) {
	f.Add("89283082803ffff")
	f.Add("0x89283082803ffff")
	f.Add("8009fffffffffff")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err != nil {
			return
		}
		if !h3.Cell(c).IsValid() {
			t.Errorf("%q was read as %v, which H3 does not know", s, c)
		}
		if again, err := Parse(c.String()); err != nil || again != c {
			t.Errorf("%v was read back as %v, %v", c, again, err)
		}
	})
}

func TestValidAgreesWithH3(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5_000 {
		c := anyCell(t, r)
		if !c.Valid() {
			t.Fatalf("%v is not valid", c)
		}
		for bit := range 64 {
			if other := c ^ 1<<bit; other.Valid() != h3.Cell(other).IsValid() {
				t.Fatalf("%v: valid is %v, H3 says otherwise", other, other.Valid())
			}
		}
		if c.String() != h3.Cell(c).String() {
			t.Fatalf("%v is written %v by H3", c, h3.Cell(c))
		}
	}
}
