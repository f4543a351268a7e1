package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"sitmap/bench/measure"
	"sitmap/layers"
	"sitmap/layers/access"
)

const (
	// streams are all readers, cityWide those of them who see the whole city; the
	// others see a township each.
	streams  = 2_000
	cityWide = 20
	// lookEvery is the share of the good readers who look at every frame: one in
	// so many.
	lookEvery = 12
	// townshipDigits are the digits of a township's code.
	townshipDigits = 9
	// memoryEach is what a reader may take of the server.
	memoryEach = 64.0 // KiB
)

// readers are the pages that are open in the city's offices, and what a third of
// them that are slow or dead does to the others.
func (b *bench) readers() error {
	w := b.world
	quiet, err := w.atRest()
	if err != nil {
		return err
	}
	t := w.send(nominalEvery, w.entrances(), mixed, nil)
	defer t.stop()
	good, bad, err := w.seats()
	if err != nil {
		return err
	}
	b.rest(b.long(15*time.Second, 12*time.Second))
	before, err := w.atRest()
	if err != nil {
		return err
	}
	length := b.long(30*time.Second, 12*time.Second)
	var all []*reader
	defer func() {
		for _, r := range all {
			r.leave()
		}
	}()
	for k, token := range good {
		looks := (*traffic)(nil)
		if k%lookEvery == 0 {
			looks = t
		}
		r, err := w.follow(token, looks, false)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	b.rest(5 * time.Second)
	alone, err := b.watch(all, length)
	if err != nil {
		return err
	}
	third := w.misbehave(bad)
	defer third.end()
	b.rest(b.long(15*time.Second, 8*time.Second)) // until the dead ones have cost what they cost
	profiled := w.profile("readers", length)
	used, err := w.spend()
	if err != nil {
		return err
	}
	together, err := b.watch(all, length)
	if err != nil {
		return err
	}
	after, err := w.spend()
	if err != nil {
		return err
	}
	profiled()
	open, err := w.metrics()
	if err != nil {
		return err
	}
	full, err := w.atRest()
	if err != nil {
		return err
	}
	for _, r := range all {
		r.leave()
	}
	all = nil
	third.end()
	if err := t.end(); err != nil {
		return err
	}
	left, err := w.backTo(quiet)
	if err != nil {
		return err
	}
	n := open["sitmap_live_streams"]
	each := (full.rss - before.rss) * 1e6 / 1024 / n
	heap := (full.heap - before.heap) * 1e6 / 1024 / n
	spent := after.since(used)
	b.report.Judge(fmt.Sprintf("Readers: %d, %d of them city-wide, a third slow or dead: from the fix to a good one, p99", streams, cityWide), "< 1 s", fmt.Sprintf("%.0f ms", together.p99*1e3),
		fmt.Sprintf("p50 %.0f ms; without the bad third p50 %.0f ms, p99 %.0f ms", together.p50*1e3, alone.p50*1e3, alone.p99*1e3), measure.Judged(together.n > 0 && together.p99 < 1))
	b.report.Judge("Readers: the bad third makes the good ones wait longer, p99 with / without", "≤ 1.5×", fmt.Sprintf("%.2f×", together.p99/alone.p99), fmt.Sprintf("of %d and %d fixes seen", together.n, alone.n), measure.AtMost(together.p99/alone.p99, 1.5))
	b.report.Judge("Readers: good ones that were cut off", "0", fmt.Sprint(together.lost), "", measure.AtMost(float64(together.lost), 0))
	b.report.Judge("Readers: frames of units a second, of whoever got most", "≤ 2", fmt.Sprintf("%.2f", together.frames), "", measure.AtMost(together.frames, 2.1))
	b.report.Judge(fmt.Sprintf("Readers: memory of the server for each of %.0f", n), "≤ 64 KiB", fmt.Sprintf("%.1f KiB", each),
		fmt.Sprintf("resident; heap and stacks in use %.1f KiB", heap), measure.AtMost(each, memoryEach))
	b.report.Judge("Readers: goroutines after readers and senders left, above those before", "≤ 10", fmt.Sprintf("%.0f", left.goroutines-quiet.goroutines),
		fmt.Sprintf("%.0f before, %.0f with all of them, %.0f after", quiet.goroutines, full.goroutines, left.goroutines), measure.AtMost(left.goroutines-quiet.goroutines, 10))
	b.report.Judge("Readers: processor", "–", spent.cores(after.at.Sub(used.at).Seconds()), fmt.Sprintf("%.0f bad ones were cut off just then", streams-n), measure.Unknown)
	return nil
}

// seats makes the accounts, each reader with a token of its own as each browser has
// a session, and deals them out: a third of either kind is bad.
func (w *world) seats() (good, bad []string, err error) {
	city, err := w.account("city", access.Dispatcher, "", cityWide)
	if err != nil {
		return nil, nil, err
	}
	homes := map[string]bool{}
	for _, u := range w.units {
		homes[fmt.Sprintf("%0*d", layers.AreaDigits, u.Area)[:townshipDigits]] = true
	}
	var codes []string
	for code := range homes {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	local := streams - cityWide
	var townships []string
	for k, code := range codes {
		n := local / len(codes)
		if k < local%len(codes) {
			n++
		}
		tokens, err := w.account("township-"+code, access.Dispatcher, code, n)
		if err != nil {
			return nil, nil, err
		}
		townships = append(townships, tokens...)
	}
	for k, token := range append(city, townships...) {
		if k%3 == 2 {
			bad = append(bad, token)
		} else {
			good = append(good, token)
		}
	}
	return good, bad, nil
}

// resting is what the server takes.
type resting struct{ rss, heap, goroutines float64 }

// atRest is what it takes when its garbage is collected.
func (w *world) atRest() (r resting, err error) {
	for range 2 { // what the first one frees the second one gives back
		if err := w.collect(); err != nil {
			return r, err
		}
	}
	if r.rss, err = w.residentMB(); err != nil {
		return r, err
	}
	all, err := w.metrics()
	r.heap = (all["go_memstats_heap_inuse_bytes"] + all["go_memstats_stack_inuse_bytes"]) / 1e6
	r.goroutines = all["go_goroutines"]
	return r, err
}

// backTo waits until there are no more goroutines than before, as long as an idle
// connection is kept.
func (w *world) backTo(before resting) (now resting, err error) {
	for range 45 {
		w.bench.rest(time.Second)
		if now, err = w.atRest(); err != nil || now.goroutines <= before.goroutines+3 {
			return now, err
		}
	}
	return now, nil
}

// watched is what good readers saw.
type watched struct {
	n        int
	p50, p99 float64
	frames   float64 // a second
	lost     int
}

// watch looks on for a while.
func (b *bench) watch(all []*reader, length time.Duration) (s watched, err error) {
	frames := make([]int64, len(all))
	for k, r := range all {
		r.take()
		frames[k] = r.frames.Load()
	}
	began := time.Now()
	b.rest(length)
	seconds := time.Since(began).Seconds()
	var delays []float64
	for k, r := range all {
		delays = append(delays, r.take()...)
		s.frames = max(s.frames, float64(r.frames.Load()-frames[k])/seconds)
		select {
		case <-r.ended:
			s.lost++
			err = errors.Join(err, r.err)
		default:
		}
	}
	if s.lost > 0 {
		b.say("  %d good readers were cut off: %.200v", s.lost, err)
	}
	s.n, s.p50, s.p99 = len(delays), measure.Quantile(delays, 0.5), measure.Quantile(delays, 0.99)
	return s, nil
}

// badReaders are slow or dead.
type badReaders struct {
	stop context.CancelFunc
	work sync.WaitGroup
}

// misbehave opens a stream with each token: half of them never read, the others
// read two hundred bytes a second, and come again when the server has had enough.
func (w *world) misbehave(tokens []string) *badReaders {
	ctx, cancel := context.WithCancel(w.bench.ctx)
	b := &badReaders{stop: cancel}
	for k, token := range tokens {
		b.work.Go(func() {
			for ctx.Err() == nil {
				w.misread(ctx, token, k%2 == 0)
			}
		})
	}
	return b
}

// misread is one of them until the stream ends.
func (w *world) misread(ctx context.Context, token string, dead bool) {
	conn, err := w.knock(token, true)
	if err == nil {
		defer conn.Close()
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	little := make([]byte, 200)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if dead && err == nil {
			continue
		}
		if err != nil {
			return
		}
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		if _, err = conn.Read(little); errors.Is(err, os.ErrDeadlineExceeded) {
			err = nil // there was nothing to read
		}
	}
}

func (b *badReaders) end() {
	b.stop()
	b.work.Wait()
}
