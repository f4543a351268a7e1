package api_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"sitmap/api"
	"sitmap/layers"
	"sitmap/layers/access"
)

// explosive is a store that panics.
type explosive struct{ api.Store }

func (explosive) Cities(context.Context, access.Scope) ([]layers.AreaName, error) {
	panic("nobody foresaw this: hunter2")
}

func TestAPanicIsAnAnswerLikeAnyOther(t *testing.T) {
	d := open(t, func(o *api.Options) { o.Store = explosive{o.Store} })
	got := d.get(analyst, "/api/areas")
	if got.status != 500 || strings.Contains(string(got.body), "hunter2") || got.json(t)["requestId"] != got.header.Get("X-Request-Id") {
		t.Errorf("%d %s", got.status, got.body)
	}
	d.logged.Lock()
	defer d.logged.Unlock()
	if log := d.log.String(); !strings.Contains(log, "hunter2") || !strings.Contains(log, got.header.Get("X-Request-Id")) || !strings.Contains(log, "goroutine") {
		t.Errorf("the log lacks the words, the request or the stack: %s", log)
	}
}

// slow is a store that answers one question only when told to.
type slow struct {
	api.Store
	asked, answer chan struct{}
}

func (s slow) Imports(ctx context.Context, limit int) ([]layers.Batch, error) {
	s.asked <- struct{}{}
	select {
	case <-s.answer:
	case <-ctx.Done():
	}
	return s.Store.Imports(ctx, limit)
}

// When too many ask for something slow, the others are told when to come back,
// and who asks for something else is answered as ever.
func TestTooManyAtOnce(t *testing.T) {
	s := slow{asked: make(chan struct{}, 100), answer: make(chan struct{})}
	d := open(t, func(o *api.Options) { s.Store = o.Store; o.Store = s })
	overseer := who{access.Administrator, ""}
	d.token(overseer)
	const seats = 16 // of the record of imports
	var wait sync.WaitGroup
	for range seats {
		wait.Go(func() {
			if got := d.get(overseer, "/api/imports"); got.status != 200 {
				t.Errorf("one who has a seat: %d", got.status)
			}
		})
	}
	for range seats {
		<-s.asked
	}
	refused := d.get(overseer, "/api/imports")
	if refused.status != 503 || refused.header.Get("Retry-After") == "" {
		t.Errorf("one too many: %d, Retry-After %q", refused.status, refused.header.Get("Retry-After"))
	}
	if got := d.get(analyst, "/catalog"); got.status != 200 {
		t.Errorf("the catalogue meanwhile: %d", got.status)
	}
	close(s.answer)
	wait.Wait()
	if got := d.get(overseer, "/api/imports"); got.status != 200 {
		t.Errorf("afterwards: %d", got.status)
	}
}

// A request that was taken is answered, although the end was ordered meanwhile.
func TestShutdownWaits(t *testing.T) {
	s := slow{asked: make(chan struct{}, 1), answer: make(chan struct{})}
	d, stop := openStoppable(t, func(o *api.Options) { s.Store = o.Store; o.Store = s })
	overseer := who{access.Administrator, ""}
	d.token(overseer)
	answered := make(chan reply)
	go func() { answered <- d.get(overseer, "/api/imports") }()
	<-s.asked
	stop()
	// The listener closes at once, long before the answer.
	for range 100 {
		if _, err := http.Get(d.url + "/healthz"); err != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	close(s.answer)
	if got := <-answered; got.status != 200 {
		t.Errorf("the open request: %d %s", got.status, got.body)
	}
}

// The line in the log names who asked by number and what by operation; names,
// searches and drawings stay out of it.
func TestTheLogTellsNoMoreThanItMust(t *testing.T) {
	d := open(t)
	d.get(analyst, "/api/search?q=somewhere-private")
	d.post(analyst, "/api/inside", `{"within":{"type":"Polygon","coordinates":[[[102.123,37],[103,37],[103,38],[102.123,37]]]}}`)
	d.get(analyst, "/ogc/collections/site/items/some-private-id")
	d.logged.Lock()
	defer d.logged.Unlock()
	log := d.log.String()
	for _, private := range []string{"somewhere-private", "102.123", "some-private-id", analyst.String(), "Bearer", "sitmap_"} {
		if strings.Contains(log, private) {
			t.Errorf("the log holds %q", private)
		}
	}
	for _, wanted := range []string{`"operation":"search"`, `"operation":"insideTotals"`, `"status":404`, `"user":`, `"ms":`, `"request":"`} {
		if !strings.Contains(log, wanted) {
			t.Errorf("the log lacks %s: %s", wanted, log)
		}
	}
}

func TestTheMethodsOfAPath(t *testing.T) {
	d := open(t)
	for path, want := range map[string]string{"/catalog": "GET, HEAD", "/api/login": "POST", "/ogc/collections/": "GET, HEAD"} {
		got := d.call(analyst, "DELETE", path, "")
		if got.status != 405 || got.header.Get("Allow") != want {
			t.Errorf("DELETE %s: %d, Allow %q, want %q", path, got.status, got.header.Get("Allow"), want)
		}
	}
}
