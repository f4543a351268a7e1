//go:build race

package cube

// raceEnabled: the race detector throws pooled memory away at random.
const raceEnabled = true
