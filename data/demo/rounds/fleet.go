package rounds

import (
	"fmt"
	"maps"
	"slices"

	"sitmap/layers"
	"sitmap/layers/live"
)

// Fleet invents n teams in the places of the units, for a city to be put under
// load: all of them move, have two people at least, so that their places may be
// kept, and are on duty around the clock. The n-th team is the same however many
// there are.
func Fleet(units []layers.Feature, n int) (teams []layers.Feature, duties []live.Duty) {
	kinds := slices.Sorted(maps.Keys(gaits))
	for k := range n {
		home := units[k%len(units)]
		round := k/len(units) + 1
		team := home
		team.ID = fmt.Sprintf("%s-%d", home.ID, round)
		team.Properties = maps.Clone(home.Properties)
		headcount, _ := home.Properties["headcount"].(int64)
		team.Properties["headcount"] = max(2, headcount)
		team.Properties["kind"] = kinds[k%len(kinds)]
		for _, name := range []string{"name", "call_sign"} {
			text, _ := home.Properties[name].(string)
			team.Properties[name] = fmt.Sprintf("%s-%d", text, round)
		}
		teams = append(teams, team)
		duties = append(duties, live.Duty{Unit: team.ID, From: 0, To: 24 * hour, Days: live.Daily, Means: kinds[k%len(kinds)]})
	}
	return teams, duties
}
