package release

import (
	"testing"

	"sitmap/layers"
)

// What is told of places together is the sum of whole pieces, whose cases are
// counted here one by one; where a piece reaches beyond them, nothing is.
func TestTogether(t *testing.T) {
	s, facts, g := small(t, 4)
	exact, withheld := 0, 0
	for _, p := range s.Periods() {
		for c := All; c < len(g.Categories); c++ {
			q := everything(p)
			if c != All {
				q.Categories = g.Categories[c : c+1]
			}
			counties := s.tree.order[layers.County]
			for i, county := range counties {
				places := []int{int(s.tree.areas[county])}
				meant := map[int64]bool{county: true}
				if i+1 < len(counties) {
					places = append(places, int(s.tree.areas[counties[i+1]]))
					meant[counties[i+1]] = true
				}
				want := 0
				for _, f := range facts {
					if meant[areaAt(f.Area, layers.County)] && p.Holds(Period{f.Month, monthly}) && (c == All || f.Category == g.Categories[c]) {
						want++
					}
				}
				got, state, err := s.Together(q, places)
				switch {
				case err != nil:
					t.Fatal(err)
				case state == Withheld:
					withheld++
					if got != 0 {
						t.Errorf("%v, category %d: %d is withheld and told", p, c, got)
					}
				case got != want:
					t.Errorf("%v, category %d, %v: %d, want %d", p, c, places, got, want)
				default:
					exact++
				}
				q.Within = layers.RangeOfNumber(counties[(i+2)%len(counties)], layers.County)
				if n, state, _ := s.Together(q, places); len(counties) > 2 && (state != Withheld || n != 0) {
					t.Errorf("the reader of another county is told %d, %s", n, state)
				}
				q.Within = layers.Everywhere
			}
		}
	}
	if exact == 0 || withheld == 0 {
		t.Errorf("%d exact, %d withheld: nothing was tried", exact, withheld)
	}
}

// Two months show what both have in common; the quarter around them, or one of them,
// shows more.
func TestFiner(t *testing.T) {
	s := theRelease(t)
	july := Month(2016*12 + 6)
	list, places, err := s.Finer(everything(Period{july, monthly}, Period{july + 1, monthly}))
	if err != nil || len(list) == 0 || list[0].Period != (Period{july, quarterly}) || list[0].Places < 2*places {
		t.Errorf("%d places; %v %v", places, list, err)
	}
	for i, f := range list {
		if f.Places <= places || i > 0 && f.Places > list[i-1].Places {
			t.Errorf("%v for %d places", list, places)
		}
	}
	if list, _, err := s.Finer(everything(Period{july, quarterly})); err != nil || len(list) != 0 {
		t.Errorf("a quarter: %v %v", list, err)
	}
}
