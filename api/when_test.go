package api

import (
	"testing"
	"time"
)

// China has no summer time, so its zone is written down here instead of read.
var beijing = time.FixedZone("Asia/Shanghai", 8*3600)

func TestWindowsAreReadInTheCitysDays(t *testing.T) {
	tests := map[string]struct{ text, from, to string }{
		"an instant lasts a second":      {"2016-09-30T08:00:00Z", "2016-09-30T08:00:00Z", "2016-09-30T08:00:01Z"},
		"an instant with an offset":      {"2016-09-30T08:00:00+08:00", "2016-09-30T00:00:00Z", "2016-09-30T00:00:01Z"},
		"a day is the whole local day":   {"2016-09-30", "2016-09-29T16:00:00Z", "2016-09-30T16:00:00Z"},
		"a month of days":                {"2016-09-01/2016-10-01", "2016-08-31T16:00:00Z", "2016-09-30T16:00:00Z"},
		"open at its start":              {"../2016-10-01T00:00:00Z", "", "2016-10-01T00:00:00Z"},
		"open at its end, written empty": {"2016-10-01T00:00:00Z/", "2016-10-01T00:00:00Z", ""},
		"both ends the same is a moment": {"2016-10-01T00:00:00Z/2016-10-01T00:00:00Z", "2016-10-01T00:00:00Z", "2016-10-01T00:00:01Z"},
		"features are dated in seconds":  {"2016-10-01T00:00:00.25Z/2016-10-01T00:00:07.75Z", "2016-10-01T00:00:01Z", "2016-10-01T00:00:08Z"},
		"within a second lies nothing":   {"2016-10-01T00:00:00.25Z", "2016-10-01T00:00:01Z", "2016-10-01T00:00:01Z"},
	}
	for name, test := range tests {
		w, err := parseWhen("datetime", test.text, beijing)
		if err != nil || stamp(w.From) != test.from || stamp(w.To) != test.to {
			t.Errorf("%s: %q is [%s, %s) %v, want [%s, %s)", name, test.text, stamp(w.From), stamp(w.To), err, test.from, test.to)
		}
	}
	for _, wrong := range []string{
		"", "..", "../..", "/", "2016", "2016-13-01", "2016-02-30", "yesterday", "2016-10-01/2016-09-01", "2016-09-01/x",
		"2016-09-01T00:00:00", "0000-01-01", "9999-12-31", "2016-09-01/2016-10-01/2016-11-01", "2016-09-01T00:00:00 08:00",
	} {
		if w, err := parseWhen("datetime", wrong, beijing); err == nil {
			t.Errorf("%q was read as %v", wrong, w)
		}
	}
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.RFC3339Nano)
}

func TestTheLastCompleteMonth(t *testing.T) {
	first := time.Date(2015, 1, 3, 0, 0, 0, 0, beijing)
	tests := map[string]struct{ asOf, month string }{
		"the last minute of a month":              {"2016-09-30T23:59:00+08:00", "2016-09"},
		"the morning of its last day":             {"2016-09-30T08:00:00+08:00", "2016-09"},
		"the day before":                          {"2016-09-29T23:59:00+08:00", "2016-08"},
		"the first moment of the next month":      {"2016-10-01T00:00:00+08:00", "2016-09"},
		"still September in Wuwei, not in London": {"2016-09-30T15:59:00Z", "2016-09"},
		"the last day of February in a leap year": {"2016-02-29T12:00:00+08:00", "2016-02"},
		"January reaches back into the year past": {"2016-01-15T12:00:00+08:00", "2015-12"},
		"never before the first case":             {"2015-01-20T12:00:00+08:00", "2015-01"},
	}
	for name, test := range tests {
		asOf, err := time.Parse(time.RFC3339, test.asOf)
		if err != nil {
			t.Fatal(err)
		}
		w := lastCompleteMonth(asOf, first, beijing)
		if got := w.From.Format("2006-01"); got != test.month {
			t.Errorf("%s: %s, want %s", name, got, test.month)
		}
		if want := w.From.AddDate(0, 1, 0); !w.To.Equal(want) {
			t.Errorf("%s: the month ends %s, want %s", name, w.To, want)
		}
	}
}

// A window that is read has an end, and does not end before it begins.
func FuzzWhen(f *testing.F) {
	for _, seed := range []string{"2016-09-30", "2016-09-01/2016-10-01", "../2016-10-01T00:00:00Z", "2016-09-30T08:00:00+08:00", "/", "..", "9998-12-31/.."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := parseWhen("datetime", text, beijing)
		if err != nil {
			return
		}
		if w.Open() || !w.From.IsZero() && !w.To.IsZero() && w.To.Before(w.From) {
			t.Errorf("%q is [%s, %s)", text, w.From, w.To)
		}
	})
}
