package main

import (
	"fmt"
	"os"
	"strings"
)

// verdict says whether a figure reaches what is wanted.
type verdict int

const (
	unknown verdict = iota // nothing is wanted, or it was not measured
	reached
	missed
)

func (v verdict) String() string {
	return [...]string{"–", "reached", "**falls short**"}[v]
}

// atLeast judges a figure that should be large, atMost one that should be small.
func atLeast(got, wanted float64) verdict { return judged(got >= wanted) }
func atMost(got, wanted float64) verdict  { return judged(got <= wanted) }

func judged(well bool) verdict {
	if well {
		return reached
	}
	return missed
}

// report is what is printed and written.
type report struct {
	conditions string
	lines      []line
	details    []detail
}

// line is one figure.
type line struct {
	figure, wanted, got, spread string
	verdict                     verdict
}

// detail is a table that stands behind figures.
type detail struct {
	title string
	head  []string
	rows  [][]string
	notes []string
}

func (r *report) judge(figure, wanted, got, spread string, v verdict) {
	r.lines = append(r.lines, line{figure, wanted, got, spread, v})
}

func (r *report) add(d detail) { r.details = append(r.details, d) }

// short names the figures that fall short.
func (r *report) short() (all []string) {
	for _, l := range r.lines {
		if l.verdict == missed {
			all = append(all, fmt.Sprintf("%s: wanted %s, got %s", l.figure, l.wanted, l.got))
		}
	}
	return all
}

func (r *report) markdown() string {
	var b strings.Builder
	b.WriteString(r.conditions + "\n\n")
	rows := make([][]string, len(r.lines))
	for i, l := range r.lines {
		rows[i] = []string{l.figure, l.wanted, l.got, l.spread, l.verdict.String()}
	}
	writeTable(&b, []string{"figure", "wanted", "got", "spread", "verdict"}, rows)
	if short := r.short(); len(short) > 0 {
		b.WriteString("\nFalls short:\n\n")
		for _, s := range short {
			fmt.Fprintf(&b, "- %s\n", s)
		}
	}
	for _, d := range r.details {
		fmt.Fprintf(&b, "\n### %s\n\n", d.title)
		if len(d.rows) > 0 {
			writeTable(&b, d.head, d.rows)
		}
		for i, n := range d.notes {
			if i == 0 && len(d.rows) > 0 {
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

// The part of the report's file that the program writes lies between these.
const (
	beginMark = "<!-- begin: written by make bench-tiles -->"
	endMark   = "<!-- end: written by make bench-tiles -->"
)

// writeReport replaces what lies between the markers.
func writeReport(file, text string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok1 := strings.Cut(string(old), beginMark)
	_, after, ok2 := strings.Cut(rest, endMark)
	if !ok1 || !ok2 {
		return fmt.Errorf("%s lacks the lines %q and %q", file, beginMark, endMark)
	}
	return os.WriteFile(file, []byte(before+beginMark+"\n\n"+text+"\n\n"+endMark+after), 0o644)
}
