package ingest

import (
	"sync/atomic"

	"sitmap/layers/live"
)

// Reason is why something did not come to be judged.
type Reason string

// The reasons.
const (
	ReasonCredential  Reason = "credential"  // nobody's, or not good for what was asked
	ReasonMalformed   Reason = "malformed"   // not of the protocol
	ReasonUnavailable Reason = "unavailable" // nothing was promised; the device comes again
	ReasonTooMany     Reason = "too_many"    // connections at once
)

// Reasons lists them all.
var Reasons = []Reason{ReasonCredential, ReasonMalformed, ReasonUnavailable, ReasonTooMany}

// Counts is what each protocol brought since the program began. It names no
// source and no unit.
type Counts struct {
	of map[Protocol]*counts
}

type counts struct {
	fixes       map[live.Verdict]*atomic.Uint64
	refusals    map[Reason]*atomic.Uint64
	connections atomic.Int64
}

// NewCounts makes counts of nothing.
func NewCounts() *Counts {
	c := &Counts{of: map[Protocol]*counts{}}
	for _, p := range Protocols {
		one := &counts{fixes: map[live.Verdict]*atomic.Uint64{}, refusals: map[Reason]*atomic.Uint64{}}
		for _, v := range live.Verdicts {
			one.fixes[v] = &atomic.Uint64{}
		}
		for _, r := range Reasons {
			one.refusals[r] = &atomic.Uint64{}
		}
		c.of[p] = one
	}
	return c
}

// Fixes is how many fixes of the protocol got the verdict.
func (c *Counts) Fixes(p Protocol, v live.Verdict) uint64 { return c.of[p].fixes[v].Load() }

// Refusals is how many messages or connections were refused before they were judged.
func (c *Counts) Refusals(p Protocol, r Reason) uint64 { return c.of[p].refusals[r].Load() }

// Connections is how many devices are connected just now; 0 for HTTP, which
// has none of its own.
func (c *Counts) Connections(p Protocol) int64 { return c.of[p].connections.Load() }

// Refuse counts a message that did not come to be judged.
func (c *Counts) Refuse(p Protocol, r Reason) { c.refuse(p, r, 1) }

func (c *Counts) refuse(p Protocol, r Reason, n int) { c.of[p].refusals[r].Add(uint64(n)) }

func (c *Counts) judged(p Protocol, verdicts []live.Verdict) {
	var sums [1 << 8]uint64
	for _, v := range verdicts {
		sums[v]++
	}
	for v, n := range sums {
		if count := c.of[p].fixes[live.Verdict(v)]; count != nil && n > 0 {
			count.Add(n)
		}
	}
}
