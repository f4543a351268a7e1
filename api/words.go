package api

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sitmap/layers"
)

// windowWords says a window in Chinese and in English: a month, a quarter or a
// year by its name, else its first and its last day.
func windowWords(w layers.Window, zone *time.Location) [2]string {
	if w.Open() {
		return [2]string{"全部时间", "All times"}
	}
	const zh, en = "2006年1月2日", "2 January 2006"
	from, to := w.From.In(zone), w.To.In(zone)
	switch {
	case w.From.IsZero():
		last := to.Add(-time.Second)
		return [2]string{"截至" + last.Format(zh), "Up to " + last.Format(en)}
	case w.To.IsZero():
		return [2]string{"自" + from.Format(zh) + "起", "Since " + from.Format(en)}
	}
	month := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, zone)
	if from.Equal(month) {
		quarter := (int(from.Month()) + 2) / 3
		switch {
		case to.Equal(from.AddDate(0, 1, 0)):
			return [2]string{from.Format("2006年1月"), from.Format("January 2006")}
		case to.Equal(from.AddDate(0, 3, 0)) && int(from.Month())%3 == 1:
			return [2]string{fmt.Sprintf("%d年第%s季度", from.Year(), []string{"一", "二", "三", "四"}[quarter-1]), fmt.Sprintf("Quarter %d of %d", quarter, from.Year())}
		case to.Equal(from.AddDate(1, 0, 0)) && from.Month() == time.January:
			return [2]string{from.Format("2006年"), from.Format("2006")}
		}
	}
	last := to.Add(-time.Second)
	if from.Year() == last.Year() && from.YearDay() == last.YearDay() {
		return [2]string{from.Format(zh), from.Format(en)}
	}
	return [2]string{from.Format(zh) + "至" + last.Format(zh), from.Format(en) + " to " + last.Format(en)}
}

// casesWords says what is counted: the categories asked for, or the layer's name.
func casesWords(c *cellQuestion) [2]string {
	var zh, en []string
	for _, field := range fieldsIn(c.layer, c.home) {
		for _, f := range c.query.Filters {
			if f.Field != field.Name || field.Name != c.layer.Legend {
				continue
			}
			for _, code := range field.List {
				if slices.Contains(f.Values, any(code.Value)) {
					zh, en = append(zh, code.Title.Zh), append(en, code.Title.En)
				}
			}
		}
	}
	title := [2]string{c.layer.Title.Zh, strings.ToLower(c.layer.Title.En)}
	if len(zh) == 0 || len(zh) > 3 {
		return title
	}
	return [2]string{title[0] + "（" + strings.Join(zh, "、") + "）", title[1] + " (" + strings.Join(en, "; ") + ")"}
}
