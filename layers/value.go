package layers

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// timeLayouts are the spellings of an instant that an import understands,
// the unambiguous first. Those without a zone are read in the city's zone.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04",
	"2006/01/02 15:04:05", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006年1月2日 15:04",
	"2006年1月2日15时4分", "01/02/2006 03:04:05 PM", "2006-01-02", "2006/1/2", "2006年1月2日",
}

// Wrong says what is wrong with a value and what to do about it, for people.
type Wrong struct{ Fault, Cure string }

func (w *Wrong) Error() string { return w.Fault + "; " + w.Cure }

// Unwrap makes errors.Is(err, ErrInvalid) true.
func (w *Wrong) Unwrap() error { return ErrInvalid }

func wrong(cure, fault string, args ...any) error {
	return &Wrong{Fault: fmt.Sprintf(fault, args...), Cure: cure}
}

// Parse reads a value of the field from text, as files and requests write
// it. codes replaces the field's own list when it is not nil. Times without a
// zone are read in the given one. Empty text is no value: nil. The error is
// a *Wrong.
func (f Field) Parse(text string, codes []Code, zone *time.Location) (any, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	switch f.Type {
	case String:
		return f.checkText(text)
	case Integer:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			// Spreadsheets write whole numbers as 12.0.
			x, floatErr := strconv.ParseFloat(text, 64)
			if floatErr != nil || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
				return nil, wrong("write a whole number without units", "not a whole number")
			}
			n = int64(x)
		}
		return n, f.checkRange(float64(n))
	case Number:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, wrong("write a number without units, with a point for decimals", "not a number")
		}
		return x, f.checkRange(x)
	case Boolean:
		switch strings.ToLower(text) {
		case "true", "1", "yes", "y", "t", "是", "有":
			return true, nil
		case "false", "0", "no", "n", "f", "否", "无":
			return false, nil
		}
		return nil, wrong("write true or false, 是 or 否", "neither yes nor no")
	case Date:
		t, err := parseTime(text, zone)
		if err != nil {
			return nil, err
		}
		return t.In(zone).Format(time.DateOnly), nil
	case Time:
		t, err := parseTime(text, zone)
		if err != nil {
			return nil, err
		}
		return t.UTC().Format(time.RFC3339), nil
	case Coded:
		return f.parseCode(text, codes)
	case Codes:
		var values []string
		for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(",，;；、|", r) }) {
			v, err := f.parseCode(strings.TrimSpace(part), codes)
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
		return strings.Join(values, ","), nil
	}
	return nil, wrong("report this to the operator", "the field has the unknown type %q", f.Type)
}

// Check tests a value that is already typed, as a program made it.
func (f Field) Check(v any, codes []Code) error {
	switch f.Type {
	case String:
		s, ok := v.(string)
		if !ok {
			return wrong("give a text", "not a text")
		}
		_, err := f.checkText(s)
		return err
	case Integer:
		n, ok := v.(int64)
		if !ok {
			return wrong("give an int64", "not a whole number")
		}
		return f.checkRange(float64(n))
	case Number:
		x, ok := v.(float64)
		if !ok || math.IsNaN(x) || math.IsInf(x, 0) {
			return wrong("give a finite float64", "not a number")
		}
		return f.checkRange(x)
	case Boolean:
		if _, ok := v.(bool); !ok {
			return wrong("give true or false", "neither true nor false")
		}
		return nil
	case Date:
		if s, ok := v.(string); ok {
			if _, err := time.Parse(time.DateOnly, s); err == nil {
				return nil
			}
		}
		return wrong(`write "2006-01-02"`, "not a day")
	case Time:
		if s, ok := v.(string); ok {
			if t, err := time.Parse(time.RFC3339, s); err == nil && t.Location() == time.UTC {
				return nil
			}
		}
		return wrong(`write RFC 3339 in UTC, "2006-01-02T15:04:05Z"`, "not an instant in UTC")
	}
	s, ok := v.(string)
	if !ok {
		return wrong("give the code as text", "not a code")
	}
	parts := []string{s}
	if f.Type == Codes {
		parts = strings.Split(s, ",")
	}
	for _, part := range parts {
		if c, err := f.parseCode(part, codes); err != nil || c != part {
			return wrong("use one of "+listCodes(f.codes(codes)), "%q is not in the code list", part)
		}
	}
	return nil
}

func (f Field) codes(own []Code) []Code {
	if own != nil {
		return own
	}
	return f.List
}

// parseCode accepts the value itself, either title, or an alias.
func (f Field) parseCode(text string, own []Code) (string, error) {
	list := f.codes(own)
	for _, c := range list {
		if c.Value == text {
			return c.Value, nil
		}
	}
	for _, c := range list {
		if strings.EqualFold(c.Title.Zh, text) || strings.EqualFold(c.Title.En, text) {
			return c.Value, nil
		}
		for _, a := range c.Aliases {
			if strings.EqualFold(a, text) {
				return c.Value, nil
			}
		}
	}
	return "", wrong("use one of "+listCodes(list), "not in the code list")
}

func listCodes(list []Code) string {
	const most = 20
	var b strings.Builder
	for i, c := range list {
		if i == most {
			fmt.Fprintf(&b, " … (%d in all)", len(list))
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.Value + " " + c.Title.Zh)
	}
	return b.String()
}

func (f Field) checkText(s string) (string, error) {
	longest := f.MaxLength
	if longest == 0 {
		longest = DefaultMaxLength
	}
	if !utf8.ValidString(s) {
		return "", wrong("save the file as UTF-8, or name its encoding", "not valid UTF-8")
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return "", wrong("remove line breaks and control characters", "contains control characters")
	}
	if n := utf8.RuneCountInString(s); n > longest {
		return "", wrong(fmt.Sprintf("shorten it to %d characters", longest), "%d characters long", n)
	}
	return s, nil
}

func (f Field) checkRange(x float64) error {
	if f.Min != nil && x < *f.Min || f.Max != nil && x > *f.Max {
		return wrong(fmt.Sprintf("give %g to %g %s", *f.Min, *f.Max, f.Unit), "out of range")
	}
	return nil
}

func parseTime(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range timeLayouts {
		t, err := time.ParseInLocation(layout, text, zone)
		if err != nil {
			continue
		}
		if t.Year() < 1900 || t.Year() > 2200 {
			return time.Time{}, wrong("check the year", "the year %d cannot be right", t.Year())
		}
		return t, nil
	}
	return time.Time{}, wrong("write 2016-09-30 or 2016-09-30 14:05", "not a date or time")
}
