package release

import (
	"fmt"
	"strings"
)

// Why says how a unit came to be as it is.
type Why string

// The reasons.
const (
	Own     Why = "own"     // it holds enough to be shown by itself
	Merged  Why = "merged"  // neighbours together hold enough
	Beyond  Why = "beyond"  // the smallest piece that may be shown reaches beyond the reader's area
	Nothing Why = "nothing" // the whole city has none
)

// Explain is a sentence for a unit, in Chinese and in English; name gives the
// name of an area and may be nil.
func (s *Set) Explain(u Unit, name func(area int64) string) (zh, en string) {
	switch u.Why {
	case Merged:
		if names := named(u.Areas, name); names != "" {
			zh, en = names+"合计 ", names+" together: "
		} else {
			zh, en = "相邻区域合计 ", "neighbouring places together: "
		}
		return zh + fmt.Sprintf("%d 件：单独不足以公布（少于 %d 件，或可由其他数字推算），故合并。放宽时段或类别可看得更细。", u.Count, s.rule.Threshold),
			en + fmt.Sprintf("%d. One by one they are too few to show (fewer than %d, or they would follow from other numbers). Widen the period or the category to see more detail.", u.Count, s.rule.Threshold)
	case Beyond:
		return "不足以公布：可公布的最小范围超出本辖区。放宽时段，或查看上一级。",
			"Too few to show: the smallest place that may be shown reaches beyond this area. Widen the period or go up a level."
	case Nothing:
		return "全市该时段该类别无记录。", "None in the whole city in this period and category."
	}
	return fmt.Sprintf("%d 件。", u.Count), fmt.Sprintf("%d.", u.Count)
}

// named lists names, at most four.
func named(areas []int64, name func(int64) string) string {
	if name == nil || len(areas) == 0 {
		return ""
	}
	var names []string
	for _, a := range areas[:min(4, len(areas))] {
		names = append(names, name(a))
	}
	list := strings.Join(names, "、")
	if len(areas) > 4 {
		list += fmt.Sprintf("等 %d 处", len(areas))
	}
	return list
}
