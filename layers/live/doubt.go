package live

import (
	"context"
	"sync"
	"time"
)

const (
	// askPause is the least time between two questions to the store, whoever sends
	// what: strangers cannot keep it busy.
	askPause = 100 * time.Millisecond
	// askTimeout is how long an answer may take; without one nobody was declared.
	askTimeout = 2 * time.Second
	// mostSure is how many strangers are remembered.
	mostSure = 10_000
)

// doubts sees to it that nobody is called unknown who was declared a moment ago:
// before that is said for good, the store is asked whether the register is still
// right. It is safe for concurrent use.
type doubts struct {
	ask func(context.Context) error // learns what changed

	mu   sync.Mutex
	next *asking   // the question that has not been put yet, for all who doubt
	last time.Time // when the last one was answered
	// sure are the strangers of whom the store was asked when it had this register.
	register *Register
	sure     map[stranger]bool
}

// stranger is a source, or a unit that the source may not speak for.
type stranger struct{ source, unit string }

// asking is a question to the store for all who wait for it.
type asking struct{ answered chan struct{} }

// strangers are those among the fixes of whom the register may know too little.
func (d *doubts) strangers(r *Register, source string, fixes []Fix, verdicts []Verdict) (all []stranger) {
	if d.ask == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for k, v := range verdicts {
		s := stranger{source: source}
		switch v {
		case UnknownUnit:
			s.unit = fixes[k].Unit
		case UnknownSource:
		default:
			continue
		}
		if d.register != r || !d.sure[s] {
			all = append(all, s)
		}
	}
	return all
}

// settle returns when the store was asked after settle was called, or does not
// answer, or ctx has ended.
func (d *doubts) settle(ctx context.Context) {
	d.mu.Lock()
	mine := d.next
	if mine == nil {
		mine = &asking{make(chan struct{})}
		d.next = mine
		go d.put(mine, time.Until(d.last.Add(askPause)))
	}
	d.mu.Unlock()
	select {
	case <-mine.answered:
	case <-ctx.Done():
	}
}

// put puts the question after a pause.
func (d *doubts) put(q *asking, pause time.Duration) {
	time.Sleep(pause)
	d.mu.Lock()
	d.next = nil // who doubts from now on asks the next one
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	// While the store does not answer, nobody can be declared either.
	_ = d.ask(ctx)
	d.mu.Lock()
	d.last = time.Now()
	d.mu.Unlock()
	close(q.answered)
}

// remember notes that the strangers are unknown also after the store was asked, as
// long as the register does not change.
func (d *doubts) remember(r *Register, all []stranger) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.register != r || len(d.sure)+len(all) > mostSure {
		d.register, d.sure = r, map[stranger]bool{}
	}
	for _, s := range all[:min(len(all), mostSure)] {
		d.sure[s] = true
	}
}
