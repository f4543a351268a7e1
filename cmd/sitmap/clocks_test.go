package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sitmap/layers/live"
)

// A server whose clock is set ahead and back, and devices whose clocks are wrong: what
// is sent is kept and flagged, nothing is younger than new, and readers stay signed in.
func TestWrongClocksLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
	t.Parallel()
	v := newVictim(t)
	var off atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(off.Load())) }
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan int, 1)
	go func() {
		ended <- runAt(ctx, clock, []string{"serve", "--listen", v.http, "--var", v.folder}, strings.NewReader(""), v.output, v.output)
	}()
	defer func() {
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("the server ended with %d:\n%s", code, v.tail())
		}
	}()
	for end := time.Now().Add(time.Minute); !ready("http://" + v.http); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not ready:\n%s", v.tail())
		}
	}
	c := clocked{v: v, clock: clock}
	const year = 365 * 24 * time.Hour

	// Devices.
	flagged := map[string]int{}
	for n, d := range []struct {
		off  time.Duration
		want live.Verdict
	}{{0, live.Kept}, {90 * time.Second, live.Kept}, {time.Hour, live.Future}, {-time.Hour, live.Late}, {year, live.Future}, {-year, live.Past}} {
		c.send(t, n, time.Now().Add(d.off), d.want)
		if d.want.Misdated() {
			flagged[d.want.String()]++
		}
	}
	c.look(t)

	// The server, while the devices are right.
	for _, d := range []struct {
		off  time.Duration
		want live.Verdict
	}{{time.Hour, live.Late}, {0, live.Kept}, {-time.Hour, live.Future}, {0, live.Kept}, {year, live.Past}, {0, live.Kept}} {
		off.Store(int64(d.off))
		for n := 10; n < 13; n++ {
			// In a year's time nobody is known to be on duty, and who is not on duty has no
			// place: the fix is counted.
			want := d.want
			if d.off == year {
				want = live.OffShift
			}
			c.send(t, n, time.Now(), want)
		}
		time.Sleep(600 * time.Millisecond) // the board is looked over twice a second
		c.look(t)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		n, err := query[int](t.Context(), v, `select (select count(*) from position)::int + (select count(*) from position_misdated)::int`)
		if err == nil && n == c.stored {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d fixes are in the database (%v), %d were answered", n, err, c.stored)
		}
	}
	got, err := query[string](t.Context(), v, `select string_agg(unit || ' ' || verdict, ', ' order by unit) from position_misdated where unit < 'batch-10'`)
	if want := fmt.Sprintf("batch-02 %d, batch-04 %d, batch-05 %d", live.Future, live.Future, live.Past); err != nil || got != want {
		t.Errorf("flagged are %s (%v), want %s", got, err, want)
	}
	if n, err := query[int](t.Context(), v, `select count(*)::int from pass where to_at > now() + interval '2 minutes' or from_at < now() - interval '2 hours'`); err != nil || n != 0 {
		t.Errorf("%d stays by wrong clocks (%v)", n, err)
	}
}

// clocked sends to a server and looks at what it shows.
type clocked struct {
	v      *victim
	clock  func() time.Time // the server's
	seq    uint64
	stored int
}

// send reports one fix of a unit by the batch door.
func (c *clocked) send(t *testing.T, unit int, at time.Time, want live.Verdict) {
	t.Helper()
	c.seq++
	p := where(unit, 0)
	body := fmt.Sprintf(`{"fixes":[{"unit":%q,"seq":%d,"at":%q,"lon":%v,"lat":%v}]}`, walker("batch", unit), c.seq, at.UTC().Format(time.RFC3339Nano), p[0], p[1])
	got := string(c.ask(t, http.MethodPost, "/api/positions", c.v.tokens["batch"], body))
	if got != fmt.Sprintf(`{"verdicts":[%q]}`, want) {
		t.Errorf("unit %d at %s, the server's clock at %s: %s, want %s", unit, at.UTC().Format(time.RFC3339), c.clock().UTC().Format(time.RFC3339), got, want)
	}
	if want.Stored() {
		c.stored++
	}
}

// look reads the board, the live stream and the coverage, and wants no age below zero
// by the server's own clock.
func (c *clocked) look(t *testing.T) {
	t.Helper()
	time.Sleep(600 * time.Millisecond)
	token := c.v.tokens["chief"]
	var board struct {
		Units []struct {
			ID string
			At *time.Time
		}
	}
	if err := json.Unmarshal(c.ask(t, http.MethodGet, "/api/units", token, ""), &board); err != nil || len(board.Units) != 3*unitsEach+1 {
		t.Fatalf("the board has %d units: %v", len(board.Units), err)
	}
	now := c.clock()
	for _, u := range board.Units {
		if u.At != nil && u.At.After(now) {
			t.Errorf("on the board %s is heard %s from now", u.ID, u.At.Sub(now))
		}
	}
	for _, row := range c.hello(t, token) {
		if at, ok := row[min(2, len(row)-1)].(float64); ok && int64(at) > c.clock().Unix() {
			t.Errorf("the stream tells %v", row)
		}
	}
	var coverage struct {
		Rows []struct {
			Code                                    string
			Idle, MeanIdle, WorstIdle, Dwell, Share float64
		}
	}
	if err := json.Unmarshal(c.ask(t, http.MethodGet, "/api/coverage?layer=unit&by=grid&within=PT2H", token, ""), &coverage); err != nil || len(coverage.Rows) != 100 {
		t.Fatalf("coverage has %d grids: %v", len(coverage.Rows), err)
	}
	for _, r := range coverage.Rows {
		if r.Idle < 0 || r.MeanIdle < 0 || r.WorstIdle < 0 || r.Dwell < 0 || r.Share < 0 || r.Share > 1 {
			t.Errorf("coverage says %+v", r)
		}
	}
}

// hello are the units of the first picture of the live stream.
func (c *clocked) hello(t *testing.T, token string) [][]any {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	answer := c.open(ctx, t, http.MethodGet, "/api/live", token, "")
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var hello struct{ Unit struct{ Units [][]any } }
		if err := json.Unmarshal([]byte(text), &hello); err != nil {
			t.Fatal(err)
		}
		return hello.Unit.Units
	}
	t.Fatalf("the live stream says nothing: %v", lines.Err())
	return nil
}

func (c *clocked) open(ctx context.Context, t *testing.T, method, path, token, body string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, "http://"+c.v.http+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func (c *clocked) ask(t *testing.T, method, path, token, body string) []byte {
	t.Helper()
	answer := c.open(t.Context(), t, method, path, token, body)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s by %s: %s, %v: %.300s", path, c.clock().UTC(), answer.Status, err, text)
	}
	return text
}
