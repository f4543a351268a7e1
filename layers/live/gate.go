package live

import (
	"context"
	"fmt"
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
	counts   [Malformed + 1]atomic.Uint64
	alarms   atomic.Uint64
}

// NewGate makes a gate that knows nobody yet: until Learn it takes nothing.
func NewGate(log Log, limits Limits, clock func() time.Time) *Gate {
	return &Gate{log: log, clock: clock, judge: NewJudge(limits)}
}

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
	register := g.register.Load()
	if register == nil {
		return nil, fmt.Errorf("the units are not known yet: %w", layers.ErrUnavailable)
	}
	now := g.clock().UTC()
	verdicts := make([]Verdict, len(fixes))
	records := make([]Record, 0, len(fixes))
	var judged, refused [Malformed + 1]int
	alarms := 0
	g.mu.Lock()
	session := g.judge.Begin(register, source, now)
	for k, f := range fixes {
		r := session.Judge(f)
		verdicts[k] = r.Verdict
		judged[r.Verdict]++
		if f.SOS {
			alarms++
		}
		switch {
		case r.Verdict.Stored(), f.SOS && r.Verdict != Known:
			records = append(records, r)
		default:
			refused[r.Verdict]++
		}
	}
	g.mu.Unlock()
	for v, n := range refused {
		// What is known was counted when it came first; nobody answers for the
		// fixes of an unknown source.
		if n > 0 && Verdict(v) != Known && Verdict(v) != UnknownSource {
			records = append(records, Record{Source: source, Verdict: Verdict(v), Received: now, Count: n})
		}
	}
	if len(records) > 0 {
		if err := g.log.Append(ctx, records); err != nil {
			return nil, err
		}
	}
	g.mu.Lock()
	session.Keep()
	g.mu.Unlock()
	for v, n := range judged {
		if n > 0 {
			g.counts[v].Add(uint64(n))
		}
	}
	g.alarms.Add(uint64(alarms))
	return verdicts, nil
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
