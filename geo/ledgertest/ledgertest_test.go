package ledgertest

import (
	"slices"
	"strings"
	"testing"
)

const table = `
| statistic | fixture | expected | ours | differences |
|---|---|---|---|---|
| one | F0 | 1.25 | 1.25 | |
| two | F0 | 2 | 2 | none |
`

// A ledger that would let a wrong number pass is worse than none.
func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		section string
		our     map[string]float64
		want    string // of the one fault, "" for none
	}{
		"all well":               {table, map[string]float64{"one": 1.2512, "two": 1.9}, ""},
		"another digit":          {table, map[string]float64{"one": 1.26, "two": 2}, "one: computed 1.26"},
		"another source":         {strings.Replace(table, "1.25 | 1.25", "1.26 | 1.25", 1), map[string]float64{"one": 1.25, "two": 2}, "its source 1.26"},
		"nothing computes it":    {table, map[string]float64{"one": 1.25}, `nothing computes "two"`},
		"the page does not know": {table, map[string]float64{"one": 1.25, "two": 2, "three": 3}, `the page lacks "three": 3`},
		"no number":              {table, map[string]float64{"one": 0 / zero, "two": 2}, "one: computed NaN"},
	} {
		got := faults(c.section, c.our)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

var zero float64

// Each section of the page is found by its heading and ends before the next.
func TestSectionOf(t *testing.T) {
	var met []string
	for _, heading := range []string{"Values, neighbours and corrections", "Events, clusters and trends", "Siting", "Coverage"} {
		text, found := sectionOf(t, heading)
		if !found || strings.Contains(text, "\n## ") || slices.Contains(met, text) {
			t.Errorf("%s: %t, %d characters", heading, found, len(text))
		}
		met = append(met, text)
	}
	if _, found := sectionOf(t, "Siting and more"); found {
		t.Error("a section that is none was found")
	}
}
