package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sitmap/api/sender"
	"sitmap/layers/live"
)

// answered is what a device was told that it is durable.
type answered struct {
	unit string
	seq  uint64
	at   time.Time
}

// load is senders that report by every door, as devices do: each again and again
// until it is answered, and then the next.
type load struct {
	t     *testing.T
	v     *victim
	stop  context.CancelFunc
	work  sync.WaitGroup
	ended atomic.Bool

	mu      sync.Mutex
	fixes   []answered
	refused int // how often a sender had to come again
	// probed is when the last request of the prober was sent that was answered, and
	// when its answer came.
	probed, told time.Time
	probesLost   int // requests of the prober without an answer
}

// newLoad begins to send.
func newLoad(t *testing.T, v *victim) *load {
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	l := &load{t: t, v: v, stop: stop}
	numbers := map[string]uint64{}
	for n := range unitsEach {
		numbers[walker("terminals", n)] = firstNumber + uint64(n)
	}
	batch := sender.New("http://"+v.http, v.tokens["batch"])
	phones := sender.NewPhones(v.mqtt, "phones", v.tokens["phones"])
	terminals := sender.NewTerminals(v.jt808, v.tokens["terminals"], numbers)
	const groups = 4 // of each source, each on a connection of its own
	for g := range groups {
		from, to := g*unitsEach/groups, (g+1)*unitsEach/groups
		l.work.Go(func() { l.drive(ctx, batch, "batch", from, to, true) })
		l.work.Go(func() { l.drive(ctx, phones, "phones", from, to, false) })
		l.work.Go(func() { l.drive(ctx, terminals, "terminals", from, to, false) })
	}
	l.work.Go(func() { l.probe(ctx) })
	t.Cleanup(func() {
		l.ended.Store(true)
		stop()
		l.work.Wait()
		batch.Close()
		phones.Close()
		terminals.Close()
	})
	return l
}

// drive lets some units of a source walk. Doors that know no numbers and whole
// seconds only get times of their own, from two hours ago on.
func (l *load) drive(ctx context.Context, door deviceDoor, source string, from, to int, numbered bool) {
	clock := time.Now().Add(-2 * time.Hour).Truncate(time.Second).UTC()
	for step := 0; !l.ended.Load(); step++ {
		at := clock.Add(time.Duration(step) * time.Second)
		if numbered || at.After(time.Now()) {
			at = time.Now().UTC().Truncate(time.Microsecond)
		}
		var fixes []live.Fix
		for n := from; n < to; n++ {
			f := live.Fix{Unit: walker(source, n), At: at, Point: where(n, step), Speed: 1, Heading: 90, Accuracy: math.NaN(), Battery: math.NaN()}
			if numbered {
				f.Seq = uint64(step + 1)
			}
			fixes = append(fixes, f)
		}
		verdicts, refused, err := door.Send(ctx, fixes)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			l.t.Errorf("%s: %v", source, err)
			return
		}
		for _, right := range []string{"kept", "late", "known", "acknowledged", "taken"} {
			delete(verdicts, right)
		}
		if len(verdicts) > 0 {
			l.t.Errorf("%s: fixes that are right are %v", source, verdicts)
		}
		l.note(refused, fixes)
		time.Sleep(100 * time.Millisecond)
	}
}

func (l *load) note(refused int, fixes []live.Fix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused += refused
	for _, f := range fixes {
		l.fixes = append(l.fixes, answered{f.Unit, f.Seq, f.At})
	}
}

// probe reports one fix after the other, each once.
func (l *load) probe(ctx context.Context) {
	client := &http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	p := where(0, 0)
	for seq := uint64(1); !l.ended.Load(); seq++ {
		at := time.Now().UTC().Truncate(time.Microsecond)
		body := fmt.Sprintf(`{"fixes":[{"unit":%q,"seq":%d,"at":%q,"lon":%v,"lat":%v}]}`, prober, seq, at.Format(time.RFC3339Nano), p[0], p[1])
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+l.v.http+"/api/positions", strings.NewReader(body))
		if err != nil {
			l.t.Error(err)
			return
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+l.v.tokens["batch"])
		answer, err := client.Do(request)
		if err == nil {
			answer.Body.Close()
		}
		l.mu.Lock()
		if err == nil && answer.StatusCode == http.StatusOK {
			l.fixes = append(l.fixes, answered{prober, seq, at})
			l.probed, l.told = at, time.Now()
		} else {
			l.probesLost++
		}
		l.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
}

// answeredSince waits for the first fix that was sent after that moment and
// answered, and gives when it was.
func (l *load) answeredSince(moment time.Time, patience time.Duration) (time.Time, bool) {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		l.mu.Lock()
		probed, told := l.probed, l.told
		l.mu.Unlock()
		if probed.After(moment) {
			return told, true
		}
	}
	return time.Time{}, false
}

// unanswered is how many requests of the prober had no answer.
func (l *load) unanswered() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.probesLost
}

// end lets every sender finish what it has to say.
func (l *load) end() {
	l.ended.Store(true)
	l.work.Wait()
}
