package hotspot

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"sitmap/geo/stats"
)

// Telling is what a sentence needs beside the verdict, in both languages.
type Telling struct {
	Window  [2]string // 2016年6月 · June 2016
	Cases   [2]string // 劳资纠纷 · labour disputes
	Measure Measure
	Base    [2]string // of ByBase: 户数 · households
	Per     [2]string // of ByBase, what a rate is told of: 每千户 · 1,000 households
	PerBase float64   // how many of the base that is
	// Unmeasured is how many cases of ByBase lie where no base is known.
	Unmeasured int
	Emergence  stats.Emergence
	Piled      int  // cases left out because they lie on default addresses
	Released   bool // counts come from the release, merged until they were not small
	Synthetic  bool
}

// Sentence says a verdict in Chinese and in English, in one sentence each: how
// many cases, against how many, whether that is more than chance, since when,
// and what to be careful about. It says nothing that the verdict does not
// hold, and names no z and no p.
func (v Verdict) Sentence(t Telling) (zh, en string) {
	var chinese, english strings.Builder
	fmt.Fprintf(&chinese, "%s，%s发生%s%d件，", t.Window[0], v.whereChinese(), t.Cases[0], v.Around)
	fmt.Fprintf(&english, "%s: %d %s %s, ", t.Window[1], v.Around, t.Cases[1], v.whereEnglish())
	ratio, expected := number(v.Ratio()), number(v.Expected)
	if v.Around > 0 && v.Expected > 0 {
		fmt.Fprintf(&chinese, "是%s的%s件的%s倍；", measureChinese(t), expected, ratio)
		fmt.Fprintf(&english, "%s times the %s %s; ", ratio, expected, measureEnglish(t))
	} else {
		fmt.Fprintf(&chinese, "%s应有%s件；", measureChinese(t), expected)
		fmt.Fprintf(&english, "against %s %s; ", expected, measureEnglish(t))
	}
	confidence := v.Class.Confidence()
	switch {
	case v.Class > 0:
		fmt.Fprintf(&chinese, "在%d%%置信水平上显著偏多", confidence)
		fmt.Fprintf(&english, "significantly many at %d %% confidence", confidence)
	case v.Class < 0:
		fmt.Fprintf(&chinese, "在%d%%置信水平上显著偏少", confidence)
		fmt.Fprintf(&english, "significantly few at %d %% confidence", confidence)
	default:
		chinese.WriteString("这样的差别可能出于偶然，不能认定为热点")
		english.WriteString("such a difference may be chance and makes no hotspot")
	}
	if words, told := emergenceWords[t.Emergence]; told {
		fmt.Fprintf(&chinese, "；逐期看属“%s”", words[0])
		fmt.Fprintf(&english, "; step by step it is %s", words[1])
	}
	if t.Measure == ByBase && v.Base > 0 && t.PerBase > 0 {
		raw, smoothed := number(v.Rate*t.PerBase), number(v.Smoothed*t.PerBase)
		fmt.Fprintf(&chinese, "；本处%s%s件，按户数多少平滑后%s件", t.Per[0], raw, smoothed)
		fmt.Fprintf(&english, "; in this place %s in %s, %s when smoothed by how many there are", raw, t.Per[1], smoothed)
	}
	for _, caution := range v.cautions(t) {
		chinese.WriteString("；" + caution[0])
		english.WriteString("; " + caution[1])
	}
	if t.Synthetic {
		chinese.WriteString("（演示数据）")
		english.WriteString(" (synthetic data)")
	}
	return chinese.String() + "。", english.String() + "."
}

func (v Verdict) whereChinese() string {
	if v.Members == 1 {
		return "这里"
	}
	return fmt.Sprintf("这里及周围（共%d个单元）", v.Members)
}

func (v Verdict) whereEnglish() string {
	if v.Members == 1 {
		return "here"
	}
	return fmt.Sprintf("here and around (%d places in all)", v.Members)
}

func measureChinese(t Telling) string {
	switch t.Measure {
	case OwnTimes:
		return "按本地其他时期和全市同期推算"
	case ByBase:
		return "按全市平均水平（以" + t.Base[0] + "计）推算"
	default:
		return "按各处平均分布推算"
	}
}

func measureEnglish(t Telling) string {
	switch t.Measure {
	case OwnTimes:
		return "expected from this place's other times and the city's same time"
	case ByBase:
		return "expected at the city's mean by " + t.Base[1]
	default:
		return "that an even spread would give"
	}
}

// cautions are what a reader should not overlook.
func (v Verdict) cautions(t Telling) (list [][2]string) {
	if t.Measure == Evenly {
		list = append(list, [2]string{"未考虑人口，人多处自然案件多", "people are not taken into account, and where there are many there are many cases"})
	}
	if v.FewHere {
		list = append(list, [2]string{"本处户数少，未平滑的比率只作参考", "few live in the place itself, so that its raw rate says little"})
	}
	if t.Unmeasured > 0 {
		list = append(list, [2]string{
			fmt.Sprintf("全市另有%d件所在处没有户数，未计入", t.Unmeasured),
			fmt.Sprintf("%d cases lie where no households are known of, and are left out", t.Unmeasured),
		})
	}
	if v.HotAround() {
		list = append(list, [2]string{"本处自身没有案件，热的是周围", "the place itself had none: what is hot is around it"})
	}
	if v.Few {
		list = append(list, [2]string{"预期不足1件，件数少，只作参考", "less than one was expected: small numbers, for orientation only"})
	}
	if share := math.Round(100 * v.BorderShare); share >= 1 {
		list = append(list, [2]string{
			fmt.Sprintf("相邻单元有%.0f%%在界外，情况不明", share),
			fmt.Sprintf("%.0f %% of its neighbours lie beyond the border and are unknown", share),
		})
	}
	if t.Piled > 0 {
		list = append(list, [2]string{
			fmt.Sprintf("全市另有%d件登记在默认地址，未计入", t.Piled),
			fmt.Sprintf("%d cases set down at default addresses are left out", t.Piled),
		})
	}
	if t.Released {
		list = append(list, [2]string{"按发布数据计算，小数已合并", "from released counts, small ones merged"})
	}
	return list
}

// number writes what is counted in words of a sentence: one decimal, two
// significant digits where that is less.
func number(x float64) string {
	if x != 0 && x < 0.1 {
		return strconv.FormatFloat(x, 'g', 2, 64)
	}
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
}

// emergenceWords are how a place became what it is.
var emergenceWords = map[stats.Emergence][2]string{
	stats.New:           {"新出现", "new"},
	stats.Consecutive:   {"连续", "consecutive"},
	stats.Intensifying:  {"加剧", "intensifying"},
	stats.Persistent:    {"持续", "persistent"},
	stats.Diminishing:   {"减弱", "diminishing"},
	stats.Sporadic:      {"零星", "sporadic"},
	stats.Oscillating:   {"反复", "oscillating"},
	stats.Historical:    {"历史", "historical"},
	-stats.New:          {"新出现的冷点", "a new cold spot"},
	-stats.Consecutive:  {"连续的冷点", "a consecutive cold spot"},
	-stats.Intensifying: {"加剧的冷点", "an intensifying cold spot"},
	-stats.Persistent:   {"持续的冷点", "a persistent cold spot"},
	-stats.Diminishing:  {"减弱的冷点", "a diminishing cold spot"},
	-stats.Sporadic:     {"零星的冷点", "a sporadic cold spot"},
	-stats.Oscillating:  {"反复的冷点", "an oscillating cold spot"},
	-stats.Historical:   {"历史的冷点", "a historical cold spot"},
}
