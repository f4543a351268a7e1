package cube

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"testing"

	"sitmap/geo/hex"
)

// 87283472bffffff is the cell of the first example in the README of Uber's
// h3-js. Its bits by hand: resolution 7, base cell 20, digits 0 6 4 3 4 5 3,
// so the ordinal is 20·8^7 + 0o0643453 = 41,943,040 + 214,827 = 42,157,867.
func TestWireFormOfOneCell(t *testing.T) {
	cell, _ := hex.Parse("87283472bffffff")
	c := Counts{Resolution: 7, Cells: []hex.Cell{cell}, Counts: []int32{300}, Total: 300}
	got, err := c.AppendBinary([]byte("before"))
	// 42,157,867 is 20·2^21 + 13·2^14 + 14·2^7 + 43.
	want := []byte{1, 7, 1, 0xac, 2, 0xab, 0x8e, 0x8d, 20, 0xac, 2}
	if err != nil || !bytes.Equal(got, append([]byte("before"), want...)) {
		t.Errorf("got % x, want % x (%v)", got, want, err)
	}
}

func TestWireFormKeepsCounts(t *testing.T) {
	for seed := range uint64(30) {
		s := newScene(t, rand.New(rand.NewPCG(seed, 2)))
		var c, back Counts
		if err := s.cube.View().Count(s.query(t, s.points), &c); err != nil {
			t.Fatal(err)
		}
		wire, err := c.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := back.Decode(wire); err != nil || back.Resolution != c.Resolution || back.Total != c.Total ||
			!slices.Equal(back.Cells, c.Cells) || !slices.Equal(back.Counts, c.Counts) {
			t.Fatalf("%v came back as %v (%v)", c, back, err)
		}
		for n := range wire {
			if err := back.Decode(wire[:n]); err == nil {
				t.Fatalf("%d of %d bytes were enough", n, len(wire))
			}
		}
	}
}

func TestNoWireFormOfLessThanNothing(t *testing.T) {
	cell, _ := hex.Parse("87283472bffffff")
	c := Counts{Resolution: 7, Cells: []hex.Cell{cell}, Counts: []int32{-1}, Total: -1}
	if _, err := c.AppendBinary(nil); err == nil {
		t.Error("a count of -1 was written")
	}
}

// A browser reads the same from the bytes as the description of the form says.
func TestBrowsersReadTheWireForm(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	points := plain(t, 3000)
	for _, resolution := range []int{9, 7, 0} {
		var c Counts
		if err := New(build(t, points, Options{}), Options{}).View().Count(Everything(resolution), &c); err != nil {
			t.Fatal(err)
		}
		wire, err := c.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%d\n%d\n", resolution, c.Total)
		for i, cell := range c.Cells {
			want += fmt.Sprintf("%s=%d\n", cell, c.Counts[i])
		}
		node := exec.Command("node", "testdata/counts.mjs")
		node.Stdin = bytes.NewReader(wire)
		if got, err := node.Output(); err != nil || string(got) != want {
			t.Errorf("resolution %d: %d bytes became %.200s, want %.200s (%v)", resolution, len(wire), got, want, err)
		}
	}
}

// Whatever is read is what would be written.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{1, 7, 1, 0xac, 2, 0xab, 0x8e, 0x8d, 20, 0xac, 2})
	f.Add([]byte{1, 0, 2, 2, 0, 1, 1, 1})
	f.Fuzz(func(t *testing.T, wire []byte) {
		var c Counts
		if c.Decode(wire) != nil {
			return
		}
		if again, err := c.AppendBinary(nil); err != nil || !bytes.Equal(again, wire) {
			t.Errorf("% x became % x (%v)", wire, again, err)
		}
	})
}
