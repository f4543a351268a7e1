package main

import (
	"errors"
	"fmt"
	"time"

	"sitmap/bench/measure"
)

// protocols lets all units report by one protocol after the other, a fix in ten
// seconds each. What the server and the database spend without any fix is taken
// off.
func (b *bench) protocols() error {
	w := b.world
	length := b.long(12*time.Second, 6*time.Second)
	if _, err := w.settle(time.Minute); err != nil {
		return err
	}
	b.rest(2 * time.Second)
	idle, err := b.spentWithin(length)
	if err != nil {
		return err
	}
	detail := measure.Detail{
		Title: "What a fix costs, by protocol",
		Head:  []string{"protocol", "fixes a second", "in a message", "server, µs a fix", "database, µs a fix", "answered within, p50", "p99"},
		Notes: []string{fmt.Sprintf("Processor time over %s at one fix in ten seconds of each unit, less what is spent without any fix (server %.2f, database %.2f cores). The database's part is that of its own processes; each sync of the buffer serves all who wait.", length, idle.server/length.Seconds(), idle.database/length.Seconds())},
	}
	for _, e := range w.entrances() {
		t := w.send(nominalEvery, []entrance{e}, func(int) int { return 0 }, nil)
		b.rest(3 * time.Second)
		t.answered()
		sent := t.sent.Load()
		profiled := w.profile("protocol-"+e.metric, length)
		used, err := b.spentWithin(length)
		n := float64(t.sent.Load() - sent)
		profiled()
		answers := t.answered()
		if err := errors.Join(err, t.end()); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		cost := func(with, without float64) string { return fmt.Sprintf("%.0f", max(0, with-without)/n*1e6) }
		b.report.Judge("A fix by "+e.name, "–", cost(used.server, idle.server)+" µs of the server's processor", fmt.Sprintf("%d sent away", t.refused.Load()), measure.Unknown)
		detail.Rows = append(detail.Rows, []string{
			e.name, fmt.Sprintf("%.0f", n/length.Seconds()), fmt.Sprint(e.batch), cost(used.server, idle.server), cost(used.database, idle.database),
			fmt.Sprintf("%.1f ms", measure.Quantile(answers, 0.5)*1e3), fmt.Sprintf("%.0f ms", measure.Quantile(answers, 0.99)*1e3),
		})
	}
	b.report.Add(detail)
	return nil
}

// spentWithin is what is spent from now on.
func (b *bench) spentWithin(length time.Duration) (spent, error) {
	before, err := b.world.spend()
	if err != nil {
		return spent{}, err
	}
	b.rest(length)
	after, err := b.world.spend()
	return after.since(before), err
}
