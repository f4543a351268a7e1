// Package measure is what the measuring programs share: figures and their
// verdicts, the table in docs/benchmarks.md, medians, processor time, and the
// machine.
package measure

import (
	"fmt"
	"os"
	"strings"
)

// Verdict says whether a figure reaches what is wanted.
type Verdict int

const (
	Unknown Verdict = iota // nothing is wanted, or it was not measured
	Reached
	Missed
)

func (v Verdict) String() string {
	return [...]string{"–", "reached", "**falls short**"}[v]
}

// AtLeast judges a figure that should be large, atMost one that should be small.
func AtLeast(got, wanted float64) Verdict { return Judged(got >= wanted) }
func AtMost(got, wanted float64) Verdict  { return Judged(got <= wanted) }

// Judged is the verdict on a figure that must be well.
func Judged(well bool) Verdict {
	if well {
		return Reached
	}
	return Missed
}

// Report is what is printed and written.
type Report struct {
	Conditions string // one paragraph, with which the figures must be read
	Lines      []Line
	details    []Detail
}

// Line is one figure.
type Line struct {
	Figure, Wanted, Got, Spread string
	Verdict                     Verdict
}

// Detail is a table that stands behind figures.
type Detail struct {
	Title string
	Head  []string
	Rows  [][]string
	Notes []string
}

// Judge adds a figure.
func (r *Report) Judge(figure, wanted, got, spread string, v Verdict) {
	r.Lines = append(r.Lines, Line{figure, wanted, got, spread, v})
}

// Add adds a table.
func (r *Report) Add(d Detail) { r.details = append(r.details, d) }

// Short names the figures that fall short.
func (r *Report) Short() (all []string) {
	for _, l := range r.Lines {
		if l.Verdict == Missed {
			all = append(all, fmt.Sprintf("%s: wanted %s, got %s", l.Figure, l.Wanted, l.Got))
		}
	}
	return all
}

// Markdown is the report as it stands in docs/benchmarks.md.
func (r *Report) Markdown() string {
	var b strings.Builder
	b.WriteString(r.Conditions + "\n\n")
	rows := make([][]string, len(r.Lines))
	for i, l := range r.Lines {
		rows[i] = []string{l.Figure, l.Wanted, l.Got, l.Spread, l.Verdict.String()}
	}
	writeTable(&b, []string{"figure", "wanted", "got", "spread", "verdict"}, rows)
	if short := r.Short(); len(short) > 0 {
		b.WriteString("\nFalls short:\n\n")
		for _, s := range short {
			fmt.Fprintf(&b, "- %s\n", s)
		}
	}
	for _, d := range r.details {
		fmt.Fprintf(&b, "\n### %s\n\n", d.Title)
		if len(d.Rows) > 0 {
			writeTable(&b, d.Head, d.Rows)
		}
		for i, n := range d.Notes {
			if i == 0 && len(d.Rows) > 0 {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "- %s\n", n)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// writeTable writes a Markdown table.
func writeTable(b *strings.Builder, head []string, rows [][]string) {
	put := func(cells []string) {
		for _, c := range cells {
			fmt.Fprintf(b, "| %s ", strings.ReplaceAll(c, "|", "\\|"))
		}
		b.WriteString("|\n")
	}
	put(head)
	rule := make([]string, len(head))
	for i := range rule {
		rule[i] = "---"
	}
	put(rule)
	for _, r := range rows {
		put(r)
	}
}

// Write replaces the part of a file that a program writes, which lies between
// two lines that name it.
func Write(file, program, text string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	begin := "<!-- begin: written by " + program + " -->"
	end := "<!-- end: written by " + program + " -->"
	before, rest, ok1 := strings.Cut(string(old), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		return fmt.Errorf("%s lacks the lines %q and %q", file, begin, end)
	}
	return os.WriteFile(file, []byte(before+begin+"\n\n"+text+"\n\n"+end+after), 0o644)
}
