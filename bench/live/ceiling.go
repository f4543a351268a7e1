package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sitmap/bench/measure"
	"sitmap/data/demo/rounds"
	"sitmap/layers/live"
)

const (
	// aim is the fixes a second that the batch door is to take.
	aim = 50_000
	// inBatch is how many fixes a request of a gateway holds.
	inBatch = 2_000
	// steps are the seconds of rounds that are walked to and fro.
	steps = 20
	// gateways send at once, each its next batch when the last one is answered.
	gateways = 4
)

// ceiling sends faster and faster until the batch door is not answered in time or
// refuses. What a fix costs the sender must not be what is measured: the bodies are
// ready, and only times and numbers are written over.
func (b *bench) ceiling() error {
	w := b.world
	if _, err := w.settle(2 * time.Minute); err != nil {
		return err
	}
	bodies, err := w.bodies()
	if err != nil {
		return err
	}
	length := b.long(8*time.Second, 4*time.Second)
	detail := measure.Detail{
		Title: "The batch door, faster and faster",
		Head:  []string{"fixes a second, wanted", "answered", "refused", "answered within, p50", "p99", "server, µs a fix", "database, µs a fix", "senders, µs a fix", "behind in the database"},
		Notes: []string{fmt.Sprintf("%d gateways, requests of %d fixes, %s a step. A step is held when nothing is refused, at least 98 %% of what is wanted is answered, and the answer comes within a second (p99). What is answered is durable; the database follows.", gateways, inBatch, length)},
	}
	best := pushed{}
	for rate := 10_000; ; rate += 10_000 {
		profiled := w.profile(fmt.Sprintf("ceiling-%d", rate), length)
		p, err := w.push(bodies, rate, length)
		if err != nil {
			return err
		}
		profiled()
		detail.Rows = append(detail.Rows, p.row())
		b.say("  %d a second wanted, %.0f answered, %d refused, p99 %.0f ms; server %.1f, database %.1f, senders %.1f µs a fix; %d behind",
			rate, p.rate, p.refused, p.p99*1e3, p.cost(p.used.server), p.cost(p.used.database), p.cost(p.used.ourself), p.behind)
		if p.rate > best.rate && p.refused == 0 && p.p99 < 1 {
			best = p
		}
		if !p.held() {
			break
		}
	}
	b.report.Judge("Ceiling: fixes a second answered durably by the batch door", fmt.Sprintf("≥ %d", aim), fmt.Sprintf("%.0f", best.rate),
		fmt.Sprintf("answered within p50 %.0f ms, p99 %.0f ms", best.p50*1e3, best.p99*1e3), measure.AtLeast(best.rate, aim*0.98))
	b.report.Judge("Ceiling: processor a fix", "–", fmt.Sprintf("server %.1f µs, database %.1f µs, senders %.1f µs", best.cost(best.used.server), best.cost(best.used.database), best.cost(best.used.ourself)), "", measure.Unknown)
	left, err := w.behind()
	if err != nil {
		return err
	}
	caught, err := w.settle(10 * time.Minute)
	if err != nil {
		return err
	}
	b.report.Judge("Ceiling: how far the database lags afterwards, and what it writes alone", "–", fmt.Sprintf("%d fixes; %.0f fixes a second", left, caught), "", measure.Unknown)
	b.report.Add(detail)
	return nil
}

// pushed is what came of a step.
type pushed struct {
	wanted        int
	fixes         int64
	rate          float64 // answered a second
	refused       int64
	p50, p99      float64
	used          spent
	behind        int64
	seconds       float64
	answersWithin []float64
}

func (p pushed) held() bool {
	return p.refused == 0 && p.rate >= 0.98*float64(p.wanted) && p.p99 < 1
}

// cost is microseconds a fix.
func (p pushed) cost(seconds float64) float64 { return seconds / float64(max(1, p.fixes)) * 1e6 }

func (p pushed) row() []string {
	return []string{
		fmt.Sprint(p.wanted), fmt.Sprintf("%.0f", p.rate), fmt.Sprint(p.refused), fmt.Sprintf("%.0f ms", p.p50*1e3), fmt.Sprintf("%.0f ms", p.p99*1e3),
		fmt.Sprintf("%.1f", p.cost(p.used.server)), fmt.Sprintf("%.1f", p.cost(p.used.database)), fmt.Sprintf("%.1f", p.cost(p.used.ourself)), fmt.Sprint(p.behind),
	}
}

// push sends so many fixes a second for so long.
func (w *world) push(bodies []*body, rate int, length time.Duration) (p pushed, err error) {
	p.wanted = rate
	before, err := w.spend()
	if err != nil {
		return p, err
	}
	ctx, cancel := context.WithTimeout(w.bench.ctx, length+30*time.Second)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: gateways}}
	defer client.CloseIdleConnections()
	var next, refused, fixes atomic.Int64
	var mu sync.Mutex
	var failed error
	var work sync.WaitGroup
	began := time.Now()
	for range gateways {
		work.Go(func() {
			for {
				k := next.Add(1) - 1
				due := began.Add(time.Duration(float64(k) * inBatch / float64(rate) * float64(time.Second)))
				if due.Sub(began) >= length || time.Since(began) >= length {
					return
				}
				time.Sleep(time.Until(due))
				one := bodies[k%int64(len(bodies))]
				sent := time.Now()
				kept, status, err := w.deliver(ctx, client, one)
				mu.Lock()
				p.answersWithin = append(p.answersWithin, time.Since(sent).Seconds())
				failed = errors.Join(failed, err)
				mu.Unlock()
				fixes.Add(int64(kept))
				if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
					refused.Add(1)
				}
				if err != nil {
					return
				}
			}
		})
	}
	work.Wait()
	p.seconds = max(length.Seconds(), time.Since(began).Seconds())
	after, err := w.spend()
	if err := errors.Join(err, failed); err != nil {
		return p, err
	}
	p.used = after.since(before)
	p.fixes, p.refused = fixes.Load(), refused.Load()
	p.rate = float64(p.fixes) / p.seconds
	p.p50, p.p99 = measure.Quantile(p.answersWithin, 0.5), measure.Quantile(p.answersWithin, 0.99)
	p.behind, err = w.behind()
	return p, err
}

// body is a request that is ready but for times and numbers.
type body struct {
	mu      sync.Mutex // a gateway at a time
	text    []byte
	times   []int // where the times stand, as text of timeLayout
	numbers []int // where the numbers stand, numberDigits each
	seq     uint64
}

const (
	timeLayout   = "2006-01-02T15:04:05.000000Z"
	numberDigits = 12
)

// bodies are requests in which the units walk on, and then back again.
func (w *world) bodies() (all []*body, err error) {
	city := rounds.New(rounds.Options{Seed: 2, Every: time.Second, Calls: -1}, w.units, w.roads, w.register)
	at := time.Now().Truncate(time.Second)
	var walk [][]live.Fix
	for range steps {
		var step []live.Fix
		for _, f := range city.Between(at, at.Add(time.Second)) {
			if age := f.At.Sub(at); age >= 0 && age < time.Second { // its clock is right
				step = append(step, f)
			}
		}
		at = at.Add(time.Second)
		walk = append(walk, step)
	}
	for k := len(walk) - 2; k > 0; k-- {
		walk = append(walk, walk[k])
	}
	for batch := range slices.Chunk(slices.Concat(walk...), inBatch) {
		if len(batch) == inBatch {
			all = append(all, newBody(batch))
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no unit is on duty")
	}
	return all, nil
}

func newBody(fixes []live.Fix) *body {
	o := &body{seq: 1}
	b := []byte(`{"fixes":[`)
	for k, f := range fixes {
		if k > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"unit":"%s","at":"`, f.Unit)
		o.times = append(o.times, len(b))
		b = fmt.Appendf(b, `%s","seq":1`, timeLayout)
		o.numbers = append(o.numbers, len(b)-1)
		b = append(b, make([]byte, numberDigits-1)...)
		b = fmt.Appendf(b, `,"lon":%.6f,"lat":%.6f,"speed":%.1f,"heading":%.0f,"accuracy":6,"battery":%.2f}`, f.Point[0], f.Point[1], f.Speed, f.Heading, f.Battery)
	}
	o.text = append(b, `]}`...)
	return o
}

// stamp makes the fixes those of now, which nobody has seen before.
func (o *body) stamp() {
	now := time.Now().UTC().AppendFormat(nil, timeLayout)
	for k, at := range o.times {
		copy(o.text[at:], now)
		n := o.seq
		for d := numberDigits - 1; d > 0; d-- {
			o.text[o.numbers[k]+d] = byte('0' + n%10)
			n /= 10
		}
	}
	o.seq++
}

var keptText = []byte(`"kept"`)

// deliver sends a body and tells how many of its fixes were kept.
func (w *world) deliver(ctx context.Context, client *http.Client, o *body) (kept, status int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stamp()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+"/api/positions", bytes.NewReader(o.text))
	if err != nil {
		return 0, 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+w.token)
	answer, err := client.Do(request)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 400 && answer.StatusCode != http.StatusServiceUnavailable && answer.StatusCode != http.StatusTooManyRequests {
		err = fmt.Errorf("a batch is answered with %s: %.200s", answer.Status, text)
	}
	return bytes.Count(text, keptText), answer.StatusCode, err
}
