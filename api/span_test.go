package api

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"sitmap/layers"
)

func TestReadSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{"PT2H": 2 * time.Hour, "PT90M": 90 * time.Minute, "P1D": 24 * time.Hour, "P7D": 168 * time.Hour, "PT1M": time.Minute, "PT168H": 168 * time.Hour} {
		if got, err := readSpan("within", text, time.Minute, longestPatrols); err != nil || got != want {
			t.Errorf("%s is %s, want %s: %v", text, got, want, err)
		}
	}
	for _, text := range []string{"", "PT", "P", "2H", "PT2", "PTH", "P2H", "PT2D", "PT0M", "P8D", "PT-2H", "PT+2H", "PT2H ", "PT2H30M", "pt2h", "PT65536M", "PT99999999999999999999H", "PT1.5H"} {
		if got, err := readSpan("within", text, time.Minute, longestPatrols); !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("%q is %s: %v", text, got, err)
		}
	}
}

// Whatever is read lies between the bounds and is what was written.
func FuzzReadSpan(f *testing.F) {
	for _, text := range []string{"PT2H", "PT90M", "P1D", "PT", "PT0H", "P07D"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readSpan("within", text, time.Minute, longestPatrols)
		if err != nil {
			if !errors.Is(err, layers.ErrInvalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if got < time.Minute || got > longestPatrols {
			t.Fatalf("%q is %s", text, got)
		}
		for _, written := range []string{fmt.Sprintf("PT%dM", int(got.Minutes())), fmt.Sprintf("PT%dH", int(got.Hours()))} {
			if again, err := readSpan("within", written, time.Minute, longestPatrols); err == nil && again > got {
				t.Fatalf("%q is %s, %s is %s", text, got, written, again)
			}
		}
	})
}
