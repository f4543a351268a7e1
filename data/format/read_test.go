package format

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/wkt"

	"sitmap/layers"
)

// read gives everything in a file as lines of text: the columns, one line for
// each record, the notes, and the error that ended it.
func read(t *testing.T, name, content string) []string {
	t.Helper()
	f := Bytes(name, []byte(content))
	one, err := Detect(f, "")
	if err != nil {
		return []string{"error: " + err.Error()}
	}
	r, err := one.Open(t.Context(), f)
	if err != nil {
		if !errors.Is(err, layers.ErrInvalid) {
			t.Errorf("the error %q is not of kind ErrInvalid", err)
		}
		return []string{"error: " + err.Error()}
	}
	head := r.Head()
	lines := []string{strings.Join(head.Columns, "|")}
	if head.CRS != "" {
		lines = append(lines, "crs "+head.CRS)
	}
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if !errors.Is(err, layers.ErrInvalid) {
				t.Errorf("the error %q is not of kind ErrInvalid", err)
			}
			return append(lines, "error: "+err.Error())
		}
		line := fmt.Sprintf("%d: %s", rec.Row, strings.Join(rec.Values, "|"))
		if rec.ID != "" {
			line += " id=" + rec.ID
		}
		if rec.Geometry != nil {
			line += " " + wkt.MarshalString(rec.Geometry)
		}
		lines = append(lines, line)
		for _, p := range rec.Problems {
			lines = append(lines, "  "+p.String())
		}
	}
	for _, note := range r.Notes() {
		lines = append(lines, "note: "+note.En)
	}
	return lines
}

func compare(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// A line of the wanted text that ends in "…" is compared up to there only.
func compareStart(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i := range want {
		if start, cut := strings.CutSuffix(want[i], "…"); cut && i < len(got) && strings.HasPrefix(got[i], start) {
			got[i] = want[i]
		}
	}
	compare(t, got, want...)
}
