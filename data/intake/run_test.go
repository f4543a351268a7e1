package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"sitmap/data/format"
	"sitmap/data/intake"
	"sitmap/layers"
	"sitmap/layers/catalog"
)

// hazards is a table of n hazards in Wuwei; every tenth has a wrong grade.
func hazards(n int) string {
	var b strings.Builder
	b.WriteString("id,name,category,grade,state,lon,lat\n")
	for i := range n {
		grade := "general"
		if i%10 == 9 {
			grade = "huge"
		}
		fmt.Fprintf(&b, "h%d,仓库,fire,%s,open,102.%06d,37.9\n", i, grade, i)
	}
	return b.String()
}

func run(ctx context.Context, store intake.Store, content string) (intake.Report, error) {
	return intake.Run(ctx, intake.Request{Layer: "hazard", File: format.Bytes("x.csv", []byte(content))}, store, catalog.All)
}

// A long file goes to the store in chunks; the report keeps the first problems
// and counts all of them.
func TestALongFile(t *testing.T) {
	store := &recorder{cities: []layers.CityInfo{wuwei()}}
	report, err := run(t.Context(), store, hazards(12_345))
	if err != nil {
		t.Fatal(err)
	}
	if report.Rows != 12_345 || report.Rejected != 1_234 || report.Stored != 11_111 {
		t.Errorf("got %d rows, %d rejected, %d stored", report.Rows, report.Rejected, report.Stored)
	}
	if len(report.Problems) != 100 || report.Problems[0].Row != 10 || report.Problems[99].Row != 1000 {
		t.Errorf("got %d problems", len(report.Problems))
	}
	if len(report.Faults) != 1 || report.Faults[0] != (intake.Fault{Column: "grade", Fault: "not in the code list", Count: 1_234, First: 10}) {
		t.Errorf("got the faults %+v", report.Faults)
	}
	if n := len(store.last().rejects); n != 1_234 {
		t.Errorf("the store keeps %d problems", n)
	}
	if info := store.last().info; info.SHA256 == "" || info.City != "6206" || info.CRS != "EPSG:4326" || info.At.IsZero() {
		t.Errorf("the batch is %+v", info)
	}
}

// Whatever step fails, the batch is discarded and the reason comes out.
func TestFailuresDiscard(t *testing.T) {
	for _, step := range []string{"put", "reject", "check", "apply"} {
		t.Run(step, func(t *testing.T) {
			broken := fmt.Errorf("disk full: %w", layers.ErrUnavailable)
			store := &recorder{cities: []layers.CityInfo{wuwei()}, fail: func(at string) error {
				if at == step {
					return broken
				}
				return nil
			}}
			report, err := run(t.Context(), store, hazards(3000))
			if !errors.Is(err, layers.ErrUnavailable) || report.Applied || store.last().finished != "discarded" {
				t.Errorf("got %v, applied %t, %s", err, report.Applied, store.last().finished)
			}
		})
	}
	store := &recorder{cities: []layers.CityInfo{wuwei()}, fail: func(string) error { return layers.ErrConflict }}
	if _, err := run(t.Context(), store, hazards(3)); !errors.Is(err, layers.ErrConflict) || len(store.batches) != 0 {
		t.Errorf("begin: got %v", err)
	}
}

// An import that is cancelled leaves nothing, whenever that happens.
func TestCancellation(t *testing.T) {
	for _, step := range []string{"begin", "put", "check"} {
		ctx, cancel := context.WithCancel(t.Context())
		store := &recorder{cities: []layers.CityInfo{wuwei()}}
		store.fail = func(at string) error {
			if at == step {
				cancel()
				return nil
			}
			return ctx.Err() // as a store that heeds the context
		}
		report, err := run(ctx, store, hazards(20_000))
		if !errors.Is(err, context.Canceled) || report.Applied || store.last().finished != "discarded" {
			t.Errorf("%s: got %v, applied %t, %s", step, err, report.Applied, store.last().finished)
		}
		cancel()
	}
}

// A damaged file stores nothing of its sound beginning.
func TestADamagedFile(t *testing.T) {
	store := &recorder{cities: []layers.CityInfo{wuwei()}}
	_, err := run(t.Context(), store, hazards(1500)+"\"h9,\n\n\n")
	if !errors.Is(err, layers.ErrInvalid) || store.last().finished != "discarded" {
		t.Errorf("got %v, %s", err, store.last().finished)
	}
	if !strings.Contains(fmt.Sprint(err), "row 1501") {
		t.Errorf("%v does not name the row", err)
	}
}

// The report speaks both languages, and as JSON it keeps its names.
func TestReport(t *testing.T) {
	store := &recorder{cities: []layers.CityInfo{wuwei()}}
	report, err := intake.Run(t.Context(), intake.Request{Layer: "hazard", File: format.Bytes("隐患.csv", []byte(
		"id,name,category,grade,state,lon,lat,姓名,备注\n"+
			"1,仓库,fire,general,open,102.64,37.93,张三,x\n2,仓库,fire,huge,open,102.64,37.93,,\n"))}, store, catalog.All)
	if err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	if err := report.Write(&printed); err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "testdata/report.txt", printed.String())
	asJSON, err := json.MarshalIndent(report, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "testdata/report.json", string(asJSON)+"\n")
	if strings.Contains(printed.String()+string(asJSON), "张三") {
		t.Error("the report repeats what stood in a column that was left out")
	}
}

func checkGolden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("SITMAP_BLESS") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(file); err != nil || got != string(want) {
		t.Errorf("got\n%s\nwant the content of %s (%v); SITMAP_BLESS=1 writes it anew", got, file, err)
	}
}
