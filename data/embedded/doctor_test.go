package embedded_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
)

func found(t *testing.T, checks []embedded.Check, name string) embedded.Check {
	t.Helper()
	for _, c := range checks {
		if c.Name.En == name {
			return c
		}
	}
	t.Fatalf("no check of %q in %+v", name, checks)
	return embedded.Check{}
}

func TestDoctorFindsAMachineThatWillDo(t *testing.T) {
	needsPostgreSQL(t)
	dir := filepath.Join(pgtest.Dir(t), "var")
	checks := embedded.Doctor(t.Context(), quick(dir), "127.0.0.1:0")
	for _, c := range checks {
		if c.Needed && !c.OK {
			t.Errorf("%s: %s; %s", c.Name.En, c.Found.En, c.Cure.En)
		}
		if c.Name.Zh == "" || c.Found.Zh == "" || c.Found.En == "" || c.OK != (c.Cure.En == "") {
			t.Errorf("%+v lacks words", c)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("looking has made the folder")
	}

	c := start(t, quick(dir))
	running := found(t, embedded.Doctor(t.Context(), quick(dir), ""), "database")
	if !running.OK || !strings.Contains(running.Found.En, "running (process") {
		t.Errorf("beside a server: %+v", running)
	}
	stop(t, c)
}

func TestDoctorNamesTheCures(t *testing.T) {
	file := filepath.Join(pgtest.Dir(t), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	t.Setenv("SITMAP_PG_BIN", t.TempDir())
	o := quick(filepath.Join(file, "var")) // below a file there can be no folder
	o.Port = taken.Addr().(*net.TCPAddr).Port
	checks := embedded.Doctor(t.Context(), o, taken.Addr().String())
	for name, cure := range map[string]string{
		"PostgreSQL":    "apt-get install postgresql-postgis",
		"data folder":   "--var",
		"database port": "another port",
		"web port":      "another port",
	} {
		if c := found(t, checks, name); c.OK || !strings.Contains(c.Cure.En, cure) {
			t.Errorf("%s: %+v, want a cure with %q", name, c, cure)
		}
	}
}
