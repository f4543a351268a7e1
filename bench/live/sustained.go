package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"sitmap/bench/measure"
)

const (
	// sample is the time between two looks at memory and at the database.
	sample = 5 * time.Second
	// flat is how much memory may grow from the second third to the last.
	flat = 0.10
	// keepsUp is how many seconds of fixes the database may be behind.
	keepsUp = 5.0
)

// sentLine is what the simulator says of its work.
var sentLine = regexp.MustCompile(`(\d+) sent \((.*)\), (\d+) refused for a while, slowest answer (\S+)`)

// sustained lets the simulator send a fix a second of each unit, as it is delivered:
// with silences, wrong clocks, calls for help and a tenth in GCJ-02.
func (b *bench) sustained() error {
	w := b.world
	if _, err := w.settle(time.Minute); err != nil {
		return err
	}
	// It ends a little after the last look, so that all looks are under load.
	length := b.sustain + 15*time.Second
	var said bytes.Buffer
	simulator := exec.CommandContext(b.ctx, b.sitmap, "simulate", "units", "--var", w.folder, "--url", w.url, "--every", "1s", "--for", length.String(), "--report", "1h")
	simulator.Cancel = func() error { return simulator.Process.Signal(syscall.SIGTERM) }
	simulator.Stdout, simulator.Stderr = &said, &said
	if err := simulator.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- simulator.Wait() }()
	defer simulator.Process.Kill()
	if err := w.until(time.Minute, "the simulator sends", func() bool {
		all, err := w.metrics()
		return err == nil && w.arriving(all)
	}); err != nil {
		return fmt.Errorf("%w: %s", err, tail(said.Bytes()))
	}
	b.rest(5 * time.Second)
	profiled := w.profile("sustained", min(b.sustain, 30*time.Second))
	s, err := b.sampleFor(b.sustain, ended)
	if err != nil {
		return fmt.Errorf("%w: %s", err, tail(said.Bytes()))
	}
	profiled()
	if err := <-ended; err != nil {
		return fmt.Errorf("the simulator: %w: %s", err, tail(said.Bytes()))
	}
	all := sentLine.FindAllSubmatch(said.Bytes(), -1)
	if len(all) == 0 {
		return fmt.Errorf("the simulator does not say what it sent: %s", tail(said.Bytes()))
	}
	last := all[len(all)-1]
	refused, _ := strconv.Atoi(string(last[3]))
	rate := float64(s.fixes) / s.seconds
	b.report.Judge(fmt.Sprintf("Sustained for %s: fixes answered a second", b.sustain), "≥ 12500", fmt.Sprintf("%.0f", rate), "some units are silent at any time", measure.AtLeast(rate, 12_500))
	b.report.Judge("Sustained: requests sent away for a while", "0", fmt.Sprint(refused), fmt.Sprintf("slowest answer since the beginning %s", last[4]), measure.AtMost(float64(refused), 0))
	b.report.Judge("Sustained: what the simulator was told", "–", string(last[2]), string(last[1])+" sent", measure.Unknown)
	middle, end := measure.Mean(s.part(s.rss, 1)), measure.Mean(s.part(s.rss, 2))
	b.report.Judge("Sustained: resident memory, last third above the second", "≤ 10 %", fmt.Sprintf("%+.1f %%", 100*(end/middle-1)),
		fmt.Sprintf("%.0f → %.0f MB; by a straight line %+.1f MB a minute", middle, end, slope(s.part(s.rss, 1), s.part(s.rss, 2))), measure.Judged(end <= (1+flat)*middle))
	worst, now := measure.Quantile(s.behind, 1)/rate, measure.Mean(s.part(s.behind, 2))/rate
	b.report.Judge("Sustained: how far the database is behind, mean of the last third", fmt.Sprintf("≤ %.0f s", keepsUp), fmt.Sprintf("%.1f s", now), fmt.Sprintf("longest %.1f s", worst), measure.AtMost(now, keepsUp))
	b.report.Judge("Sustained: processor", "–", fmt.Sprintf("server %.1f µs, database %.1f µs a fix", s.used.server/float64(s.fixes)*1e6, s.used.database/float64(s.fixes)*1e6),
		fmt.Sprintf("%.2f and %.2f cores", s.used.server/s.seconds, s.used.database/s.seconds), measure.Unknown)
	return nil
}

// arriving tells whether fixes came since the last call.
func (w *world) arriving(all map[string]float64) bool {
	now := all[`sitmap_fixes_total{verdict="kept"}`]
	before := w.lastKept
	w.lastKept = now
	return before > 0 && now > before+1000
}

// samples are looks at memory and database under load.
type samples struct {
	rss, behind []float64 // MB; fixes
	fixes       int64
	seconds     float64
	used        spent
}

// part is a third of the looks, from 0.
func (s samples) part(of []float64, third int) []float64 {
	return of[third*len(of)/3 : (third+1)*len(of)/3]
}

func (b *bench) sampleFor(length time.Duration, ended <-chan error) (s samples, err error) {
	w := b.world
	first, err := w.kept()
	if err != nil {
		return s, err
	}
	before, err := w.spend()
	if err != nil {
		return s, err
	}
	said := time.Now()
	for end := time.Now().Add(length); time.Now().Before(end); {
		select {
		case err := <-ended:
			return s, fmt.Errorf("the simulator ended too early: %w", err)
		case <-b.ctx.Done():
			return s, context.Cause(b.ctx)
		case <-time.After(min(sample, length/9)):
		}
		rss, err := w.residentMB()
		if err != nil {
			return s, err
		}
		behind, err := w.behind()
		if err != nil {
			return s, err
		}
		s.rss, s.behind = append(s.rss, rss), append(s.behind, float64(behind))
		if time.Since(said) > time.Minute {
			said = time.Now()
			b.say("  %.0f MB, %d fixes behind in the database", rss, behind)
		}
	}
	after, err := w.spend()
	if err != nil {
		return s, err
	}
	last, err := w.kept()
	s.fixes, s.used, s.seconds = last-first, after.since(before), after.at.Sub(before.at).Seconds()
	return s, err
}

// slope is the slope of the straight line through looks (least squares), a minute.
func slope(parts ...[]float64) float64 {
	var y []float64
	for _, p := range parts {
		y = append(y, p...)
	}
	middle, mean := float64(len(y)-1)/2, measure.Mean(y)
	var above, below float64
	for k, v := range y {
		above += (float64(k) - middle) * (v - mean)
		below += (float64(k) - middle) * (float64(k) - middle)
	}
	if below == 0 {
		return 0
	}
	return above / below * float64(time.Minute/sample)
}
