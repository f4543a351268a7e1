package release

import (
	"fmt"
	"strings"
	"testing"

	"sitmap/layers"
)

// Each unit says in both languages what it is and what to do about it, and never
// a number that it withholds.
func TestExplain(t *testing.T) {
	s, _, _ := small(t, 3)
	name := func(n int64) string { return fmt.Sprint("村", n/1000%1000) }
	tests := []struct {
		u      Unit
		zh, en string
	}{
		{Unit{Count: 12, State: Exact, Why: Own}, "12 件。", "12."},
		{Unit{Areas: []int64{1000, 2000}, Count: 7, State: Exact, Why: Merged}, "村1、村2合计 7 件", "together: 7"},
		{Unit{Areas: []int64{1000, 2000, 3000, 4000, 5000}, Count: 9, State: Exact, Why: Merged}, "等 5 处合计 9 件", "fewer than 5"},
		{Unit{State: Withheld, Why: Beyond}, "查看上一级", "go up a level"},
		{Unit{State: None, Why: Nothing}, "无记录", "None in the whole city"},
	}
	for _, test := range tests {
		zh, en := s.Explain(test.u, name)
		if !strings.Contains(zh, test.zh) || !strings.Contains(en, test.en) {
			t.Errorf("%+v: %s %s", test.u, zh, en)
		}
		if test.u.State == Withheld && strings.ContainsAny(zh+en, "0123456789") {
			t.Errorf("a withheld number is told: %s %s", zh, en)
		}
	}
	units, err := s.Areas(everything(Period{2015 * 12, monthly}), layers.Village)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range units {
		if zh, _ := s.Explain(u, nil); (u.Why == Merged) != strings.Contains(zh, "合并") {
			t.Errorf("%+v: %s", u, zh)
		}
	}
}

// What cannot be right is refused, with what would be.
func TestRefusals(t *testing.T) {
	span := Span{2015 * 12, 2015*12 + 3}
	g, facts := randomCity(1, span, 2, 100)
	build := func(facts []Fact, g *Ground, span Span, rule Rule, previous *Set) error {
		_, _, err := Build(facts, g, span, rule, previous)
		return err
	}
	s, _, err := Build(facts, g, span, Rule{5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	twice := &Ground{City: g.City, Villages: append(g.Villages[:1:1], g.Villages...), Categories: g.Categories}
	for name, err := range map[string]error{
		"a threshold of 2":       build(facts, g, span, Rule{2}, nil),
		"no month":               build(facts, g, Span{span.From, span.From}, Rule{5}, nil),
		"an unknown category":    build([]Fact{{Area: g.Villages[0].Number, Month: span.From, Category: 9, Count: 1}}, g, span, Rule{5}, nil),
		"a negative count":       build([]Fact{{Area: g.Villages[0].Number, Month: span.From, Category: 1, Count: -1}}, g, span, Rule{5}, nil),
		"no village":             build(facts, &Ground{City: g.City, Categories: g.Categories}, span, Rule{5}, nil),
		"a village twice":        build(facts, twice, span, Rule{5}, nil),
		"another rule going on":  build(facts, g, span, Rule{6}, s),
		"a shorter span goes on": build(facts, g, Span{span.From, span.To - 1}, Rule{5}, s),
	} {
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	// A case of a village that the ground lacks is in the city's number only.
	lost := append(facts[:len(facts):len(facts)], Fact{Area: 1, Month: span.From, Category: 1, Count: 2})
	with, report, err := Build(lost, g, span, Rule{5}, nil)
	if err != nil || report.Unplaced != 2 {
		t.Fatalf("%+v %v", report, err)
	}
	city, _ := with.City(everything(Period{span.From, monthly}))
	before, _ := s.City(everything(Period{span.From, monthly}))
	if city != before+2 {
		t.Errorf("the city has %d, without the lost ones %d", city, before)
	}
	for _, q := range []Query{{}, {Periods: []Period{{span.To, 1}}}, {Periods: []Period{{span.From, 1}}, Categories: []uint8{9}}} {
		if _, err := s.Areas(q, layers.Village); err == nil {
			t.Errorf("%+v was answered", q)
		}
	}
	if _, err := s.Areas(everything(Period{span.From, 1}), layers.GridArea); err == nil {
		t.Error("grids were answered")
	}
}

func BenchmarkBuild(b *testing.B) {
	d := demoCity(b)
	for b.Loop() {
		if _, _, err := Build(d.facts, d.ground, demoSpan, Rule{DefaultThreshold}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAreas(b *testing.B) {
	d := demoCity(b)
	s, _, err := Build(d.facts, d.ground, Span{2016 * 12, 2016*12 + 3}, Rule{DefaultThreshold}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Areas(everything(Period{2016 * 12, quarterly}), layers.Village); err != nil {
			b.Fatal(err)
		}
	}
}
