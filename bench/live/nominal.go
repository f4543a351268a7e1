package main

import (
	"fmt"
	"time"

	"sitmap/bench/measure"
	"sitmap/layers/access"
)

// nominalEvery is the time between two fixes of a unit.
const nominalEvery = 10 * time.Second

// mixed is which entrance a unit uses: half of them report through gateways in
// batches, the others by devices of their own.
func mixed(k int) int { return [...]int{0, 0, 0, 0, 0, 1, 2, 3, 3, 4}[k%10] }

// watchers are how many readers see the whole city and look at every frame.
const watchers = 3

func (b *bench) nominal() error {
	w := b.world
	tokens, err := w.account("watcher", access.Dispatcher, "", 1)
	if err != nil {
		return err
	}
	lag := newCoverageLag(w)
	t := w.send(nominalEvery, w.entrances(), mixed, lag.sent)
	defer t.stop()
	var all []*reader
	for range watchers {
		r, err := w.follow(tokens[0], t, false)
		if err != nil {
			return err
		}
		defer r.leave()
		all = append(all, r)
	}
	b.rest(b.long(15*time.Second, 12*time.Second)) // so that every unit was heard
	for _, r := range all {
		r.take()
	}
	length := b.long(60*time.Second, 12*time.Second)
	t.answered()
	before, err := w.spend()
	if err != nil {
		return err
	}
	sent := t.sent.Load()
	profiled := w.profile("nominal", length)
	ahead, err := lag.follow(tokens[0], length)
	if err != nil {
		return err
	}
	profiled()
	after, err := w.spend()
	if err != nil {
		return err
	}
	sent = t.sent.Load() - sent
	var delays []float64
	for _, r := range all {
		delays = append(delays, r.take()...)
		select {
		case <-r.ended:
			return fmt.Errorf("a reader was cut off: %w", r.err)
		default:
		}
	}
	rss, err := w.residentMB()
	if err != nil {
		return err
	}
	if err := t.end(); err != nil {
		return err
	}
	used, seconds := after.since(before), after.at.Sub(before.at).Seconds()
	answers := t.answered()
	p99 := measure.Quantile(delays, 0.99)
	b.report.Judge(fmt.Sprintf("Nominal: from the fix to a reader of the live stream, p99 of %d", len(delays)), "< 1 s", fmt.Sprintf("%.0f ms", p99*1e3),
		fmt.Sprintf("p50 %.0f ms, longest %.0f ms", measure.Quantile(delays, 0.5)*1e3, measure.Quantile(delays, 1)*1e3), measure.Judged(len(delays) > 0 && p99 < 1))
	b.report.Judge("Nominal: until a fix shows in the coverage of the grids, longest", "≤ 5 s", fmt.Sprintf("%.1f s", measure.Quantile(ahead.lags, 1)),
		fmt.Sprintf("p50 %.1f s; %d answers with %d grids, p99 %.0f ms", measure.Quantile(ahead.lags, 0.5), len(ahead.lags), ahead.grids, measure.Quantile(ahead.took, 0.99)*1e3),
		measure.Judged(len(ahead.lags) > 0 && measure.Quantile(ahead.lags, 1) <= 5))
	b.report.Judge(fmt.Sprintf("Nominal: %.0f fixes a second, sent away for a while", float64(sent)/seconds), "0", fmt.Sprint(t.refused.Load()), "", measure.AtMost(float64(t.refused.Load()), 0))
	b.report.Judge("Nominal: until a sender is answered, p99", "–", fmt.Sprintf("%.0f ms", measure.Quantile(answers, 0.99)*1e3), fmt.Sprintf("p50 %.1f ms", measure.Quantile(answers, 0.5)*1e3), measure.Unknown)
	b.report.Judge("Nominal: processor", "–", used.cores(seconds), "", measure.Unknown)
	b.report.Judge("Nominal: resident memory of the server", "–", fmt.Sprintf("%.0f MB", rss), "", measure.Unknown)
	return nil
}

// rest waits, unless the run is ended.
func (b *bench) rest(d time.Duration) {
	select {
	case <-b.ctx.Done():
	case <-time.After(d):
	}
}
