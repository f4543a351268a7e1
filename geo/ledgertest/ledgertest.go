// Package ledgertest holds docs/correctness.md against what the program
// computes, for the tests of every room that has a table there.
package ledgertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// page is the public ledger, from the top of the module.
const page = "docs/correctness.md"

// columns of a table: statistic, fixture, expected, ours, differences, between
// bars.
const columns = 7

// Compare fails where a number of the page's section is not what the program
// computes, or differs from its source in a printed digit; where the section
// has a number that nothing computes; and where one that is computed is not
// there.
func Compare(t *testing.T, section string, our map[string]float64) {
	t.Helper()
	text, found := sectionOf(t, section)
	if !found {
		t.Fatalf("%s has lost its section %q", page, section)
	}
	for _, fault := range faults(text, our) {
		t.Error(fault)
	}
}

// sectionOf is what the page says below a heading of the second rank, up to the next.
func sectionOf(t *testing.T, heading string) (text string, found bool) {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		above := filepath.Dir(folder)
		if above == folder {
			t.Fatal("no module around the test")
		}
		folder = above
	}
	whole, err := os.ReadFile(filepath.Join(folder, page))
	if err != nil {
		t.Fatal(err)
	}
	_, text, found = strings.Cut(string(whole), "\n## "+heading+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return text, found
}

// faults is in what a section and the computed numbers differ.
func faults(section string, our map[string]float64) (list []string) {
	printed := map[string]bool{}
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) != columns || strings.HasPrefix(cells[1], " statistic") || strings.HasPrefix(cells[1], "---") {
			continue
		}
		name, expected, ours := strings.TrimSpace(cells[1]), strings.TrimSpace(cells[3]), strings.TrimSpace(cells[4])
		printed[name] = true
		value, computed := our[name]
		if !computed {
			list = append(list, fmt.Sprintf("nothing computes %q", name))
			continue
		}
		_, digits, _ := strings.Cut(ours, ".")
		if now := fmt.Sprintf("%.*f", len(digits), value); now != ours || ours != expected {
			list = append(list, fmt.Sprintf("%s: computed %s, the page says %s and its source %s", name, now, ours, expected))
		}
	}
	for name, value := range our {
		if !printed[name] {
			list = append(list, fmt.Sprintf("the page lacks %q: %.15g", name, value))
		}
	}
	return list
}
