package release

import (
	"bytes"
	"crypto/sha256"
	"reflect"
	"testing"
)

// What is read answers as what was written, and is written the same again.
func TestBytesAndBack(t *testing.T) {
	span := Span{2015 * 12, 2015*12 + 7}
	g, facts := randomCity(3, span, 3, 300)
	s, _, err := Build(facts, g, span, Rule{5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Read(s.Bytes(), g)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.Bytes(), s.Bytes()) || again.Version() != s.Version() {
		t.Error("the bytes changed on the way")
	}
	if !reflect.DeepEqual(again.layers, s.layers) || !reflect.DeepEqual(again.totals, s.totals) || !reflect.DeepEqual(again.tree, s.tree) || !reflect.DeepEqual(again.cases, s.cases) {
		t.Error("the set changed on the way")
	}
	facts[0].Month++
	other, _, err := Build(facts, g, span, Rule{5}, nil)
	if err != nil || other.Version() == s.Version() {
		t.Errorf("other facts, the same version %s: %v", s.Version(), err)
	}
}

// Every flipped bit is noticed.
func TestDamageIsNoticed(t *testing.T) {
	span := Span{2015 * 12, 2015*12 + 3}
	g, facts := randomCity(4, span, 2, 100)
	s, _, err := Build(facts, g, span, Rule{5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	whole := s.Bytes()
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		if _, err := Read(b, nil); err == nil {
			t.Fatalf("byte %d of %d was changed unnoticed", i, len(whole))
		}
	}
	if _, err := Read(whole[:len(whole)-1], nil); err == nil {
		t.Error("a byte less was not noticed")
	}
}

// Whatever the bytes, with a right checksum: an error, or a set that can be
// asked and written again.
func FuzzRead(f *testing.F) {
	span := Span{2015 * 12, 2015*12 + 3}
	for seed := range uint64(3) {
		g, facts := randomCity(seed, span, 2, 60)
		s, _, err := Build(facts, g, span, Rule{5}, nil)
		if err != nil {
			f.Fatal(err)
		}
		b := s.Bytes()
		f.Add(b[len(mark) : len(b)-sha256.Size])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 1<<16 {
			return
		}
		b := append([]byte(mark), body...)
		sum := sha256.Sum256(b)
		s, err := Read(append(b, sum[:]...), nil)
		if err != nil {
			return
		}
		for _, p := range s.Periods()[:1] {
			for level := range s.tree.order {
				if _, err := s.Areas(everything(p), level); err != nil {
					t.Fatal(err)
				}
			}
		}
		if again, err := Read(s.Bytes(), nil); err != nil || !bytes.Equal(again.Bytes(), s.Bytes()) {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
	})
}
