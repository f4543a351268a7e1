package postgis

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"

	"sitmap/layers"
)

// searchKeys is what a feature is called, and all by which it is found: each
// searched field as written, in full pinyin and in initials, and the id; each key
// is compact and stands behind a line break. Both are empty for layers that are
// not searched: those of single cases, and those without a field to search.
func searchKeys(l layers.Layer, f layers.Feature) (title, keys string) {
	if l.Access == layers.Protected {
		return "", ""
	}
	all := []string{}
	searched := false
	add := func(key string) {
		if key != "" && !slices.Contains(all, key) {
			all = append(all, key)
		}
	}
	for _, field := range l.Fields {
		if !field.Search {
			continue
		}
		searched = true
		text, _ := f.Properties[field.Name].(string)
		if text == "" {
			continue
		}
		if title == "" || field.Name == l.Label {
			title = text
		}
		full, initials := toPinyin(text)
		add(compact(text))
		add(full)
		add(initials)
	}
	if !searched || title == "" {
		return "", ""
	}
	add(compact(f.ID))
	return title, "\n" + strings.Join(all, "\n")
}

// compact folds what people type in different ways: full-width letters, capitals,
// spaces.
func compact(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
}

// placeReadings are the readings that characters with several have in the names of
// places and institutions, where they differ from the most frequent one.
var placeReadings = map[rune]string{'长': "chang", '都': "du", '藏': "zang", '厦': "xia", '什': "shi", '泊': "bo"}

// wordReadings are words in which a character is read in yet another way.
var wordReadings = map[string][2]string{"银行": {"yin", "hang"}, "重庆": {"chong", "qing"}, "重兴": {"chong", "xing"}}

// toPinyin spells a name in full pinyin without tones or spaces, and by the
// initials of its characters; letters and digits stay themselves in both. Both
// are empty for a name without Chinese characters, which is its own spelling.
func toPinyin(text string) (full, initials string) {
	var f, i strings.Builder
	chinese := false
	all := []rune(compact(text))
	for n := 0; n < len(all); n++ {
		spelt := []string{spell(all[n])}
		if n+1 < len(all) {
			if word, ok := wordReadings[string(all[n:n+2])]; ok {
				spelt = word[:]
				n++
			}
		}
		for _, s := range spelt {
			switch r := all[n]; {
			case s != "":
				chinese = true
				f.WriteString(s)
				i.WriteByte(s[0])
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				f.WriteRune(r)
				i.WriteRune(r)
			}
		}
	}
	if !chinese {
		return "", ""
	}
	return f.String(), i.String()
}

// spell is the pinyin of a Chinese character, empty for anything else.
func spell(r rune) string {
	if known, ok := placeReadings[r]; ok {
		return known
	}
	if all := pinyin.SinglePinyin(r, pinyin.NewArgs()); unicode.Is(unicode.Han, r) && len(all) > 0 {
		return all[0]
	}
	return ""
}

// pattern quotes a text for LIKE, in which % and _ mean something and \ quotes.
func pattern(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// rankOf is the order in which hits are shown: areas from the city down, then
// the rest.
func rankOf(l layers.Layer) string {
	if l.Storage != layers.InArea {
		return "9"
	}
	sql := "case s.props->>'level'"
	for i, level := range levels {
		sql += fmt.Sprintf(" when %s then %d", literal(string(level)), i)
	}
	return sql + " else 9 end"
}
