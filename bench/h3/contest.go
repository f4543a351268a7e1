package main

import (
	"fmt"
	"runtime"
	"time"

	"sitmap/bench/measure"
)

// side is one way of doing the same work.
type side struct {
	name string
	run  func() error
	cpu  func() (float64, error) // seconds of processor used so far; nil for those of this process

	often       int       // runs in a round, so that a round is long enough to measure
	seconds     []float64 // of processor a run, round by round
	wallSeconds []float64
}

func (s *side) used() (float64, error) {
	if s.cpu == nil {
		return measure.OwnCPU(), nil
	}
	return s.cpu()
}

// round does the work as often as told.
func (s *side) round() (cpu, wall float64, err error) {
	runtime.GC()
	before, err := s.used()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	for range s.often {
		if err := s.run(); err != nil {
			return 0, 0, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	wall = time.Since(began).Seconds()
	after, err := s.used()
	return (after - before) / float64(s.often), wall / float64(s.often), err
}

// least is how long a round takes at least, in seconds of processor.
const least = 0.03

// contest lets the sides take turns: first one run each to warm up and to find
// out how often a round must repeat it, then the rounds.
func contest(rounds int, sides ...*side) error {
	for _, s := range sides {
		s.often = 1
		for {
			cpu, _, err := s.round()
			if err != nil {
				return err
			}
			if cpu*float64(s.often) >= least {
				break
			}
			s.often *= max(2, min(100, int(1.5*least/max(cpu*float64(s.often), 1e-9))))
		}
	}
	for range rounds {
		for _, s := range sides {
			cpu, wall, err := s.round()
			if err != nil {
				return err
			}
			s.seconds = append(s.seconds, cpu)
			s.wallSeconds = append(s.wallSeconds, wall)
		}
	}
	return nil
}

func (s *side) median() float64 { return measure.Median(s.seconds) }

// best is the side that needs least.
func best(sides []*side) *side {
	least := sides[0]
	for _, s := range sides[1:] {
		if s.median() < least.median() {
			least = s
		}
	}
	return least
}

// milliseconds writes seconds with three digits that matter.
func milliseconds(seconds float64) string {
	switch ms := seconds * 1000; {
	case ms < 1:
		return fmt.Sprintf("%.3f ms", ms)
	case ms < 10:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f ms", ms)
	default:
		return fmt.Sprintf("%.0f ms", ms)
	}
}

// judgeRatio judges how many times more a rival needs than we do; wanted is 0
// where nothing is wanted.
func (b *bench) judgeRatio(figure string, rival, ours *side, wanted float64) {
	ratio := rival.median() / ours.median()
	want, verdict := "–", measure.Unknown
	if wanted > 0 {
		want, verdict = fmt.Sprintf("≥ %.0f×", wanted), measure.AtLeast(ratio, wanted)
	}
	b.report.Judge(figure, want, fmt.Sprintf("%s (%s: %s; ours: %s)", times(ratio), rival.name, milliseconds(rival.median()), milliseconds(ours.median())),
		measure.Spread(measure.Ratios(rival.seconds, ours.seconds), timesFormat(ratio)), verdict)
}

func timesFormat(ratio float64) string {
	if ratio < 20 {
		return "%.1f×"
	}
	return "%.0f×"
}

func times(ratio float64) string { return fmt.Sprintf(timesFormat(ratio), ratio) }
