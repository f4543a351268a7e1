package live

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"sitmap/layers"
)

// A roster as a file: CSV in UTF-8 with a head. A row is one shift of one unit:
// unit, from, to, post, means, headcount; from and to are times of the city's
// clock, 2026-11-27 08:00. A row with days comes round every week: its from and to
// are times of the day, 08:00, and days are such as 1-5, 1,3,7 (Monday is 1) or
// daily. One that ends before it begins ends the next day.

// rosterColumns are the columns, each with the names a file may give it.
var rosterColumns = map[string][]string{
	"unit": {"unit", "力量", "力量编号", "编号"}, "from": {"from", "开始", "上岗"}, "to": {"to", "结束", "下岗"}, "days": {"days", "星期", "周几"},
	"post": {"post", "岗位"}, "means": {"means", "方式", "巡逻方式"}, "headcount": {"headcount", "人数"},
}

// rosterTimes are how a file may write a time.
var rosterTimes = []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006/01/02 15:04", "2006/1/2 15:04", time.RFC3339}

// mostRows is how many rows a file may have.
const mostRows = 200_000

// RosterFile is what a file says, by unit in the order of the file, and what is
// wrong with it, row by row. Nothing of it is to be used when anything is wrong.
type RosterFile struct {
	Rosters  []UnitRoster
	Rows     int
	Problems []layers.Problem
}

// ReadRoster reads a file. known tells whether there is a unit; means are the codes
// that a shift may name.
func ReadRoster(file io.Reader, known func(unit string) bool, means []string, zone *time.Location) (RosterFile, error) {
	var f RosterFile
	text, err := io.ReadAll(file)
	if err != nil {
		return f, fmt.Errorf("read the roster: %w", err)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		f.Problems = []layers.Problem{{Fault: "there is no head", Cure: "begin with a line unit,from,to,days,post,means,headcount"}}
		return f, nil
	}
	columns := f.head(head)
	if len(f.Problems) > 0 {
		return f, nil
	}
	rows := rosterRows{file: &f, columns: columns, known: known, means: means, zone: zone, of: map[string]int{}}
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		f.Rows++
		if err != nil {
			f.Problems = append(f.Problems, layers.Problem{Row: f.Rows, Fault: "this line is not CSV", Cure: "close its quotes"})
			break
		}
		if f.Rows > mostRows {
			f.Problems = append(f.Problems, layers.Problem{Fault: fmt.Sprintf("the file has more than %d rows", mostRows), Cure: "split it"})
			break
		}
		rows.read(line)
	}
	rows.overlaps()
	return f, nil
}

// head finds the columns.
func (f *RosterFile) head(names []string) map[string]int {
	columns := map[string]int{}
	for k, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		found := ""
		for column, aliases := range rosterColumns {
			if slices.Contains(aliases, name) {
				found = column
			}
		}
		_, twice := columns[found]
		switch {
		case found == "":
			f.Problems = append(f.Problems, layers.Problem{Column: shorten(name), Fault: "there is no such column", Cure: "name columns unit, from, to, days, post, means, headcount"})
		case twice:
			f.Problems = append(f.Problems, layers.Problem{Column: found, Fault: "the column is there twice", Cure: "leave one out"})
		default:
			columns[found] = k
		}
	}
	for _, column := range []string{"unit", "from", "to"} {
		if _, ok := columns[column]; !ok {
			f.Problems = append(f.Problems, layers.Problem{Column: column, Fault: "the column is missing", Cure: "add it"})
		}
	}
	return columns
}

// rosterRows reads the rows of a file.
type rosterRows struct {
	file    *RosterFile
	columns map[string]int
	known   func(string) bool
	means   []string
	zone    *time.Location
	of      map[string]int // roster of a unit
	line    []string
}

func (r *rosterRows) value(column string) string {
	k, ok := r.columns[column]
	if !ok || k >= len(r.line) {
		return ""
	}
	return strings.TrimSpace(r.line[k])
}

func (r *rosterRows) fault(column, fault, cure string) {
	r.file.Problems = append(r.file.Problems, layers.Problem{Row: r.file.Rows, Column: column, Fault: fault, Cure: cure, Value: shorten(r.value(column))})
}

func shorten(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}

func (r *rosterRows) read(line []string) {
	r.line = line
	if !slices.ContainsFunc(line, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		return
	}
	faults := len(r.file.Problems)
	unit := r.value("unit")
	if unit == "" || !r.known(unit) {
		r.fault("unit", "there is no such unit", "give the id of a unit of your area, as in layer unit")
	}
	post, means := r.value("post"), r.value("means")
	if len([]rune(post)) > longestOf {
		r.fault("post", "the text is too long", fmt.Sprintf("shorten it to %d characters", longestOf))
	}
	if means != "" && !slices.Contains(r.means, means) {
		r.fault("means", "there is no such means", "give one of "+strings.Join(r.means, ", "))
	}
	heads := 0
	if text := r.value("headcount"); text != "" {
		var err error
		if heads, err = strconv.Atoi(text); err != nil || heads < 0 || heads > mostHeads {
			r.fault("headcount", "this is no headcount", fmt.Sprintf("give a whole number from 0 to %d, or nothing", mostHeads))
		}
	}
	duty := Duty{Unit: unit, Post: post, Means: means, Headcount: heads}
	shift := Shift{Unit: unit, Post: post, Means: means, Headcount: heads}
	weekly := r.value("days") != ""
	if weekly {
		r.weekly(&duty)
	} else {
		r.single(&shift)
	}
	if len(r.file.Problems) > faults {
		return
	}
	k, ok := r.of[unit]
	if !ok {
		k = len(r.file.Rosters)
		r.of[unit] = k
		r.file.Rosters = append(r.file.Rosters, UnitRoster{Unit: unit})
	}
	if roster := &r.file.Rosters[k]; weekly {
		roster.Duties = append(roster.Duties, duty)
	} else {
		roster.Shifts = append(roster.Shifts, shift)
	}
}

func (r *rosterRows) weekly(d *Duty) {
	var ok bool
	if d.Days, ok = readDays(r.value("days")); !ok {
		r.fault("days", "these are no days of the week", "write 1-5, 1,3,7 (Monday is 1) or daily")
	}
	if d.From, ok = readMinute(r.value("from")); !ok || d.From > 1439 {
		r.fault("from", "this is no time of the day", "write 08:00")
	}
	if d.To, ok = readMinute(r.value("to")); !ok {
		r.fault("to", "this is no time of the day", "write 16:00")
	} else if d.To == 0 {
		d.To = 1440
	}
}

func (r *rosterRows) single(s *Shift) {
	from, ok := r.time("from")
	to, also := r.time("to")
	if ok && also && (!to.After(from) || to.Sub(from) > longestShift) {
		r.fault("to", "the shift ends before it begins, or is too long", fmt.Sprintf("let it end after it begins, and within %.0f hours", longestShift.Hours()))
	}
	s.From, s.To = from, to
}

func (r *rosterRows) time(column string) (time.Time, bool) {
	for _, form := range rosterTimes {
		if t, err := time.ParseInLocation(form, r.value(column), r.zone); err == nil && t.Year() > 2000 && t.Year() < 2200 {
			return t.UTC(), true
		}
	}
	r.fault(column, "this is no time", "write 2026-11-27 08:00, or give days and write 08:00")
	return time.Time{}, false
}

// overlaps finds units whose shifts overlap.
func (r *rosterRows) overlaps() {
	for _, one := range r.file.Rosters {
		if err := one.Check(r.means, r.zone); err != nil {
			text, _ := strings.CutSuffix(err.Error(), ": "+layers.ErrInvalid.Error())
			r.file.Problems = append(r.file.Problems, layers.Problem{Column: "from", Fault: text, Cure: "let each shift of a unit end before the next begins", Value: one.Unit})
		}
	}
}

// readMinute reads a time of the day as minutes: 8:00, 08:00, 24:00.
func readMinute(text string) (int, bool) {
	hours, minutes, ok := strings.Cut(strings.ReplaceAll(text, "：", ":"), ":")
	h, err := strconv.ParseUint(hours, 10, 8)
	m, also := strconv.ParseUint(minutes, 10, 8)
	at := int(h*60 + m)
	return at, ok && err == nil && also == nil && len(minutes) == 2 && m < 60 && at <= 1440
}

// readDays reads days of the week.
func readDays(text string) (Weekdays, bool) {
	switch strings.ToLower(text) {
	case "daily", "每日", "每天":
		return Daily, true
	}
	var days Weekdays
	for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune(",，、 ;", c) }) {
		first, last, span := strings.Cut(part, "-")
		if !span {
			last = first
		}
		a, err := strconv.Atoi(first)
		b, also := strconv.Atoi(last)
		if err != nil || also != nil || a < 1 || b > 7 || b < a {
			return 0, false
		}
		for d := a; d <= b; d++ {
			days |= 1 << (d - 1)
		}
	}
	return days, days != 0
}

// String writes the days as a file does: 1-5, daily.
func (w Weekdays) String() string {
	if w == Daily {
		return "daily"
	}
	var parts []string
	for d := 0; d < 7; d++ {
		if w&(1<<d) == 0 {
			continue
		}
		last := d
		for last < 6 && w&(1<<(last+1)) != 0 {
			last++
		}
		if last > d+1 {
			parts = append(parts, fmt.Sprintf("%d-%d", d+1, last+1))
			d = last
			continue
		}
		parts = append(parts, strconv.Itoa(d+1))
	}
	return strings.Join(parts, ",")
}
