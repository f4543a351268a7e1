package live

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sitmap/layers"
)

// UnitRoster is who is on duty, of one unit: single shifts, and those that come
// round. A single shift stands in place of those that come round and meet it.
type UnitRoster struct {
	Unit   string
	Shifts []Shift
	Duties []Duty
}

const (
	// longestShift is as long as a shift may be.
	longestShift = 36 * time.Hour
	// mostShifts is how many single shifts, and duties, a unit may have.
	mostShifts = 400
	mostHeads  = 500
	longestOf  = 60 // characters of a post
)

// Check is nil, or an error of kind layers.ErrInvalid that says what is wrong, with
// overlaps named. means are the codes that a shift may name.
func (r UnitRoster) Check(means []string, zone *time.Location) error {
	if r.Unit == "" || len(r.Unit) > maxName {
		return layers.BadParameter("unit", "give an id of 1 to %d characters", maxName)
	}
	if len(r.Shifts) > mostShifts || len(r.Duties) > mostShifts {
		return layers.BadParameter("shifts", "give at most %d of one unit", mostShifts)
	}
	for _, s := range r.Shifts {
		if !s.To.After(s.From) || s.To.Sub(s.From) > longestShift {
			return fmt.Errorf("the shift of %s from %s to %s: it ends after it begins, and within %.0f hours: %w", r.Unit, clockOf(s.From, zone), clockOf(s.To, zone), longestShift.Hours(), layers.ErrInvalid)
		}
		if err := checkWords(r.Unit, s.Post, s.Means, s.Headcount, means); err != nil {
			return err
		}
	}
	for _, d := range r.Duties {
		if err := d.Check(); err != nil {
			return err
		}
		if err := checkWords(r.Unit, d.Post, d.Means, d.Headcount, means); err != nil {
			return err
		}
	}
	shifts := slices.Clone(r.Shifts)
	slices.SortFunc(shifts, func(a, b Shift) int { return a.From.Compare(b.From) })
	for k := 1; k < len(shifts); k++ {
		if a, b := shifts[k-1], shifts[k]; b.From.Before(a.To) {
			return fmt.Errorf("two shifts of %s overlap: one to %s, the next from %s: %w", r.Unit, clockOf(a.To, zone), clockOf(b.From, zone), layers.ErrInvalid)
		}
	}
	return r.checkWeek()
}

// checkWeek lays the duties out over a week and finds two that overlap.
func (r UnitRoster) checkWeek() error {
	const day, week = 24 * 60, 7 * 24 * 60
	type span struct {
		from, to int
		duty     Duty
	}
	var spans []span
	for _, d := range r.Duties {
		length := d.To - d.From
		if length <= 0 {
			length += day
		}
		for n := range 7 {
			if d.Days&(1<<n) != 0 {
				spans = append(spans, span{n*day + d.From, n*day + d.From + length, d})
			}
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	for k := range spans {
		a, b := spans[k], spans[(k+1)%len(spans)]
		next := b.from
		if k == len(spans)-1 {
			next += week
		}
		if len(spans) > 1 && next < a.to {
			return fmt.Errorf("two weekly shifts of %s overlap: %s and %s: %w", r.Unit, a.duty.words(), b.duty.words(), layers.ErrInvalid)
		}
	}
	return nil
}

func (d Duty) words() string {
	return fmt.Sprintf("%02d:%02d–%02d:%02d", d.From/60, d.From%60, d.To/60, d.To%60)
}

func checkWords(unit, post, means string, headcount int, known []string) error {
	switch {
	case utf8.RuneCountInString(post) > longestOf || !utf8.ValidString(post) || strings.ContainsFunc(post, unicode.IsControl):
		return fmt.Errorf("the post of a shift of %s: give one line of at most %d characters: %w", unit, longestOf, layers.ErrInvalid)
	case means != "" && !slices.Contains(known, means):
		return fmt.Errorf("the means of a shift of %s: give one of %s: %w", unit, strings.Join(known, ", "), layers.ErrInvalid)
	case headcount < 0 || headcount > mostHeads:
		return fmt.Errorf("the headcount of a shift of %s: give 0 to %d: %w", unit, mostHeads, layers.ErrInvalid)
	}
	return nil
}

func clockOf(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01-02 15:04") }

// InPlace leaves out of the shifts that come round those that meet a single one of
// the same unit, and gives all that is left.
func InPlace(single, round []Shift) []Shift {
	of := map[string][]Shift{}
	for _, s := range single {
		of[s.Unit] = append(of[s.Unit], s)
	}
	all := slices.Clone(single)
	for _, s := range round {
		if !slices.ContainsFunc(of[s.Unit], func(o Shift) bool { return o.From.Before(s.To) && s.From.Before(o.To) }) {
			all = append(all, s)
		}
	}
	return all
}

// Means are the codes of how a shift may go about: those of layer unit's field kind.
func Means(unit layers.Layer) []string {
	var codes []string
	for _, f := range unit.Fields {
		if f.Name == "kind" {
			for _, c := range f.List {
				codes = append(codes, c.Value)
			}
		}
	}
	return codes
}
