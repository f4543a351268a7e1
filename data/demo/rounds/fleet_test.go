package rounds

import (
	"fmt"
	"reflect"
	"testing"

	"sitmap/layers"
	"sitmap/layers/live"
)

// Whatever units a city has, of a fleet each team may be shown at any time.
func TestFleet(t *testing.T) {
	var units []layers.Feature
	for k := range 10 {
		units = append(units, layers.Feature{ID: fmt.Sprint("U", k), Properties: map[string]any{"name": "门岗", "call_sign": "岗", "kind": "gate", "headcount": int64(k)}})
	}
	teams, duties := Fleet(units, 25)
	fewer, _ := Fleet(units, 12)
	if !reflect.DeepEqual(teams[:12], fewer) {
		t.Error("the first teams depend on how many there are")
	}
	if units[0].Properties["headcount"] != int64(0) || units[0].Properties["kind"] != "gate" {
		t.Error("the city's own units were changed")
	}
	seen := map[string]bool{}
	for k, f := range teams {
		u := live.UnitOf(f)
		seen[u.ID] = true
		if _, moves := gaits[u.Kind]; !moves || u.Headcount < 2 {
			t.Errorf("team %s: %s of %d", u.ID, u.Kind, u.Headcount)
		}
		d := duties[k]
		if d.Check() != nil || d.Unit != u.ID || d.From != 0 || d.To != 1440 || d.Days != live.Daily {
			t.Errorf("team %s is on duty %+v", u.ID, d)
		}
	}
	if len(seen) != 25 || len(duties) != 25 {
		t.Errorf("%d different teams with %d duties, want 25", len(seen), len(duties))
	}
}
