package catalog

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"sitmap/layers"
)

// The ids are fixed: clients and files depend on them.
func TestLayerIDs(t *testing.T) {
	want := strings.Fields("area grid camera unit dispute committee centre demo_community key_area site hazard road water")
	got := All.IDs()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Every layer says what a panel, a table and an import need of it.
func TestLayersAreComplete(t *testing.T) {
	for _, l := range All {
		for _, text := range []layers.Text{l.Title, l.About} {
			bilingual(t, l.ID, text)
		}
		if l.Zoom.Min > l.Zoom.Max || l.Geometry == "" || l.Storage == "" || l.Access == "" || l.Symbol == "" || l.Group == "" {
			t.Errorf("%s is not complete: %+v", l.ID, l)
		}
		if l.Dated() != (l.Storage == layers.InEvent) {
			t.Errorf("%s: dated cases rest in the event table, and only they", l.ID)
		}
		for _, named := range append([]string{l.Legend, l.Label, l.TimeField}, l.Sums...) {
			if _, ok := l.Field(named); named != "" && !ok {
				t.Errorf("%s names the field %s, which it does not declare", l.ID, named)
			}
		}
		if legend, _ := l.Field(l.Legend); legend.Type != layers.Coded {
			t.Errorf("%s: the legend %q is no coded field", l.ID, l.Legend)
		}
		fieldsAreComplete(t, l)
	}
}

func fieldsAreComplete(t *testing.T, l layers.Layer) {
	t.Helper()
	columns := map[string]string{}
	for _, f := range l.Fields {
		bilingual(t, l.ID+"."+f.Name, f.Title)
		if coded := f.Type == layers.Coded || f.Type == layers.Codes; coded != (len(f.List) > 0) {
			t.Errorf("%s.%s: a code list belongs to a coded field", l.ID, f.Name)
		}
		if (f.Min == nil) != (f.Max == nil) {
			t.Errorf("%s.%s has one bound", l.ID, f.Name)
		}
		for _, column := range append([]string{f.Name}, f.Aliases...) {
			key := strings.ToLower(column)
			if other, taken := columns[key]; taken && other != f.Name {
				t.Errorf("%s: the column %q could be %s or %s", l.ID, column, other, f.Name)
			}
			columns[key] = f.Name
		}
		values := map[string]string{}
		for _, c := range f.List {
			bilingual(t, l.ID+"."+f.Name+"="+c.Value, c.Title)
			for _, spelling := range append([]string{c.Value, c.Title.Zh, c.Title.En}, c.Aliases...) {
				key := strings.ToLower(spelling)
				if other, taken := values[key]; taken && other != c.Value {
					t.Errorf("%s.%s: %q could be %s or %s", l.ID, f.Name, spelling, other, c.Value)
				}
				values[key] = c.Value
			}
		}
	}
}

var han = regexp.MustCompile(`\p{Han}`)

func bilingual(t *testing.T, where string, text layers.Text) {
	t.Helper()
	if text.Zh == "" || text.En == "" || han.MatchString(text.En) {
		t.Errorf("%s is not bilingual: %+v", where, text)
	}
}

// personal is how a field about a person would be called, in either language.
var personal = regexp.MustCompile(`(?i)姓名|身份证|手机|住址|户主|当事人|车牌|人脸|民族|宗教|信访|上访|性别|出生|年龄|婚姻状况|国籍|` +
	`party|parties|applicant|person|citizen|resident_name|id_?card|id_?number|passport|mobile|cell_?phone|plate|face|` +
	`ethnic|religio|petition|gender|birth|(?:^|[_ ])age(?:$|[_ ])|nationality|victim|suspect|household_(?:list|head|name)|narrative|description|remark|amount`)

// aboutPlaces are titles that hold such a word and speak of a place or an
// institution all the same.
var aboutPlaces = []string{"婚姻家庭", "marriage and family", "常住人口", "People involved, banded"}

// There is no field about a person: not by name, not by title, not by alias,
// not as a code. This is a promise to the people of the city.
func TestNoFieldAboutAPerson(t *testing.T) {
	for _, l := range All {
		for _, f := range l.Fields {
			words := append([]string{f.Name, f.Title.Zh, f.Title.En}, f.Aliases...)
			for _, c := range f.List {
				words = append(words, c.Value, c.Title.Zh, c.Title.En)
				words = append(words, c.Aliases...)
			}
			for _, w := range words {
				if personal.MatchString(w) && !slices.Contains(aboutPlaces, w) {
					t.Errorf("%s.%s: %q speaks of a person", l.ID, f.Name, w)
				}
			}
		}
	}
}
