package hotspot

import (
	"math"
	"strings"
	"testing"

	"sitmap/geo/stats"
)

func TestSentences(t *testing.T) {
	june := Telling{Window: [2]string{"2016年6月", "June 2016"}, Cases: [2]string{"劳资纠纷", "labour disputes"}, Synthetic: true}
	with := func(change func(*Telling)) Telling { told := june; change(&told); return told }
	for _, c := range []struct {
		verdict Verdict
		telling Telling
		zh, en  string
	}{
		{
			Verdict{Around: 14, Expected: 6.1, Members: 1, Class: stats.Hot99, Z: 4.2, P: 1e-5}, with(func(t *Telling) { t.Emergence = stats.New }),
			"2016年6月，这里发生劳资纠纷14件，是按本地其他时期和全市同期推算的6.1件的2.3倍；在99%置信水平上显著偏多；逐期看属“新出现”（演示数据）。",
			"June 2016: 14 labour disputes here, 2.3 times the 6.1 expected from this place's other times and the city's same time; significantly many at 99 % confidence; step by step it is new (synthetic data).",
		},
		{
			Verdict{Around: 3, Expected: 0.4, Members: 7, BorderShare: 1.0 / 3, Few: true}, june,
			"2016年6月，这里及周围（共7个单元）发生劳资纠纷3件，是按本地其他时期和全市同期推算的0.4件的7.5倍；这样的差别可能出于偶然，不能认定为热点；预期不足1件，件数少，只作参考；相邻单元有33%在界外，情况不明（演示数据）。",
			"June 2016: 3 labour disputes here and around (7 places in all), 7.5 times the 0.4 expected from this place's other times and the city's same time; such a difference may be chance and makes no hotspot; less than one was expected: small numbers, for orientation only; 33 % of its neighbours lie beyond the border and are unknown (synthetic data).",
		},
		{
			Verdict{Around: 0, Expected: 9, Members: 1, Class: stats.Cold95},
			with(func(t *Telling) {
				t.Measure, t.Base, t.Piled, t.Released, t.Synthetic = ByBase, [2]string{"户数", "households"}, 122, true, false
			}),
			"2016年6月，这里发生劳资纠纷0件，按全市平均水平（以户数计）推算应有9件；在95%置信水平上显著偏少；全市另有122件登记在默认地址，未计入；按发布数据计算，小数已合并。",
			"June 2016: 0 labour disputes here, against 9 expected at the city's mean by households; significantly few at 95 % confidence; 122 cases set down at default addresses are left out; from released counts, small ones merged.",
		},
		{
			Verdict{Expected: 0.3, Members: 1}, with(func(t *Telling) { t.Synthetic = false }),
			"2016年6月，这里发生劳资纠纷0件，按本地其他时期和全市同期推算应有0.3件；这样的差别可能出于偶然，不能认定为热点。",
			"June 2016: 0 labour disputes here, against 0.3 expected from this place's other times and the city's same time; such a difference may be chance and makes no hotspot.",
		},
		{
			Verdict{Around: 28, Expected: 4.8, Members: 91, Class: stats.Hot99, Base: 21, Smoothed: 0.00024, FewHere: true},
			with(func(t *Telling) {
				t.Measure, t.Base, t.Per, t.PerBase = ByBase, [2]string{"户数", "households"}, [2]string{"每千户", "1,000 households"}, 1000
				t.Unmeasured, t.Synthetic = 14, false
			}),
			"2016年6月，这里及周围（共91个单元）发生劳资纠纷28件，是按全市平均水平（以户数计）推算的4.8件的5.8倍；在99%置信水平上显著偏多；本处每千户0件，按户数多少平滑后0.2件；本处户数少，未平滑的比率只作参考；全市另有14件所在处没有户数，未计入；本处自身没有案件，热的是周围。",
			"June 2016: 28 labour disputes here and around (91 places in all), 5.8 times the 4.8 expected at the city's mean by households; significantly many at 99 % confidence; in this place 0 in 1,000 households, 0.2 when smoothed by how many there are; few live in the place itself, so that its raw rate says little; 14 cases lie where no households are known of, and are left out; the place itself had none: what is hot is around it.",
		},
	} {
		zh, en := c.verdict.Sentence(c.telling)
		if zh != c.zh {
			t.Errorf("got  %s\nwant %s", zh, c.zh)
		}
		if en != c.en {
			t.Errorf("got  %s\nwant %s", en, c.en)
		}
	}
}

// No verdict, however odd, makes a sentence with a z, a p or a number that is
// none.
func TestSentencesAreSound(t *testing.T) {
	for e := -stats.Historical; e <= stats.Historical; e++ {
		for class := stats.Cold99; class <= stats.Hot99; class++ {
			for _, expected := range []float64{0, 1e-9, 0.03, 1234567} {
				for _, measure := range []Measure{OwnTimes, ByBase, Evenly} {
					v := Verdict{Around: 5, Expected: expected, Members: 2, Class: class, Z: math.NaN(), P: math.NaN(), Rate: math.NaN()}
					zh, en := v.Sentence(Telling{Measure: measure, Emergence: e})
					for _, sentence := range []string{zh, en} {
						if strings.Contains(sentence, "NaN") || strings.Contains(sentence, "Inf") || strings.Contains(sentence, "%!") {
							t.Fatal(sentence)
						}
					}
				}
			}
		}
	}
}
