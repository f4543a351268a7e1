package pgtest_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
)

func query(t testing.TB, url, sql string) string {
	t.Helper()
	bin, err := embedded.FindBinaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), bin.Path("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", sql, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestEachTestHasADatabaseOfItsOwnWithPostGIS(t *testing.T) {
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			query(t, url, "CREATE TABLE mine AS SELECT ST_MakePoint(102.64, 37.93) AS geom")
			if got := query(t, url, "SELECT ST_AsText(geom) FROM mine"); got != "POINT(102.64 37.93)" {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestATemplateIsFilledOnceAndCopiedForEachTest(t *testing.T) {
	filled := 0
	fill := func(ctx context.Context, url string) error {
		filled++
		query(t, url, "CREATE TABLE stock (n int); INSERT INTO stock VALUES (7)")
		return nil
	}
	for i := range 3 {
		url := pgtest.Database(t, t.Name(), fill)
		query(t, url, "INSERT INTO stock VALUES (1)")
		if got := query(t, url, "SELECT sum(n) FROM stock"); got != "8" {
			t.Errorf("copy %d holds %s, want 7 of the template and 1 of its own", i, got)
		}
	}
	if filled > 1 {
		t.Errorf("the template was filled %d times", filled)
	}
}

// TestHelper is no test: it is a test process that another test starts and kills.
func TestHelper(t *testing.T) {
	if os.Getenv("SITMAP_TEST_HELPER") == "" {
		t.Skip("only run by other tests")
	}
	url := pgtest.Database(t, "shared", func(ctx context.Context, url string) error {
		query(t, url, "CREATE TABLE made AS SELECT clock_timestamp() AS at")
		return nil
	})
	fmt.Println("made", query(t, url, "SELECT at FROM made"))
	select {}
}

func TestProcessesShareTheClusterAndTheLastOneGoneEndsIt(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL, which -short leaves out")
	}
	dir := pgtest.Dir(t)
	var helpers []*exec.Cmd
	var made []string
	defer func() {
		for _, h := range helpers {
			_ = h.Process.Kill()
			_ = h.Wait()
		}
		if out := left(dir); len(out) > 0 {
			t.Errorf("left running: %v", out)
		}
	}()
	outputs := make(chan string)
	for range 2 { // at once, so that both want to be the first
		h := exec.Command(os.Args[0], "-test.run=^TestHelper$")
		h.Env = append(os.Environ(), "SITMAP_TEST_HELPER=1", "SITMAP_TEST_PG="+dir)
		out, err := h.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Start(); err != nil {
			t.Fatal(err)
		}
		helpers = append(helpers, h)
		go func() {
			line, _ := bufio.NewReader(out).ReadString('\n')
			outputs <- line
		}()
	}
	for range helpers {
		made = append(made, <-outputs)
	}
	if made[0] != made[1] || !strings.HasPrefix(made[0], "made ") {
		t.Fatalf("the template was not made once for both: %q", made)
	}
	postgres := func() (n int) {
		for _, p := range left(dir) {
			if strings.Contains(p, "postgresql.conf") {
				n++
			}
		}
		return n
	}
	if n := postgres(); n != 1 {
		t.Fatalf("%d clusters run: %v", n, left(dir))
	}
	_ = helpers[0].Process.Kill()
	_ = helpers[0].Wait()
	time.Sleep(300 * time.Millisecond) // the watchman must not think that nobody is left
	if n := postgres(); n != 1 {
		t.Errorf("%d clusters run for the second process", n)
	}
	_ = helpers[1].Process.Kill()
	_ = helpers[1].Wait()
	for end := time.Now().Add(time.Minute); len(left(dir)) > 0 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
		t.Error("the cluster's folder is left")
	}
}

// left are the command lines of the processes that name the folder.
func left(dir string) (lines []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil && strings.Contains(string(b), dir) {
			lines = append(lines, strings.ReplaceAll(string(b), "\x00", " "))
		}
	}
	return lines
}
