package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sitmap/layers"
)

// blankGate knows nobody; the store knows everybody, once it is asked.
func blankGate(know func() *Register) (*Gate, *atomic.Int64) {
	g := NewGate(&recorder{}, Limits{}, func() time.Time { return noon })
	g.Learn(NewRegister(nil, nil, nil, City{}))
	var asked atomic.Int64
	g.Doubt(func(context.Context) error {
		asked.Add(1)
		r := know()
		if r == nil {
			return errors.New("the store is away")
		}
		if r != g.Register() {
			g.Learn(r)
		}
		return nil
	})
	return g, &asked
}

func verdictOf(t *testing.T, g *Gate, source string, f Fix) Verdict {
	t.Helper()
	got, err := g.Receive(t.Context(), source, []Fix{f})
	if err != nil {
		t.Fatal(err)
	}
	return got[0]
}

// Who was declared a moment ago is not unknown: the source, the unit, or what
// carries a device.
func TestWhoWasDeclaredJustNowIsKnown(t *testing.T) {
	all := register()
	for _, c := range []struct {
		name, source, unit string
		before             *Register
		want               Verdict
	}{
		{"a source", "app", "foot", NewRegister(nil, units, nil, City{}), Kept},
		{"a unit", "app", "foot", NewRegister([]Source{{ID: "app", CRS: "EPSG:4326", Area: layers.Everywhere}}, nil, nil, City{}), Kept},
		{"a device", "one", "13900000001", NewRegister([]Source{{ID: "one", CRS: "EPSG:4326", Area: layers.Everywhere}}, nil, nil, City{}), Kept},
		{"nobody", "app", "ghost", NewRegister(nil, nil, nil, City{}), UnknownUnit},
		{"no source", "nobody", "foot", NewRegister(nil, nil, nil, City{}), UnknownSource},
	} {
		g, _ := blankGate(func() *Register { return all })
		g.Learn(c.before)
		if got := verdictOf(t, g, c.source, fix(c.unit, 1, noon, square)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A stranger costs one question, until the register changes; a crowd of them shares
// the questions, which are ten a second at most.
func TestStrangersDoNotHammerTheStore(t *testing.T) {
	all := register()
	g, asked := blankGate(func() *Register { return all })
	g.Learn(all)
	for seq := range uint64(20) {
		if got := verdictOf(t, g, "app", fix("ghost", seq, noon, square)); got != UnknownUnit {
			t.Fatal(got)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("one stranger asked %d times", n)
	}
	all = register()
	g.Learn(all)
	verdictOf(t, g, "app", fix("ghost", 99, noon, square))
	if n := asked.Load(); n != 2 {
		t.Errorf("with a new register asked %d times, want 2", n)
	}
	began := time.Now()
	var work sync.WaitGroup
	for sender := range 50 {
		work.Go(func() {
			for k := range 4 {
				verdictOf(t, g, "app", fix(fmt.Sprint("ghost ", sender, k), 1, noon, square))
			}
		})
	}
	work.Wait()
	if n, most := asked.Load()-2, int64(time.Since(began)/askPause)+1; n > most {
		t.Errorf("200 strangers asked %d times, want %d at most", n, most)
	}
}

// While the store is away nobody can be declared, and strangers are answered; who
// does not wait is answered as well.
func TestStrangersWhileTheStoreIsAway(t *testing.T) {
	g, _ := blankGate(func() *Register { return nil })
	g.Learn(register())
	if got := verdictOf(t, g, "app", fix("ghost", 1, noon, square)); got != UnknownUnit {
		t.Error(got)
	}
	hanging := make(chan struct{})
	defer close(hanging)
	g.Doubt(func(context.Context) error { <-hanging; return nil })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if got, err := g.Receive(ctx, "app", []Fix{fix("other ghost", 1, noon, square)}); err != nil || got[0] != UnknownUnit {
		t.Error(got, err)
	}
}

// What is remembered of strangers has an end.
func TestStrangersAreForgotten(t *testing.T) {
	var d doubts
	r := register()
	for k := range 3 * mostSure {
		d.remember(r, []stranger{{"app", fmt.Sprint(k)}})
	}
	if len(d.sure) > mostSure {
		t.Errorf("%d are remembered", len(d.sure))
	}
}
