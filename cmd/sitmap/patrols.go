package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sitmap/api"
	"sitmap/data"
	"sitmap/data/postgis"
	"sitmap/data/stream"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/live"
)

// patrolling says where live positions are buffered, and how long they are kept.
type patrolling struct {
	NATS          string        `help:"Use this NATS cluster as buffer of live positions instead of a private one: nats://host:port,…" name:"nats" env:"SITMAP_NATS" placeholder:"URL"`
	NATSReplicas  int           `help:"Servers of the cluster that keep each position." name:"nats-replicas" env:"SITMAP_NATS_REPLICAS"`
	BufferMB      int64         `help:"Largest size of the buffer of live positions, in MiB; a full one refuses." name:"buffer-mb" default:"4096" env:"SITMAP_BUFFER_MB"`
	KeepPositions time.Duration `help:"How long raw positions are kept, the buffer included." default:"72h" env:"SITMAP_KEEP_POSITIONS"`
	EscalateAfter time.Duration `help:"How long an alarm waits for an answer before it rises to the county, and as long again before it rises to the city." default:"2m" env:"SITMAP_ESCALATE_AFTER"`
	KeepPasses    time.Duration `help:"How long passes are kept, by which coverage is counted; 0 for ever." default:"17520h" env:"SITMAP_KEEP_PASSES"`
}

// patrols is live patrols at work.
type patrols struct {
	live     *api.Live
	store    *postgis.Store
	stream   *stream.Stream
	keep     data.Keep
	patience time.Duration
	watch    *live.Watch
	e        *environment
	grids    atomic.Pointer[live.Grids]
	// refused counts records that the store did not take.
	refused atomic.Uint64
	// moved receives when the units or the grids may have changed.
	moved chan string

	learning sync.Mutex // over the two below
	known    string     // version of the roster that was learned
	learned  time.Time
}

// answersUnsynced lets the buffer answer before it has synced. Only the control of
// the test of power cuts does so, which must find the loss.
var answersUnsynced bool

// begin opens the buffer and learns who the units are.
func (c patrolling) begin(e *environment, store *postgis.Store) (*patrols, error) {
	if c.KeepPositions < time.Hour {
		return nil, fmt.Errorf("--keep-positions %s: want 1h or more: %w", c.KeepPositions, layers.ErrInvalid)
	}
	if c.EscalateAfter < 10*time.Second {
		return nil, fmt.Errorf("--escalate-after %s: want 10s or more: %w", c.EscalateAfter, layers.ErrInvalid)
	}
	if c.KeepPasses != 0 && c.KeepPasses < c.KeepPositions {
		return nil, fmt.Errorf("--keep-passes %s: want 0, or no less than --keep-positions: %w", c.KeepPasses, layers.ErrInvalid)
	}
	buffer, err := data.OpenBuffer(e.ctx, stream.Options{
		Dir: filepath.Join(e.settings.Var, "positions"), URL: c.NATS, Replicas: c.NATSReplicas, MaxBytes: c.BufferMB << 20, MaxAge: c.KeepPositions, Unsafe: answersUnsynced, Log: e.log,
	}, store)
	if err != nil {
		return nil, err
	}
	alarms, err := store.Alarms(e.ctx, time.Now().Add(-data.AlarmsBack))
	if err != nil {
		buffer.Close()
		return nil, err
	}
	p := &patrols{
		live:  &api.Live{Gate: live.NewGate(buffer, live.Limits{Oldest: c.KeepPositions}, e.clock), Board: live.NewBoard(alarms), Log: buffer, Tracks: store, Keep: c.KeepPositions, Desk: store},
		store: store, stream: buffer, keep: data.Keep{Positions: c.KeepPositions, Passes: c.KeepPasses}, patience: c.EscalateAfter, watch: live.NewWatch(alarms), e: e, moved: make(chan string, 8),
	}
	p.grids.Store(live.NewGrids(nil))
	p.live.Visits, p.live.Ledger = live.NewVisits(p.grids.Load, p.live.Gate.Register), store
	if err := p.learn(e.ctx); err != nil {
		buffer.Close()
		return nil, err
	}
	p.live.Gate.Doubt(p.learn)
	p.live.Refused = p.refused.Load
	return p, nil
}

// learn reads who the units are, who is on duty and who may send, where that
// changed or is old.
func (p *patrols) learn(ctx context.Context) error {
	p.learning.Lock()
	defer p.learning.Unlock()
	version, err := p.store.RosterVersion(ctx)
	if err != nil || version == p.known && time.Since(p.learned) < relearn {
		return err
	}
	now := time.Now()
	register, err := p.store.Register(ctx, layers.Window{From: now.Add(-p.keep.Positions), To: now.Add(2 * relearn)})
	if err != nil {
		return err
	}
	fences, places, zone, err := p.store.Watching(ctx)
	if err != nil {
		return err
	}
	p.live.Gate.Learn(register)
	p.live.Board.Learn(register)
	p.watch.Learn(register, fences, places, zone)
	p.known, p.learned = version, now
	return nil
}

// learnGrids reads the service grids.
func (p *patrols) learnGrids(ctx context.Context) error {
	grids, err := gridsOf(ctx, p.store)
	if err == nil {
		p.grids.Store(grids)
	}
	return err
}

// gridsOf reads the service grids.
func gridsOf(ctx context.Context, store *postgis.Store) (*live.Grids, error) {
	var features []layers.Feature
	err := store.Features(ctx, catalog.Grid, layers.Query{}, access.System, func(f layers.Feature) error {
		features = append(features, f)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("service grids: %w", err)
	}
	return live.NewGrids(features), nil
}

// firstGrids reads the service grids for the first time, and closes read then, or when
// ctx ends.
func (p *patrols) firstGrids(ctx context.Context, read chan<- struct{}) error {
	defer close(read)
	for {
		err := p.learnGrids(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			p.e.log.Warn("the service grids are not read; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

// visit keeps the visits ready: those of the last day from the store, and then
// every fix that comes.
func (p *patrols) visit(ctx context.Context) error {
	var stays []live.Stay
	var last []live.Last
	var number uint64
	for {
		var err error
		if stays, number, err = p.store.Stays(ctx, p.stream.Identity(), time.Now().Add(-live.VisitsKept)); err == nil {
			last, err = p.store.LastVisits(ctx, time.Now().Add(-live.LastKept))
		}
		if err == nil {
			break
		}
		p.e.log.Warn("the visits of the last day are not read; trying again", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(5 * time.Second):
		}
	}
	p.live.Visits.Begin(stays, last)
	return p.stream.Follow(ctx, stream.From{After: number}, func(_ uint64, records []live.Record) error {
		p.live.Visits.Take(records)
		return nil
	})
}

const (
	// relearn is how often units and shifts are read though nothing says that
	// they changed: shifts come round.
	relearn = 6 * time.Hour
	// askRoster is how often it is asked whether the roster changed.
	askRoster = 2 * time.Second
)

// heard tells that a layer changed.
func (p *patrols) heard(layer string) {
	if layer != "unit" && layer != "area" && layer != "grid" && layer != "roster" {
		return
	}
	select {
	case p.moved <- layer:
	default: // there is enough to do already
	}
}

// follow learns anew whenever units or roster changed, until ctx ends. What is
// known holds while the database does not answer.
func (p *patrols) follow(ctx context.Context) error {
	ask := time.NewTicker(askRoster)
	defer ask.Stop()
	moved := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case layer := <-p.moved:
			moved = moved || layer == "grid"
		case <-ask.C:
		}
		err := p.learn(ctx)
		if err == nil && moved {
			err = p.learnGrids(ctx)
		}
		if err == nil {
			moved = false
		} else if ctx.Err() == nil && !errors.Is(err, layers.ErrUnavailable) {
			p.e.log.Warn("units and shifts are not read; those known before hold", "error", err)
		}
	}
}

// run does all that live patrols need beside the requests.
func (p *patrols) run(ctx context.Context, work *errgroup.Group) {
	work.Go(func() error { return p.follow(ctx) })
	// Fixes are taken before the grids are read, which takes a while; stays wait for them.
	gridded := make(chan struct{})
	work.Go(func() error { return p.firstGrids(ctx, gridded) })
	work.Go(func() error {
		<-gridded
		return p.visit(ctx)
	})
	followed := &atomic.Uint64{}
	work.Go(func() error {
		return p.stream.Follow(ctx, stream.From{Since: time.Now().Add(-data.BufferKeeps)}, func(number uint64, records []live.Record) error {
			p.live.Board.Take(records)
			p.watch.Take(records)
			followed.Store(number)
			return nil
		})
	})
	work.Go(func() error {
		return data.Attend(ctx, p.stream, p.live.Board, p.watch, followed.Load, p.patience, p.e.log)
	})
	work.Go(func() error {
		<-gridded
		return (&data.Writer{Stream: p.stream, Store: p.store, Grids: p.grids.Load, Register: p.live.Gate.Register, Log: p.e.log, Refused: func(n int) { p.refused.Add(uint64(n)) }}).Run(ctx)
	})
	work.Go(func() error { return data.KeepPositions(ctx, p.store, p.keep, p.e.log) })
}
