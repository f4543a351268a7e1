package mvttest

import (
	"os"
	"path/filepath"
	"testing"
)

// Modules is the folder of the frontend's npm packages. With -short the test
// is skipped; without the packages it fails and says the cure.
func Modules(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the frontend's npm packages, which -short leaves out")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("the test does not run inside the checkout")
		}
		dir = up
	}
	modules := filepath.Join(dir, "frontend", "node_modules")
	for _, name := range []string{"mvt-fixtures", "vector-tile"} {
		if _, err := os.Stat(filepath.Join(modules, "@mapbox", name)); err != nil {
			t.Fatalf("@mapbox/%s is missing: run make setup", name)
		}
	}
	return modules
}
