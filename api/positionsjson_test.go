package api

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"sitmap/layers/live"
)

// described is how openapi.yaml describes the body of /api/positions.
func describedFixes(t testing.TB) *openapi3.Schema {
	t.Helper()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range c.operations {
		if op.ID == "positions" {
			return op.Body
		}
	}
	t.Fatal("no operation positions")
	return nil
}

// plainly reads a body the slow way: by the checks of every other route and the
// standard library.
func plainly(body []byte, schema *openapi3.Schema) ([]live.Fix, error) {
	if err := checkJSON(body); err != nil {
		return nil, err
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, err
	}
	if err := schema.VisitJSON(value, openapi3.VisitAsRequest()); err != nil {
		return nil, err
	}
	var read struct {
		Fixes []struct {
			Unit                              string
			Seq                               uint64
			At                                time.Time
			Lon, Lat                          float64
			Speed, Heading, Accuracy, Battery *float64
			SOS                               bool
		}
	}
	if err := json.Unmarshal(body, &read); err != nil {
		return nil, err
	}
	var fixes []live.Fix
	for _, r := range read.Fixes {
		f := live.Fix{Unit: r.Unit, Seq: r.Seq, At: r.At.UTC(), SOS: r.SOS}
		f.Point[0], f.Point[1] = r.Lon, r.Lat
		for k, into := range []*float64{&f.Speed, &f.Heading, &f.Accuracy, &f.Battery} {
			*into = math.NaN()
			if given := []*float64{r.Speed, r.Heading, r.Accuracy, r.Battery}[k]; given != nil {
				*into = *given
			}
		}
		fixes = append(fixes, f)
	}
	return fixes, nil
}

const oneFix = `{"unit":"U1","seq":18446744073709551615,"at":"2026-05-04T20:00:00+08:00","lon":102.6,"lat":-3.79e1,"speed":0,"heading":359.5,"accuracy":5,"battery":1,"sos":true}`

// bodies are right and wrong ones.
var bodies = []string{
	`{"fixes":[` + oneFix + `]}`,
	` { "fixes" : [ {"unit":"\u7532\"","at":"2026-05-04T12:00:00.5Z","lon":1,"lat":2} , ` + oneFix + ` ] } `,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":1,"lat":2,"sos":false}]}`,
	``, `{}`, `[]`, `null`, `{"fixes":null}`, `{"fixes":[]}`, `{"fixes":[{}]}`, `{"fixes":[1]}`, `{"fixes":[` + oneFix + `,]}`, `{"fixes":[` + oneFix + `]}x`,
	`{"fixes":[` + oneFix + `],"more":1}`, `{"fixes":[` + oneFix + `],"fixes":[` + oneFix + `]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":1}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":1,"lat":2,"lat":2}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":1,"lat":2,"name":"x"}]}`,
	`{"fixes":[{"unit":"","at":"2026-05-04T12:00:00Z","lon":1,"lat":2}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04 12:00","lon":1,"lat":2}]}`,
	`{"fixes":[{"unit":"U1","at":1777896000,"lon":1,"lat":2}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":"1","lat":2}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":01,"lat":2}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":1e999,"lat":2}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":NaN,"lat":2}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":1,"lat":2,"seq":-1}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":1,"lat":2,"seq":1.5}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":1,"lat":2,"sos":1}]}`,
	`{"fixes":[{"unit":"U1","at":"2026-05-04T12:00:00Z","lon":1,"lat":2,"speed":null}]}`,
	"{\"fixes\":[{\"unit\":\"U\xff\",\"at\":\"2026-05-04T12:00:00Z\",\"lon\":1,\"lat\":2}]}",
	"{\"fixes\":[{\"unit\":\"U\n\",\"at\":\"2026-05-04T12:00:00Z\",\"lon\":1,\"lat\":2}]}",
	`{"fixes":[{"unit":"` + strings.Repeat("U", 65) + `","at":"2026-05-04T12:00:00Z","lon":1,"lat":2}]}`,
	`{"fixes":[` + strings.Repeat(oneFix+",", 5000) + oneFix + `]}`,
}

// agree compares the quick reader with the slow one.
func agree(t *testing.T, body []byte, schema *openapi3.Schema) {
	t.Helper()
	quick, err := readFixes(body)
	slow, refused := plainly(body, schema)
	if (err == nil) != (refused == nil) {
		t.Fatalf("%.200q: read quickly %v, read plainly %v", body, err, refused)
	}
	if err == nil && fmt.Sprint(quick) != fmt.Sprint(slow) {
		t.Fatalf("%.200q: read quickly\n%v\nread plainly\n%v", body, quick, slow)
	}
}

func TestFixesAreReadAsDescribed(t *testing.T) {
	schema := describedFixes(t)
	for _, body := range bodies {
		agree(t, []byte(body), schema)
	}
	for _, k := range []int{0, 1, 2} {
		if _, err := readFixes([]byte(bodies[k])); err != nil {
			t.Errorf("%s: %v", bodies[k], err)
		}
	}
	if _, err := readFixes([]byte(`{"fixes":[` + oneFix + `,{"unit":"U1","at":"x","lon":1,"lat":2}]}`)); err == nil || !strings.Contains(err.Error(), "fixes.1.at") {
		t.Errorf("a wrong time is told as %v", err)
	}
}

func FuzzFixes(f *testing.F) {
	for _, body := range bodies {
		if len(body) < 2000 {
			f.Add([]byte(body))
		}
	}
	schema := describedFixes(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		// Left out is where the two may differ: members whose capitals the
		// standard library forgives, whole numbers written as fractions, and
		// surrogates that it mends.
		text := string(body)
		if strings.ToLower(text) != text && !strings.ContainsAny(text, "TZ") || strings.Contains(text, `\`) || strings.Contains(text, `"seq":`) && !wholeSeq(text) {
			t.Skip()
		}
		agree(t, body, schema)
	})
}

// wholeSeq tells whether every seq is written as a plain whole number.
func wholeSeq(text string) bool {
	parts := strings.Split(text, `"seq":`)[1:]
	return !slices.ContainsFunc(parts, func(s string) bool {
		end := strings.IndexAny(s, ",}")
		return end < 0 || strings.Trim(s[:end], "0123456789 ") != "" || len(strings.TrimSpace(s[:end])) > 15
	})
}

func BenchmarkReadFixes(b *testing.B) {
	body := []byte(`{"fixes":[` + strings.Repeat(oneFix+",", 499) + oneFix + `]}`)
	for b.Loop() {
		if _, err := readFixes(body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*500), "ns/fix")
}
