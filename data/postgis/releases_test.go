package postgis_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"sitmap/layers"
)

// Ten programs that publish at once make one line of publications: each saw the
// one before, and all see the last in the end.
func TestPublishingIsOneLine(t *testing.T) {
	s := city(t)
	before, err := s.Publication(t.Context(), "dispute", "6206")
	if err != nil || before.Version != 0 || before.Layer != "dispute" {
		t.Fatalf("before any: %+v %v", before, err)
	}
	const programs = 10
	var all sync.WaitGroup
	for n := range programs {
		all.Go(func() {
			p, err := s.Publish(t.Context(), "dispute", "6206", func(newest layers.Publication) (*layers.Publication, error) {
				if newest.DataVersion >= 7 {
					return nil, nil
				}
				return &layers.Publication{
					DataVersion: newest.DataVersion + 1, Rule: json.RawMessage(`{"least": 5}`),
					Bytes: append(newest.Bytes, byte(newest.Version+1)),
				}, nil
			})
			if err != nil || p.Version > 7 {
				t.Errorf("program %d: %+v %v", n, p, err)
			}
		})
	}
	all.Wait()
	last, err := s.Publication(t.Context(), "dispute", "6206")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintln(last.Version, last.DataVersion, last.Bytes, string(last.Rule), last.Made.IsZero()), "7 7 [1 2 3 4 5 6 7] {\"least\": 5} false\n"; got != want {
		t.Errorf("the last publication is %s, want %s", got, want)
	}
	// What fails publishes nothing.
	sorry := errors.New("sorry")
	if _, err := s.Publish(t.Context(), "dispute", "6206", func(layers.Publication) (*layers.Publication, error) { return nil, sorry }); !errors.Is(err, sorry) {
		t.Errorf("a failure became %v", err)
	}
	if again, err := s.Publication(t.Context(), "dispute", "6206"); err != nil || again.Version != 7 {
		t.Errorf("after a failure: %+v %v", again, err)
	}
	if other, err := s.Publication(t.Context(), "dispute", "6207"); err != nil || other.Version != 0 {
		t.Errorf("another city: %+v %v", other, err)
	}
	if _, err := s.Publish(t.Context(), "person", "6206", nil); !errors.Is(err, layers.ErrNotFound) {
		t.Errorf("a layer that does not exist: %v", err)
	}
}
