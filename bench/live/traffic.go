package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sitmap/data/demo/rounds"
	"sitmap/layers/live"
)

const (
	// pace is how often what is due is sent.
	pace = 50 * time.Millisecond
	// atOnce is how many requests are under way at once.
	atOnce = 256
)

// traffic is the units on their rounds, sending. It keeps when each unit's newest
// fix was, so that whoever sees it can tell how old it is.
type traffic struct {
	world     *world
	entrances []entrance
	stop      context.CancelFunc
	done      chan error

	newest []atomic.Int64 // by unit, Unix nanoseconds
	sent   atomic.Int64
	// refused is how often somebody had to come again.
	refused atomic.Int64
	mu      sync.Mutex
	answers []float64 // seconds until each request was answered
	// seen, unless nil, is told every fix before it is sent.
	seen func(live.Fix)
}

// send lets the units report every so often until stop is called; the k-th unit
// uses the entrance that of says.
func (w *world) send(every time.Duration, entrances []entrance, of func(k int) int, seen func(live.Fix)) *traffic {
	ctx, cancel := context.WithCancel(w.bench.ctx)
	t := &traffic{world: w, entrances: entrances, stop: cancel, done: make(chan error, 1), newest: make([]atomic.Int64, len(w.units)), seen: seen}
	city := rounds.New(rounds.Options{Seed: 1, Every: every, Calls: -1}, w.units, w.roads, w.register)
	go func() { t.done <- t.drive(ctx, city, of) }()
	return t
}

// end stops the units and waits for the answers on their way.
func (t *traffic) end() error {
	t.stop()
	err := <-t.done
	for _, e := range t.entrances {
		e.door.Close()
	}
	return err
}

func (t *traffic) drive(ctx context.Context, city *rounds.City, of func(int) int) error {
	work, sending := errgroup.WithContext(t.world.bench.ctx)
	work.SetLimit(atOnce)
	tick := time.NewTicker(pace)
	defer tick.Stop()
	last := time.Now()
	due := make([][]live.Fix, len(t.entrances))
	for ctx.Err() == nil && sending.Err() == nil {
		select {
		case <-ctx.Done():
		case <-sending.Done():
		case <-tick.C:
			now := time.Now()
			for _, f := range city.Between(last, now) {
				k := t.world.index[f.Unit]
				t.newest[k].Store(f.At.UnixNano())
				if t.seen != nil {
					t.seen(f)
				}
				due[of(k)] = append(due[of(k)], f)
			}
			last = now
			for n, e := range t.entrances {
				for from := 0; from < len(due[n]); from += e.batch {
					batch := due[n][from:min(from+e.batch, len(due[n]))]
					work.Go(func() error { return t.one(sending, e, batch) })
				}
				due[n] = nil
			}
		}
	}
	return work.Wait()
}

func (t *traffic) one(ctx context.Context, e entrance, fixes []live.Fix) error {
	began := time.Now()
	_, refused, err := e.door.Send(ctx, fixes)
	t.refused.Add(int64(refused))
	if err != nil {
		return err
	}
	t.sent.Add(int64(len(fixes)))
	t.mu.Lock()
	t.answers = append(t.answers, time.Since(began).Seconds())
	t.mu.Unlock()
	return nil
}

// answered are the times of the answers since the last call.
func (t *traffic) answered() []float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.answers
	t.answers = nil
	return all
}
