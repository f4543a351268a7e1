package stream

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/paulmach/orb"
	"go.uber.org/goleak"

	"sitmap/layers"
	"sitmap/layers/live"
)

func open(t testing.TB, o Options) *Stream {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// numbered are n records of a unit, numbered from first.
func numbered(unit string, first, n int) []live.Record {
	records := make([]live.Record, n)
	for k := range records {
		records[k] = live.Record{Source: "app", Verdict: live.Kept, Received: noon, Fix: live.Fix{
			Unit: unit, Seq: uint64(first + k), At: noon, Point: orb.Point{102.6, 37.9}, Speed: 1, Heading: math.NaN(), Accuracy: 5, Battery: 1,
		}}
	}
	return records
}

// name tells records apart.
func name(r live.Record) string { return fmt.Sprint(r.Fix.Unit, " ", r.Fix.Seq) }

// read reads all records from there on, and how often each is there.
func read(t *testing.T, s *Stream, from From) (found map[string]int, last uint64) {
	t.Helper()
	held, err := s.Held(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	found = map[string]int{}
	enough := errors.New("enough")
	err = s.Follow(ctx, from, func(number uint64, records []live.Record) error {
		for _, r := range records {
			found[name(r)]++
		}
		if last = number; last >= held.Last {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Fatalf("%d records up to message %d of %d: %v", len(found), last, held.Last, err)
	}
	return found, last
}

// What was answered is there after a restart, once, and one write serves many.
func TestAnsweredIsKept(t *testing.T) {
	defer goleak.VerifyNone(t)
	o := Options{Dir: t.TempDir(), MaxBytes: 64 << 20}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	const senders, times, each = 100, 5, 10
	var work sync.WaitGroup
	for sender := range senders {
		work.Go(func() {
			for k := range times {
				if err := s.Append(t.Context(), numbered(fmt.Sprint("u", sender), k*each, each)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	records, messages := s.Written()
	if records != senders*times*each || messages > senders*times/4 {
		t.Errorf("%d requests with %d records took %d writes; want many to share one", senders*times, records, messages)
	}
	id := s.Identity()
	s.Close()

	s = open(t, o)
	defer s.Close()
	if s.Identity() != id || id == "" {
		t.Errorf("identity %q, was %q", s.Identity(), id)
	}
	found, last := read(t, s, From{})
	for sender := range senders {
		for k := range times * each {
			if n := found[fmt.Sprint("u", sender, " ", k)]; n != 1 {
				t.Fatalf("record %d of sender %d is there %d times", k, sender, n)
			}
		}
	}
	// A cursor goes on after the message it names.
	if err := s.Append(t.Context(), numbered("later", 0, 3)); err != nil {
		t.Fatal(err)
	}
	if found, _ := read(t, s, From{After: last}); len(found) != 3 || found["later 2"] != 1 {
		t.Errorf("after the cursor: %v", found)
	}
	if found, _ := read(t, s, From{Since: time.Now().Add(-time.Hour)}); len(found) != senders*times*each+3 {
		t.Errorf("since an hour ago: %d", len(found))
	}
}

// A full stream and a full disk refuse, and go on when there is room.
func TestFullIsRefusedClearly(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), MaxBytes: 1 << 20})
	var err error
	n := 0
	for ; err == nil && n < 100; n++ {
		err = s.Append(t.Context(), numbered("u", 1000*n, 1000))
	}
	if !errors.Is(err, layers.ErrUnavailable) || n < 10 {
		t.Fatalf("after %d batches of 45 kB into 1 MiB: %v", n, err)
	}
	held, err := s.Held(t.Context())
	if err != nil || held.First != 1 || held.Oldest.IsZero() {
		t.Fatalf("%+v %v", held, err)
	}
	if err := s.Forget(t.Context(), held.Last); err != nil {
		t.Fatal(err)
	}
	if held, err := s.Held(t.Context()); err != nil || held.First != held.Last+1 {
		t.Errorf("after forgetting all: %+v %v", held, err)
	}
	if err := s.Append(t.Context(), numbered("u", 0, 1)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	s.folder.reserve = math.MaxUint64
	s.folder.until.Store(0)
	if err := s.Append(t.Context(), numbered("u", 1, 1)); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("on a full disk: %v", err)
	}
	s.folder.reserve = 0
	s.folder.until.Store(0)
	if err := s.Append(t.Context(), numbered("u", 1, 1)); err != nil {
		t.Errorf("on a disk with room: %v", err)
	}
}

// More than the queue takes is refused at once, and what is queued is answered.
func TestTheQueueHasAnEnd(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir()})
	refused := 0
	var mu sync.Mutex
	var work sync.WaitGroup
	batch := numbered("u", 0, 2500)
	for range 200 { // 200 of 112 kB at once; the queue takes 8 MiB
		work.Go(func() {
			if err := s.Append(t.Context(), batch); err != nil {
				if !errors.Is(err, layers.ErrUnavailable) {
					t.Error(err)
				}
				mu.Lock()
				refused++
				mu.Unlock()
			}
		})
	}
	work.Wait()
	if records, _ := s.Written(); records != uint64(200-refused)*2500 {
		t.Errorf("%d refused, %d records written", refused, records)
	}
	if s.bytes.Load() != 0 {
		t.Errorf("%d bytes wait for ever", s.bytes.Load())
	}
}

// One folder has one server.
func TestAFolderIsHeld(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, layers.ErrConflict) {
		t.Errorf("a second one: %v", err)
	}
	s.Close()
	open(t, Options{Dir: dir})
}

// A NATS of its own serves as well as the private one, and outlives its own
// restart.
func TestAnotherNATS(t *testing.T) {
	dir := t.TempDir()
	port := -1
	start := func() *server.Server {
		n, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true, JetStream: true, StoreDir: dir, SyncAlways: true})
		if err != nil {
			t.Fatal(err)
		}
		n.Start()
		if !n.ReadyForConnections(20 * time.Second) {
			t.Fatal("NATS is not ready")
		}
		return n
	}
	n := start()
	url := n.ClientURL()
	_, err := fmt.Sscanf(url, "nats://127.0.0.1:%d", &port)
	if err != nil {
		t.Fatal(err)
	}
	one, other := open(t, Options{URL: url}), open(t, Options{URL: url})
	if err := one.Append(t.Context(), numbered("u", 0, 10)); err != nil {
		t.Fatal(err)
	}
	if one.Identity() != other.Identity() {
		t.Error("two servers see two streams")
	}
	n.Shutdown()
	n.WaitForShutdown()
	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := one.Append(short, numbered("u", 10, 10)); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("while NATS is away: %v", err)
	}
	n = start()
	defer n.Shutdown()
	for range 100 {
		if err = one.Append(t.Context(), numbered("u", 20, 10)); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		t.Fatalf("after NATS came back: %v", err)
	}
	if found, _ := read(t, other, From{}); found["u 0"] != 1 || found["u 29"] == 0 {
		t.Errorf("the other reads %v", found)
	}
	if _, err := Open(t.Context(), Options{URL: "nats://127.0.0.1:1"}); !errors.Is(err, layers.ErrUnavailable) {
		t.Errorf("nobody there: %v", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	s := open(b, Options{Dir: b.TempDir()})
	batch := numbered("u", 0, 500)
	b.SetParallelism(32)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if err := s.Append(b.Context(), batch); err != nil {
				b.Error(err)
			}
		}
	})
	records, messages := s.Written()
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "fixes/s")
	b.ReportMetric(float64(records)/float64(messages), "fixes/write")
}
