package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

type tideSeen struct {
	Version uint64
	From    string
	Grids   []int64
	Minutes []int
	Visits  []int
	FIDs    []int32
	Risk    []float64
	Said    struct{ From string } `json:"riskFrom"`
}

// codes are the grids' codes, and which of them were visited.
func (s tideSeen) codes() (all []string, visited string) {
	at := int64(0)
	for k, d := range s.Grids {
		at += d
		all = append(all, fmt.Sprintf("%015d", at))
		if s.Minutes[k] >= 0 {
			visited += all[k] + " "
		}
	}
	return all, strings.TrimSpace(visited)
}

func ask[T any](t *testing.T, d *door, w who, path string) (body T) {
	t.Helper()
	got := d.get(w, path)
	if err := json.Unmarshal(got.body, &body); err != nil || got.status != 200 {
		t.Fatalf("%s as %s: %d %.300s", path, w, got.status, got.body)
	}
	return body
}

// event is the next event's name and data.
func (r *reader) event() (name, data string) {
	r.t.Helper()
	got, err := nextEvent(r.stream)
	if err != nil {
		r.t.Fatal(err)
	}
	return got["event"], got["data"]
}

// The city sees all its grids and two of them visited; a county's dispatcher the own
// ones alone, by page, one by one, and on the stream.
func TestTide(t *testing.T) {
	change, _ := patrols(t)
	d := open(t, counting(t), change)
	r := d.read(t, dispatcher)
	if name, data := r.event(); name != "hello" || !strings.Contains(data, `"tide":{"version":`) {
		t.Fatalf("%s says %s", name, data)
	}
	all := who{access.Device, ""}
	for _, p := range []place{places[3], places[7]} {
		if got := verdictsOf(t, d.call(all, "POST", "/api/positions", sent(p, 0, 1, 1, false))); got != "kept" {
			t.Fatal(got)
		}
	}
	own, others := idOf(catalog.Grid, places[3], 0), idOf(catalog.Grid, places[7], 0)
	var news struct {
		Tide struct{ Grids, Last []int64 }
	}
	for len(news.Tide.Grids) == 0 {
		name, data := r.event()
		if strings.Contains(data, others) {
			t.Fatalf("told of another county: %s %s", name, data)
		}
		if name == "tide" {
			if err := json.Unmarshal([]byte(data), &news); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := fmt.Sprint(news.Tide.Grids); got != "["+own+"]" || time.Since(time.Unix(news.Tide.Last[0], 0)).Abs() > time.Hour {
		t.Errorf("the stream tells %s, %v", got, news.Tide.Last)
	}
	if grids, visited := ask[tideSeen](t, d, who{access.Viewer, city}, "/api/tide").codes(); len(grids) != 8 || visited != own+" "+others {
		t.Errorf("the city: %v, visited %s", grids, visited)
	}
	mine := ask[tideSeen](t, d, dispatcher, "/api/tide")
	if grids, visited := mine.codes(); len(grids) != 2 || visited != own || len(mine.FIDs) != 2 || mine.Said.From != "published" {
		t.Errorf("the county: %+v", mine)
	}
	if analyst := ask[tideSeen](t, d, who{access.Analyst, county}, "/api/tide"); analyst.Said.From != "cases" {
		t.Errorf("with case rights the weights are %q", analyst.Said.From)
	}
	// The county's own units visited it; those of the sibling are another's.
	if grids, _ := ask[tideSeen](t, d, dispatcher, "/api/tide?area="+sibling).codes(); len(grids) != 0 {
		t.Errorf("another county: %v", grids)
	}
	window := ask[tideSeen](t, d, dispatcher, "/api/tide?within=PT2H&columns=minutes")
	for range 100 { // windows end at even seconds, so that one answer is for all who ask
		if window.Visits[0]+window.Visits[1] > 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
		window = ask[tideSeen](t, d, dispatcher, "/api/tide?within=PT2H&columns=minutes")
	}
	if _, visited := window.codes(); visited != own || window.From == "" || window.Visits[0]+window.Visits[1] != 1 || window.FIDs != nil {
		t.Errorf("in two hours: %+v", window)
	}
	type gapsSeen struct {
		Grids, Total, Next int
		Gaps               []struct {
			Code    string
			Idle    *float64
			Nearest *struct {
				Unit   string
				Metres float64
			}
		}
	}
	gaps := ask[gapsSeen](t, d, dispatcher, "/api/tide/gaps?idle=PT4H")
	if gaps.Grids != 2 || gaps.Total != 1 || len(gaps.Gaps) != 1 || gaps.Gaps[0].Code == own || gaps.Gaps[0].Idle != nil || gaps.Gaps[0].Nearest == nil || gaps.Gaps[0].Nearest.Metres < 100 {
		t.Errorf("gaps %+v", gaps)
	}
	var pages []string
	for after := 0; ; {
		page := ask[gapsSeen](t, d, who{access.Viewer, city}, fmt.Sprintf("/api/tide/gaps?limit=4&order=idle&after=%d", after))
		for _, g := range page.Gaps {
			pages = append(pages, g.Code)
		}
		if after = page.Next; after == 0 {
			break
		}
	}
	if len(pages) != 6 || strings.Contains(strings.Join(pages, " "), own) {
		t.Errorf("page by page: %v", pages)
	}
	type gridSeen struct {
		Code   string
		Row    struct{ Visits int }
		Visits []struct{ Unit string }
	}
	if g := ask[gridSeen](t, d, dispatcher, "/api/tide/"+own); g.Code != own || g.Row.Visits != 1 || len(g.Visits) != 1 || g.Visits[0].Unit != idOf(catalog.Unit, places[3], 0) {
		t.Errorf("one grid: %+v", g)
	}
	for path, want := range map[string]int{
		"/api/tide/" + others: 404, "/api/tide/000000000000000": 404, "/api/tide/62060200100100x": 404, "/api/tide/620602": 400, "/api/tide/" + own + "?within=P3D": 400,
		"/api/tide?within=P3D": 400, "/api/tide?columns=some": 400, "/api/tide/gaps?idle=P8D": 400, "/api/tide/gaps?limit=0": 400, "/api/tide/gaps?idle=PTH": 400,
		"/api/coverage?layer=unit&dose=PT10M": 400, "/api/coverage?layer=unit&dose=PT16M/PT10M": 400, "/api/coverage?layer=unit&every=PT1M": 400,
		"/api/coverage?layer=unit&from=2016-09-01&within=PT2H": 400, "/api/coverage?layer=unit&from=yesterday": 400, "/api/coverage?layer=unit&from=2016-09-01": 400,
		"/api/coverage?layer=unit&dose=PT5M/PT10M&every=PT30M&top=1": 200,
	} {
		if got := d.get(dispatcher, path); got.status != want {
			t.Errorf("%s: %d, want %d: %s", path, got.status, want, got.body)
		}
	}
}
