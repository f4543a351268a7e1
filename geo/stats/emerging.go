package stats

import "fmt"

// Emergence is how a place became what it is: one of eight ways to be a hot
// spot in time (1 to 8), the same eight of a cold spot (-1 to -8), or none.
type Emergence int8

// The hot kinds; a cold kind is the negative of the hot one.
const (
	NoPattern    Emergence = iota // nothing below holds
	New                           // hot in the last step and never before
	Consecutive                   // hot in the last two or more steps and never before
	Intensifying                  // nearly always hot, at the last too, and ever hotter
	Persistent                    // nearly always hot, at the last too, neither hotter nor less hot
	Diminishing                   // nearly always hot, at the last too, and ever less hot
	Sporadic                      // hot in the last step, on and off before, never cold
	Oscillating                   // hot in the last step, on and off before, cold at least once
	Historical                    // nearly always hot, but not in the last step
)

// MinimumSteps is the fewest steps of time from which an emergence is told:
// below ten the normal approximation of the trend fails.
const MinimumSteps = 10

// String is the kind in lower case, with "cold " before it when it is one.
func (e Emergence) String() string {
	if e < 0 {
		return "cold " + (-e).String()
	}
	return [...]string{"none", "new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic", "oscillating", "historical"}[e]
}

// Emerging classifies a place by its hot and cold steps. z are its Gi* scores
// in the order of time, p their two-sided p-values, already corrected for all
// cells and steps tested together; a step is hot or cold when p is at most
// level, by the sign of z. The trend of z counts when its own p is at most
// level. An unknown step is neither hot nor cold.
//
// The rules are tried in this order, first of the side of the last step, and
// the first that holds decides, so that every series has exactly one class and
// a series with all signs turned has the opposite one:
//
//	last step hot:   at least 90 % of steps hot → intensifying, diminishing or persistent, by the trend
//	                 no other step hot           → new
//	                 all hot steps in one run    → consecutive
//	                 some step cold              → oscillating
//	                 otherwise                   → sporadic
//	last step cold:  the same with sides turned
//	last step none:  at least 90 % of steps hot (cold) → historical (cold historical)
//
// Source: the 17 categories of ArcGIS Emerging Hot Spot Analysis, from their
// published description. Where that leaves two to choose from, the place as it
// is now decides: one that was nearly always hot and is cold at last is a new
// cold spot, one that was cold before it became hot for the first time is new,
// not oscillating. Seasons look like on and off: a year or more of steps, or
// steps of a year, tell them apart.
func Emerging(z, p []float64, level float64) (Emergence, error) {
	if len(z) != len(p) {
		return NoPattern, fmt.Errorf("%w: %d scores with %d p-values", ErrInput, len(z), len(p))
	}
	if len(z) < MinimumSteps {
		return NoPattern, fmt.Errorf("%w: %d steps, at least %d are needed", ErrInput, len(z), MinimumSteps)
	}
	if !(level > 0 && level < 1) {
		return NoPattern, fmt.Errorf("%w: level %g is not between 0 and 1", ErrInput, level)
	}
	side := func(step int) int {
		switch {
		case !(p[step] <= level):
			return 0
		case z[step] > 0:
			return 1
		case z[step] < 0:
			return -1
		}
		return 0
	}
	var count [3]int // of cold, neither, hot steps
	for step := range z {
		count[1+side(step)]++
	}
	last := side(len(z) - 1)
	nearlyAlways := func(side int) bool { return 10*count[1+side] >= 9*len(z) }
	if last == 0 {
		for _, side := range []int{1, -1} {
			if nearlyAlways(side) {
				return Historical * Emergence(side), nil
			}
		}
		return NoPattern, nil
	}
	run := 0
	for run < len(z) && side(len(z)-1-run) == last {
		run++
	}
	kind := Sporadic
	switch same, opposite := count[1+last], count[1-last]; {
	case nearlyAlways(last):
		kind = Persistent
		if trend := MannKendall(z); trend.P <= level {
			kind = Diminishing
			if (trend.S > 0) == (last > 0) {
				kind = Intensifying
			}
		}
	case same == 1:
		kind = New
	case same == run:
		kind = Consecutive
	case opposite > 0:
		kind = Oscillating
	}
	return kind * Emergence(last), nil
}
