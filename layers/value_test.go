package layers

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var (
	shanghai = time.FixedZone("CST", 8*3600)
	newYork  = mustZone("America/New_York")
	kinds    = Field{Name: "kind", Type: Coded, List: []Code{
		{Value: "05", Title: Text{"劳资", "labour and wages"}, Aliases: []string{"劳资纠纷"}},
		{Value: "07", Title: Text{"邻里", "neighbours"}},
	}}
)

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// Expected instants worked out by hand: China is UTC+8 all year, Boston is
// UTC−5 in January and UTC−4 in July.
func TestParse(t *testing.T) {
	several := kinds
	several.Type = Codes
	low, high := Between(0, 360)
	degrees := Field{Type: Number, Unit: "°", Min: low, Max: high}
	tests := map[string]struct {
		field Field
		text  string
		zone  *time.Location
		want  any
		fault string
	}{
		"text is trimmed":               {Field{Type: String}, "  东街 ", shanghai, "东街", ""},
		"empty is no value":             {Field{Type: Integer}, "  ", shanghai, nil, ""},
		"line break in a text":          {Field{Type: String}, "a\nb", shanghai, nil, "control characters"},
		"text too long":                 {Field{Type: String, MaxLength: 3}, "一二三四", shanghai, nil, "4 characters long"},
		"three characters fit in three": {Field{Type: String, MaxLength: 3}, "一二三", shanghai, "一二三", ""},
		"whole number":                  {Field{Type: Integer}, "12", shanghai, int64(12), ""},
		"spreadsheet's whole number":    {Field{Type: Integer}, "12.0", shanghai, int64(12), ""},
		"half is not whole":             {Field{Type: Integer}, "12.5", shanghai, nil, "not a whole number"},
		"beyond 2^53":                   {Field{Type: Integer}, "1e300", shanghai, nil, "not a whole number"},
		"number with a unit":            {Field{Type: Number}, "12 m", shanghai, nil, "not a number"},
		"NaN":                           {Field{Type: Number}, "NaN", shanghai, nil, "not a number"},
		"inside the bounds":             {degrees, "360", shanghai, 360.0, ""},
		"outside the bounds":            {degrees, "361", shanghai, nil, "out of range"},
		"Chinese yes":                   {Field{Type: Boolean}, "是", shanghai, true, ""},
		"perhaps":                       {Field{Type: Boolean}, "perhaps", shanghai, nil, "neither yes nor no"},
		"the code itself":               {kinds, "05", shanghai, "05", ""},
		"its Chinese title":             {kinds, "劳资", shanghai, "05", ""},
		"its English title":             {kinds, "Labour and Wages", shanghai, "05", ""},
		"an alias":                      {kinds, "劳资纠纷", shanghai, "05", ""},
		"no code":                       {kinds, "5", shanghai, nil, "not in the code list"},
		"several codes":                 {several, "劳资、邻里", shanghai, "05,07", ""},
		"a day":                         {Field{Type: Date}, "2016/9/30", shanghai, "2016-09-30", ""},
		"late evening is still the day": {Field{Type: Date}, "2016-09-30T23:30:00+08:00", shanghai, "2016-09-30", ""},
		"a time in China":               {Field{Type: Time}, "2016-09-30 14:05", shanghai, "2016-09-30T06:05:00Z", ""},
		"a winter's time in Boston":     {Field{Type: Time}, "01/01/2015 10:37:47 PM", newYork, "2015-01-02T03:37:47Z", ""},
		"a summer's time in Boston":     {Field{Type: Time}, "07/01/2015 10:37:47 AM", newYork, "2015-07-01T14:37:47Z", ""},
		"a time with its own zone":      {Field{Type: Time}, "2016-09-30T14:05:00Z", newYork, "2016-09-30T14:05:00Z", ""},
		"the thirteenth month":          {Field{Type: Time}, "2016-13-01", shanghai, nil, "not a date"},
		"the year nought":               {Field{Type: Date}, "0016-01-01", shanghai, nil, "cannot be right"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.field.Parse(test.text, nil, test.zone)
			if test.fault == "" {
				if err != nil || got != test.want {
					t.Errorf("got %v, %v; want %v", got, err, test.want)
				}
				return
			}
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), test.fault) {
				t.Errorf("got %v, %v; want the fault %q", got, err, test.fault)
			}
		})
	}
}

// A city's own list replaces the field's.
func TestOwnCodes(t *testing.T) {
	own := []Code{{Value: "graffiti", Title: Text{"涂鸦", "Graffiti Removal"}}}
	if got, err := kinds.Parse("Graffiti Removal", own, shanghai); err != nil || got != "graffiti" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := kinds.Parse("05", own, shanghai); err == nil {
		t.Errorf("the other city's code gave %v", got)
	}
}

// What Parse accepts, Check accepts, and nothing makes either panic.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "12", "1e309", "2016-09-30 14:05", "是", "05、07", "\xff", "01/01/2015 10:37:47 AM"} {
		f.Add(s)
	}
	several := kinds
	several.Type = Codes
	fields := []Field{{Type: String}, {Type: Integer}, {Type: Number}, {Type: Boolean}, {Type: Date}, {Type: Time}, kinds, several}
	f.Fuzz(func(t *testing.T, text string) {
		for _, field := range fields {
			v, err := field.Parse(text, nil, shanghai)
			if err != nil || v == nil {
				continue
			}
			if err := field.Check(v, nil); err != nil && v != "" {
				t.Errorf("%s: %q was read as %v, which is refused: %v", field.Type, text, v, err)
			}
			if s, ok := v.(string); ok && !utf8.ValidString(s) {
				t.Errorf("%s: %q gave invalid UTF-8", field.Type, text)
			}
		}
	})
}
