package api_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/api"
	"sitmap/layers/access"
	"sitmap/layers/tally"
)

// passing is what differs between two answers to the same question: the time, and
// the number of the request.
var passing = regexp.MustCompile(`"(requestId|timeStamp)":"[^"]*"`)

// Whoever has no case rights gets the same bytes, whatever happens to single
// cases: everything the walk asks is asked before and after a case was moved to
// another village and another changed its stage. A case that appears changes the
// number of the whole city, which is always exact, and nothing else.
func TestSingleCasesDoNotShow(t *testing.T) {
	t.Parallel() // the long ones share the processors when the others are done
	at := time.Date(2016, 10, 1, 0, 0, 0, 0, time.UTC)
	var counts *tally.Server
	d := open(t, counting(t), func(o *api.Options) {
		counts = o.Counts
		o.App, o.Basemap, o.Clock = app, &aBasemap, func() time.Time { return at }
	})
	readers := []who{{access.Viewer, county}, {access.Leader, city}, {access.Auditor, ""}}
	record := func() map[string]string {
		answers := map[string]string{}
		for _, op := range contract(t) {
			if op.id == "metrics" || op.id == "login" { // they tell of the asking itself
				continue
			}
			for _, a := range walk()[op.id] {
				for _, w := range readers {
					got := d.call(w, op.method, a.path, a.body)
					head := fmt.Sprint(got.status, got.header.Get("Etag"), got.header.Get("Content-Length"), got.header.Get("Link"))
					if got.status >= http.StatusBadRequest {
						head = fmt.Sprint(got.status)
					}
					answers[w.String()+" "+op.method+" "+a.path+" "+a.body] = head + passing.ReplaceAllString(string(got.body), "")
				}
			}
		}
		return answers
	}
	conn, err := pgx.Connect(t.Context(), d.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	change := func(edits ...string) {
		for _, edit := range edits {
			if tag, err := conn.Exec(t.Context(), edit); err != nil || tag.RowsAffected() != 1 {
				t.Fatalf("%s: %d rows, %v", edit, tag.RowsAffected(), err)
			}
		}
		states, err := d.store.States(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := counts.Reach(t.Context(), "dispute", states["dispute"].Version); err != nil {
			t.Fatal(err)
		}
		if err := counts.Publish(t.Context(), "dispute"); err != nil {
			t.Fatal(err)
		}
	}
	before := record()
	change(`update event set geom = ST_SetSRID(ST_MakePoint(102.41, 37.76), 4326), area = 620602001002000 where layer = 'dispute' and id = 'SECRET620602-dispute-620602001001-0'`,
		`update event set status = 'supervised' where layer = 'dispute' and id = 'SECRET620622-dispute-620622001002-1'`)
	for question, answer := range record() {
		if answer != before[question] {
			t.Errorf("%s\nbefore %.600s\nafter  %.600s", strings.TrimSpace(question), before[question], answer)
		}
	}
	if got := d.get(analyst, "/ogc/collections/dispute/items?status=supervised&area=620622").json(t)["numberMatched"]; got != 0.0 {
		t.Errorf("the county's analyst sees %v of the neighbour's", got)
	}
	change(`insert into event_key select layer, 'another', 900, at from event_key where layer = 'dispute' and id = 'SECRET620622-dispute-620622001002-2'`)
	change(`insert into event (layer, id, fid, at, category, status, geom, props, area, cell, batch, synthetic) select layer, 'another', 900, at, category, status, geom, props, area, cell, batch, synthetic
			from event where layer = 'dispute' and id = 'SECRET620622-dispute-620622001002-2'`)
	told := 0
	for question, answer := range record() {
		switch {
		case answer == before[question]:
		case strings.Contains(question, "dispute") && strings.Contains(question, "/api/") || strings.Contains(question, "/catalog") || strings.Contains(question, "/api/live"):
			told++
		default:
			t.Errorf("%s\nbefore %.600s\nafter  %.600s", strings.TrimSpace(question), before[question], answer)
		}
	}
	if told == 0 {
		t.Error("nobody is told of the city's new number")
	}
}
