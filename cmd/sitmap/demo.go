package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sitmap/data/demo"
	"sitmap/data/demo/rounds"
	"sitmap/data/postgis"
	"sitmap/geo"
	"sitmap/layers"
)

const (
	// truthFile holds what was planted in the demo city, for judging statistics.
	truthFile = "demo-truth.json"
	// putAtOnce is how many features travel to the store together.
	putAtOnce = 5000
	// demoCity is the code of the city that the demo fills in.
	demoCity = "6206"
)

// demoClock is where the demo city's case clock stands: the end of
// 2016-09-30 in Shanghai.
var demoClock = time.Date(2016, 9, 30, 16, 0, 0, 0, time.UTC)

type demoCommand struct {
	Seed  int64 `help:"Same seed, same city." default:"1"`
	Fleet int   `help:"Instead of the city's own units, so many teams on duty around the clock: a city to be put under load. 压测力量数" placeholder:"N"`
}

func (c demoCommand) Run(e *environment) error {
	return e.withStore(func(s *postgis.Store) error {
		empty, err := isEmpty(e.ctx, s)
		if err != nil {
			return err
		}
		if !empty {
			return fmt.Errorf("the database holds data already; the demo city fills an empty one (another --var, or another --database-url): %w", layers.ErrConflict)
		}
		return fillWithDemo(e, s, c.Seed, c.Fleet)
	})
}

func isEmpty(ctx context.Context, s *postgis.Store) (bool, error) {
	states, err := s.States(ctx)
	if err != nil {
		return false, err
	}
	for _, state := range states {
		if state.Count > 0 {
			return false, nil
		}
	}
	return true, nil
}

// fillWithDemo makes the city and stores it, layer by layer, each whole or
// not at all. A fleet above 0 takes the place of the city's own units.
func fillWithDemo(e *environment, s *postgis.Store, seed int64, fleet int) error {
	began := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(e.out, "  %4.0f s  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(e.out, "演示城市 · demo city, seed %d\n", seed)
	city, err := demo.Generate(seed, func(step string) { say("%s", step) })
	if err != nil {
		return err
	}
	duties := rounds.Roster(seed, city.Layer("unit"))
	for _, layer := range city.Layers {
		if layer.Layer == "unit" && fleet > 0 {
			layer.Features, duties = rounds.Fleet(layer.Features, fleet)
		}
		var transitions []layers.Transition
		if layer.Layer == "dispute" {
			transitions = city.Transitions
		}
		if err := storeDemoLayer(e.ctx, s, seed, layer.Layer, layer.Features, transitions); err != nil {
			return fmt.Errorf("demo layer %s: %w", layer.Layer, err)
		}
		say("%s: %d", layer.Layer, len(layer.Features))
	}
	if err := s.SetDuties(e.ctx, duties); err != nil {
		return fmt.Errorf("demo roster: %w", err)
	}
	truth, err := json.MarshalIndent(city.Truth, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(e.settings.Var, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(e.settings.Var, truthFile), append(truth, '\n'), 0o644)
}

func storeDemoLayer(ctx context.Context, s *postgis.Store, seed int64, id string, features []layers.Feature, transitions []layers.Transition) error {
	batch, err := s.Begin(ctx, layers.Batch{
		Layer: id, City: demoCity, File: fmt.Sprintf("demo-%d", seed), CRS: string(geo.WGS84),
		By: "demo", AsOf: demoClock, Synthetic: true,
	})
	if err != nil {
		return err
	}
	// A no-op once the batch is applied.
	defer batch.Discard(context.WithoutCancel(ctx))
	for begin := 0; begin < len(features); begin += putAtOnce {
		chunk := features[begin:min(begin+putAtOnce, len(features))]
		staged := make([]layers.Staged, len(chunk))
		for i, f := range chunk {
			staged[i] = layers.Staged{Row: begin + i + 1, Feature: f}
		}
		if err := batch.Put(ctx, staged); err != nil {
			return err
		}
	}
	if len(transitions) > 0 {
		if err := batch.PutTransitions(ctx, transitions); err != nil {
			return err
		}
	}
	problems, err := batch.Check(ctx)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d features were refused, the first: %s", len(problems), problems[0])
	}
	_, err = batch.Apply(ctx)
	return err
}
