package intake_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sitmap/data/intake"
	"sitmap/layers"
	"sitmap/layers/access"
)

// recorder is a store that remembers what an import did. It judges one thing
// only, ids that stand twice; the rest is tested on the real store.
type recorder struct {
	cities  []layers.CityInfo
	batches []*recorded
	// fail is asked before each step of a batch, such as "put".
	fail func(step string) error
}

type recorded struct {
	store    *recorder
	info     layers.Batch
	staged   []layers.Staged
	rejects  []layers.Problem
	finished string // "applied" or "discarded"
}

func (r *recorder) City(_ context.Context, code string) (layers.CityInfo, error) {
	for _, c := range r.cities {
		if c.Area.Code == code {
			return c, nil
		}
	}
	return layers.CityInfo{}, fmt.Errorf("city %q: %w", code, layers.ErrNotFound)
}

func (r *recorder) Cities(context.Context, access.Scope) ([]layers.AreaName, error) {
	var names []layers.AreaName
	for _, c := range r.cities {
		names = append(names, c.Area)
	}
	return names, nil
}

func (r *recorder) Begin(_ context.Context, b layers.Batch) (intake.Batch, error) {
	if err := r.step("begin"); err != nil {
		return nil, err
	}
	r.batches = append(r.batches, &recorded{store: r, info: b})
	return r.last(), nil
}

func (r *recorder) last() *recorded { return r.batches[len(r.batches)-1] }

func (r *recorder) step(name string) error {
	if r.fail == nil {
		return nil
	}
	return r.fail(name)
}

func (b *recorded) Put(_ context.Context, staged []layers.Staged) error {
	b.staged = append(b.staged, slices.Clone(staged)...)
	return b.store.step("put")
}

func (b *recorded) Reject(_ context.Context, problems []layers.Problem) error {
	b.rejects = append(b.rejects, slices.Clone(problems)...)
	return b.store.step("reject")
}

func (b *recorded) Check(context.Context) (problems []layers.Problem, err error) {
	first := map[string]int{}
	var kept []layers.Staged
	for _, s := range b.staged {
		if row, twice := first[s.Feature.ID]; twice {
			problems = append(problems, layers.Problem{Row: s.Row, Column: "id", Fault: fmt.Sprintf("has the id of row %d", row), Cure: "keep one"})
			continue
		}
		first[s.Feature.ID] = s.Row
		kept = append(kept, s)
	}
	b.staged = kept
	return problems, b.store.step("check")
}

func (b *recorded) Notes() []layers.Problem { return nil }

func (b *recorded) Apply(context.Context) (layers.Batch, error) {
	if err := b.store.step("apply"); err != nil {
		return layers.Batch{}, err
	}
	b.finished = "applied"
	b.info.ID, b.info.Stored = int64(len(b.store.batches)), len(b.staged)
	return b.info, nil
}

func (b *recorded) Discard(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("discard was called with a context that has ended: %w", err)
	}
	b.staged, b.finished = nil, "discarded"
	return nil
}

// wuwei and boston are cities as a store would know them; the boxes are round
// numbers around the real ones.
func wuwei() layers.CityInfo {
	return city("6206", "武威市", "Wuwei", "Asia/Shanghai", layers.BoundsBox{101.8, 36.5, 104.3, 39.5})
}

func boston() layers.CityInfo {
	return city("BOS", "波士顿", "Boston", "America/New_York", layers.BoundsBox{-71.2, 42.2, -70.9, 42.45})
}

func city(code, zh, en, zone string, box layers.BoundsBox) layers.CityInfo {
	location, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	return layers.CityInfo{Area: layers.AreaName{Code: code, Name: zh, NameEn: en, Level: layers.City, Bounds: &box}, Zone: location}
}
