package cube

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// stored is the columns of a base as a file would give them back.
func stored(b *Base) map[string][]byte {
	columns := map[string][]byte{}
	for _, c := range b.Columns() {
		room := bytesOf(make([]uint64, len(c.Bytes)/8+1))[:len(c.Bytes)]
		copy(room, c.Bytes)
		columns[c.Name] = room
	}
	return columns
}

func lookUp(columns map[string][]byte) func(string) []byte {
	return func(name string) []byte { return columns[name] }
}

func TestColumnsAreAllOfABase(t *testing.T) {
	for seed := range uint64(40) {
		base := newScene(t, rand.New(rand.NewPCG(seed, 3))).cube.View().Base()
		back, err := FromColumns(lookUp(stored(base)), nil)
		if err != nil {
			t.Fatal(err)
		}
		// Empty columns come back as none.
		a, b := base.Columns(), back.Columns()
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("seed %d: the columns differ", seed)
		}
		if x, y := base.cubes.plane, back.cubes.plane; x != y {
			t.Fatalf("seed %d: planes %v, want %v", seed, y, x)
		}
	}
}

// Columns that were damaged are refused, or answer anything: but they answer.
func TestDamagedColumnsDoNoHarm(t *testing.T) {
	refused, taken := 0, 0
	for seed := range uint64(300) {
		s := newScene(t, rand.New(rand.NewPCG(seed, 4)))
		columns := stored(s.cube.View().Base())
		for name, bytes := range columns {
			if len(bytes) == 0 {
				delete(columns, name)
			}
		}
		names := slices.Sorted(func(yield func(string) bool) {
			for name := range columns {
				if !yield(name) {
					return
				}
			}
		})
		name := names[s.IntN(len(names))]
		switch bytes := columns[name]; s.IntN(4) {
		case 0:
			delete(columns, name)
		case 1:
			columns[name] = bytes[:s.IntN(len(bytes))]
		default:
			bytes[s.IntN(len(bytes))] ^= 1 << s.IntN(8)
		}
		base, err := FromColumns(lookUp(columns), nil)
		if err != nil {
			refused++
			continue
		}
		taken++
		v := New(base, s.options).View()
		var c Counts
		for range 20 {
			q := s.query(t, s.points)
			_ = v.Count(q, &c)
			_, _ = v.Total(q)
			_, _ = v.CountAreas(q, 1000, nil)
			_, _ = v.Series(q, s.bounds(), nil)
		}
		_ = v.Facts(s.bounds())
		_ = v.Find([]int32{1})
	}
	if refused < 50 || taken < 20 {
		t.Errorf("%d were refused and %d taken: the test is about both", refused, taken)
	}
}
