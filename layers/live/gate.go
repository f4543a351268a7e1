package live

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sitmap/layers"
)

// Gate is where fixes come in: it judges them and answers when what is to be kept
// is durable. It is safe for concurrent use.
type Gate struct {
	log      Log
	clock    func() time.Time
	register atomic.Pointer[Register]
	mu       sync.Mutex // over judge
	judge    *Judge
	doubts   doubts
	counts   [verdicts]atomic.Uint64
	alarms   atomic.Uint64
}

// NewGate makes a gate that knows nobody yet: until Learn it takes nothing.
func NewGate(log Log, limits Limits, clock func() time.Time) *Gate {
	return &Gate{log: log, clock: clock, judge: NewJudge(limits)}
}

// Doubt sets what is asked before a source or a unit is called unknown: ask calls
// Learn when the store knows more than was learned. It is asked ten times a second
// at most. Without it, what was learned last is believed.
func (g *Gate) Doubt(ask func(context.Context) error) { g.doubts.ask = ask }

// Learn replaces what is known of sources, units and shifts.
func (g *Gate) Learn(r *Register) { g.register.Store(r) }

// Register is what was learned last; nil before Learn.
func (g *Gate) Register() *Register { return g.register.Load() }

// Source is the source of that id, as it is known just now.
func (g *Gate) Source(id string) (Source, bool) {
	if r := g.register.Load(); r != nil {
		return r.Source(id)
	}
	return Source{}, false
}

// Receive judges the fixes in their order and returns when all that is to be kept
// is durable. The error is of kind layers.ErrUnavailable: then nothing is promised
// and nothing counted, and the sender comes again.
func (g *Gate) Receive(ctx context.Context, source string, fixes []Fix) ([]Verdict, error) {
	j, err := g.judgeAll(source, fixes)
	if err != nil {
		return nil, err
	}
	if strangers := g.doubts.strangers(j.register, source, fixes, j.verdicts); len(strangers) > 0 {
		g.doubts.settle(ctx)
		if g.register.Load() != j.register {
			if j, err = g.judgeAll(source, g.named(source, fixes, j.verdicts)); err != nil {
				return nil, err
			}
			strangers = nil // those that are left are asked for the next time
		}
		g.doubts.remember(j.register, strangers)
	}
	if len(j.records) > 0 {
		if err := g.log.Append(ctx, j.records); err != nil {
			return nil, err
		}
	}
	g.mu.Lock()
	j.session.Keep()
	g.mu.Unlock()
	var sums [verdicts]uint64
	for k, v := range j.verdicts {
		sums[v]++
		if fixes[k].SOS {
			g.alarms.Add(1)
		}
	}
	for v, n := range sums {
		if n > 0 {
			g.counts[v].Add(n)
		}
	}
	return j.verdicts, nil
}

// judged is what was made of some fixes by what was known.
type judged struct {
	register *Register
	session  *Session
	verdicts []Verdict
	records  []Record
}

func (g *Gate) judgeAll(source string, fixes []Fix) (judged, error) {
	j := judged{register: g.register.Load(), verdicts: make([]Verdict, len(fixes))}
	if j.register == nil {
		return j, fmt.Errorf("the units are not known yet: %w", layers.ErrUnavailable)
	}
	j.records = make([]Record, 0, len(fixes))
	now := g.clock().UTC()
	var refused [verdicts]int
	g.mu.Lock()
	j.session = g.judge.Begin(j.register, source, now)
	for k, f := range fixes {
		r := j.session.Judge(f)
		j.verdicts[k] = r.Verdict
		switch {
		case r.Verdict.Stored(), f.SOS && r.Verdict != Known:
			j.records = append(j.records, r)
		default:
			refused[r.Verdict]++
		}
	}
	g.mu.Unlock()
	for v, n := range refused {
		// What is known was counted when it came first; nobody answers for the
		// fixes of an unknown source.
		if n > 0 && Verdict(v) != Known && Verdict(v) != UnknownSource {
			j.records = append(j.records, Record{Source: source, Verdict: Verdict(v), Received: now, Count: n})
		}
	}
	return j, nil
}

// named are the fixes with the units that carry the devices as which unknown ones
// were named: who carries what may have been declared just now as well.
func (g *Gate) named(source string, fixes []Fix, verdicts []Verdict) []Fix {
	known, _ := g.Source(source)
	named := slices.Clone(fixes)
	for k, v := range verdicts {
		if v == UnknownUnit || v == UnknownSource {
			named[k].Unit = known.UnitOf(fixes[k].Unit)
		}
	}
	return named
}

// Cry takes a call for help from somebody who proved nothing, and returns when it is
// durable; name is what they call themselves. There is no place: nobody answers for
// it. Whoever calls it sees to it that strangers do not fill the screens. Errors are
// those of Receive.
func (g *Gate) Cry(ctx context.Context, name string) error {
	now := g.clock().UTC()
	nan := math.NaN()
	f := Fix{Unit: legible(name), At: now, SOS: true, Speed: nan, Heading: nan, Accuracy: nan, Battery: nan}
	if err := g.log.Append(ctx, []Record{{Verdict: Unproven, Received: now, Fix: f}}); err != nil {
		return err
	}
	g.counts[Unproven].Add(1)
	g.alarms.Add(1)
	return nil
}

// Counts are how many fixes got each verdict since the program began.
func (g *Gate) Counts() map[Verdict]uint64 {
	counts := map[Verdict]uint64{}
	for _, v := range Verdicts {
		counts[v] = g.counts[v].Load()
	}
	return counts
}

// Alarms is how many fixes asked for help since the program began.
func (g *Gate) Alarms() uint64 { return g.alarms.Load() }
