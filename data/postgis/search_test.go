package postgis_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"sitmap/data/postgis"
	"sitmap/layers"
)

func TestSearch(t *testing.T) {
	s := city(t)
	// What is typed, and the hit that must come first.
	for text, want := range map[string]string{
		"古浪":                   "area 620622",
		"浪县":                   "area 620622",
		"gulang":               "area 620622",
		"GuLang Xian":          "area 620622",
		"glx":                  "area 620622",
		"ｇｌｘ":                  "area 620622", // full-width letters
		"620622":               "area 620622",
		"东关0村":                 "area 620621100200",
		"东大街7号":                "camera 62060200001320000007",
		"ddj399h":              "camera 62060200001320000399",
		"62060200001320000012": "camera 62060200001320000012",
		"lianhuo":              "road r2",
		"chang cheng":          "road r1",
		"zhoubian":             "key_area k1", // within the word
		"第":                    "",
		"不存在":                  "",
	} {
		found, err := s.Search(t.Context(), text, 5, all)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(found) > 0 {
			got = found[0].Layer + " " + found[0].ID
		}
		if got != want {
			t.Errorf("%q finds %q first, want %q", text, got, want)
		}
	}
}

// Areas come before what lies in them, wider ones first; a hit says where it is.
func TestSearchOrderAndPlace(t *testing.T) {
	s := city(t)
	found, err := s.Search(t.Context(), "dong", 50, all)
	if err != nil || len(found) != 50 {
		t.Fatalf("%d hits (%v)", len(found), err)
	}
	for i, f := range found {
		if wantArea := i < 8; (f.Layer == "area") != wantArea {
			t.Errorf("hit %d is %s %s", i, f.Layer, f.ID)
		}
	}
	village := found[0]
	if village.Level != layers.Village || village.Where != "武威市 · 民勤县 · 甲0镇" || village.Bounds == nil || *village.Bounds != (layers.BoundsBox{102, 37, 103, 37.5}) {
		t.Errorf("%+v", village)
	}
	camera := found[8]
	if camera.Where != "武威市 · 民勤县 · 甲0镇 · 东关0村" || camera.Lon != 102.05 || camera.Lat != 37.05 || camera.Bounds != nil || camera.Title != "东大街0号" {
		t.Errorf("%+v", camera)
	}
}

func TestSearchFollowsChanges(t *testing.T) {
	s := city(t)
	rows := keyAreas()[:1]
	rows[0].Feature.Properties = with(rows[0].Feature.Properties, "name", "北门广场")
	mustLoad(t, s, layers.Batch{Layer: "key_area", City: "6206"}, rows)
	if found, err := s.Search(t.Context(), "车站", 5, all); err != nil || len(found) != 0 {
		t.Errorf("the old name finds %v (%v)", found, err)
	}
	if found, err := s.Search(t.Context(), "bmgc", 5, all); err != nil || len(found) != 1 {
		t.Errorf("the new name finds %v (%v)", found, err)
	}
}

// One road of many stretches is one hit in each county.
func TestRoadsAreFoundOnce(t *testing.T) {
	s := city(t)
	var rows []layers.Feature
	for i, g := range []layers.Staged{roads()[0], roads()[0], roads()[2]} {
		f := g.Feature
		f.ID = []string{"s1", "s2", "s3"}[i]
		f.Properties = with(f.Properties, "name", "丝路大道")
		rows = append(rows, f)
	}
	mustLoad(t, s, layers.Batch{Layer: "road", City: "6206"}, staged(rows...))
	if found, err := s.Search(t.Context(), "丝路", 50, all); err != nil || len(found) != 2 {
		t.Errorf("%v (%v)", found, err)
	}
}

// What means something to LIKE means nothing to a search.
func TestWildcardsAreHarmless(t *testing.T) {
	s := city(t)
	for _, text := range []string{"%", "_", `\`, "%%%%", "东%号", "东_街", "'", `"; drop table area; --`, "\x00", "\xff\xfe", strings.Repeat("%_", 5000), "\n", "\n\n", ""} {
		found, err := s.Search(t.Context(), text, 5, all)
		if err != nil || len(found) != 0 {
			t.Errorf("%.20q finds %v (%v)", text, found, err)
		}
	}
	rows := keyAreas()[:1]
	rows[0].Feature.Properties = with(rows[0].Feature.Properties, "name", `100%_\安全`)
	mustLoad(t, s, layers.Batch{Layer: "key_area", City: "6206"}, rows)
	for _, text := range []string{"100%", "%_", `_\安`, `\`} {
		if found, err := s.Search(t.Context(), text, 5, all); err != nil || len(found) != 1 {
			t.Errorf("%q finds %v (%v), want the one thing of that name", text, found, err)
		}
	}
}

func TestPinyin(t *testing.T) {
	for text, want := range map[string][2]string{
		"武威市":     {"wuweishi", "wws"},
		"第3网格（东）": {"di3wanggedong", "d3wgd"},
		"G30 高速":  {"g30gaosu", "g30gs"},
		"吕家庄":     {"lvjiazhuang", "ljz"},
		"长城银行":    {"changchengyinhang", "ccyh"},
		"天祝藏族自治县": {"tianzhuzangzuzizhixian", "tzzzzzx"},
		"Boston":  {"", ""},
		"":        {"", ""},
	} {
		full, initials := postgis.ToPinyin(text)
		if full != want[0] || initials != want[1] {
			t.Errorf("%s is spelt %s and %s, want %s and %s", text, full, initials, want[0], want[1])
		}
	}
}

// Whatever somebody types, a search answers.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"古浪", "%_\\", "\x00", "\xff", "ＡＢ c", "\u202e", strings.Repeat("东", 300)} {
		f.Add(seed, 5)
	}
	s := city(f)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		found, err := s.Search(t.Context(), text, limit, west)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > max(0, min(limit, 50)) {
			t.Errorf("%d hits, %d wanted", len(found), limit)
		}
		for _, h := range found {
			if h.Layer == "dispute" || !utf8.ValidString(h.Title) {
				t.Errorf("%+v", h)
			}
		}
	})
}
