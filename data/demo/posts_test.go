package demo

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

func is(property string, value any) func(f layers.Feature) bool {
	return func(f layers.Feature) bool { return f.Properties[property] == value }
}

func TestUnits(t *testing.T) {
	units := demoCity(t).Layer("unit")
	if n := sum(units, "headcount", is("force", "staff")); n != 3500 {
		t.Errorf("%d full-time staff, want 3500", n)
	}
	if n := sum(units, "headcount", is("force", "guard")); n != 10000 {
		t.Errorf("%d guards, want 10000", n)
	}
	signs := make(map[any]bool)
	for _, f := range units {
		// A unit that moves leaves a track; it must not be one person's.
		moves := strings.Contains("foot vehicle motorcycle", f.Properties["kind"].(string))
		if n := f.Properties["headcount"].(int64); n < 1 || moves && n < 2 {
			t.Errorf("unit %s (%v) has a headcount of %d", f.ID, f.Properties["kind"], n)
		}
		if signs[f.Properties["call_sign"]] {
			t.Errorf("call sign %v is used twice", f.Properties["call_sign"])
		}
		signs[f.Properties["call_sign"]] = true
	}
}

func TestCommittees(t *testing.T) {
	committees := demoCity(t).Layer("committee")
	if n := sum(committees, "mediators", every); n != 9988 {
		t.Errorf("%d mediators, want 9988", n)
	}
	special, city := 0, 0
	for _, f := range committees {
		if f.Properties["kind"] != "area" {
			special++
			if f.Properties["level"] == "city" {
				city++
			}
		}
		if f.Properties["mediators"].(int64) < 3 { // 人民调解法, article 8
			t.Errorf("committee %s has %d mediators", f.ID, f.Properties["mediators"])
		}
	}
	if special != 182 || city != 5 {
		t.Errorf("%d professional and industry committees, %d of the city; want 182 and 5", special, city)
	}
}

func TestCentres(t *testing.T) {
	byLevel := make(map[any][]layers.Feature)
	for _, f := range demoCity(t).Layer("centre") {
		byLevel[f.Properties["level"]] = append(byLevel[f.Properties["level"]], f)
	}
	for level, n := range map[string]int{"city": 1, "county": 4, "township": 102, "village": 1240} {
		if len(byLevel[level]) != n {
			t.Errorf("%d centres of %s level, want %d", len(byLevel[level]), level, n)
		}
	}
	// More than 95 % of 102, more than 80 % of 1,240, 101 with equipment.
	between(t, "township centres built", tally(byLevel["township"], "state")["built"], 97, 102)
	between(t, "village centres built", tally(byLevel["village"], "state")["built"], 993, 1239)
	between(t, "townships with equipment", tally(byLevel["township"], "equipment")["commissioning"], 101, 101)
	reports := tally(byLevel["township"], "report")
	if reports["in"]+reports["late"]+reports["missing"] != 102 || reports["late"] != townReportsLate || reports["missing"] != townReportsMissing {
		t.Errorf("township reports %v", reports)
	}
	for _, f := range byLevel["county"] {
		if f.Properties["video_link"] != "linked" {
			t.Errorf("county centre %s is not linked", f.ID)
		}
	}
}

func TestKeyAreasAndSites(t *testing.T) {
	c := demoCity(t)
	levels := tally(c.Layer("key_area"), "level")
	if levels["province"] != 4 || levels["city"] != 10 || levels["county"] != 34 {
		t.Errorf("key areas by level: %v", levels)
	}
	outlined := 0
	for _, f := range c.Layer("key_area") {
		if _, ok := f.Geometry.(orb.Polygon); ok {
			outlined++
		}
	}
	between(t, "key areas with an outline", outlined, 12, 30)
	kinds := tally(c.Layer("site"), "kind")
	if kinds["blasting"] != 44 || kinds["courier"] != 88 || kinds["logistics"] != 119 {
		t.Errorf("sites by kind: %v", kinds)
	}
	for _, f := range c.Layer("site") {
		for _, check := range []string{"check_receipt", "check_real_name", "check_xray"} {
			if _, has := f.Properties[check]; has != (f.Properties["kind"] != "blasting") {
				t.Errorf("site %s (%v): %s is given %v", f.ID, f.Properties["kind"], check, has)
			}
		}
	}
}

func TestCameras(t *testing.T) {
	cameras := demoCity(t).Layer("camera")
	short, hd, wanted := 0, 0, 0
	urban := make(map[int64]bool)
	for _, f := range demoCity(t).Layer("grid") {
		urban[f.Area] = f.Properties["setting"] == "urban"
	}
	busy := "main_road junction square station commercial key_unit"
	for _, f := range cameras {
		if got, want := f.ID[:6], fmt.Sprint(f.Area)[:6]; got != want {
			t.Errorf("camera %s stands in %s", f.ID, want)
		}
		if f.Properties["retention_days"].(int64) < 30 {
			short++
		}
		if urban[f.Area] && strings.Contains(busy, f.Properties["place_kind"].(string)) {
			wanted++
			if f.Properties["high_definition"] == true {
				hd++
			}
		}
	}
	between(t, "cameras that keep pictures too short", short, 300, 2500)
	if share := float64(hd) / float64(wanted); share < 0.99 {
		t.Errorf("%.3f of the cameras on main roads and in busy places of the towns are sharp, want nearly all", share)
	}
	for _, state := range []string{"working", "faulty", "offline", "building"} {
		if tally(cameras, "state")[state] == 0 {
			t.Errorf("no camera is %s", state)
		}
	}
}

// The words of places that cameras must not watch, or that would profile, do
// not occur in any name.
func TestNoForbiddenPlaces(t *testing.T) {
	for _, l := range demoCity(t).Layers {
		for _, f := range l.Features {
			name, _ := f.Properties["name"].(string)
			for _, word := range []string{"寺", "庙", "教堂", "清真", "浴", "宿舍", "客房", "更衣", "军", "信访"} {
				if strings.Contains(name, word) {
					t.Errorf("%s %s is called %s", l.Layer, f.ID, name)
				}
			}
		}
	}
}
