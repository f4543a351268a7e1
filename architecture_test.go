// Package sitmap holds no code: this test is the architecture.
package sitmap

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mayImport is the architecture: which rooms each room may look into. A room
// is a top folder with everything below it.
var mayImport = map[string][]string{
	"geo":      {},
	"layers":   {"geo"},
	"tiles":    {"geo", "layers"},
	"data":     {"geo", "layers", "tiles"},
	"frontend": {},
	"api":      {"geo", "layers", "tiles", "frontend"},
	"cmd":      {"geo", "layers", "tiles", "data", "api", "frontend"},
}

// onlyIn keeps a library behind one door.
var onlyIn = map[string]string{
	"github.com/gofiber/":    "api",
	"github.com/valyala/":    "api",
	"github.com/jackc/":      "data/postgis",
	"github.com/twpayne/":    "data/postgis",
	"github.com/uber/h3-go":  "geo/hex",
	"github.com/maypok86/":   "tiles",
	"github.com/alecthomas/": "cmd",
	"github.com/getkin/":     "api",
	"github.com/mochi-mqtt/": "api/ingest",
	"github.com/nats-io/":    "data/stream",
	"github.com/hanwen/":     "data/forgetful",
	"modernc.org/":           "data/archive",
	"sitmap/layers/catalog":  "cmd", // everyone else is handed a layers.Catalog
	"net/http":               "api", // a request is the api's business
}

// alsoIn is a second door, for a library that two rooms need.
var alsoIn = map[string]string{
	"github.com/maypok86/": "api", // tiles of a foreign basemap, kept beside our own
}

// testsMay lists what tests may import beyond their room: a test of the api
// or of the intake runs on the real store and the real catalogue.
var testsMay = []string{"sitmap/layers/catalog", "sitmap/data", "sitmap/tiles", "sitmap/frontend", "net/http", "github.com/jackc/", "github.com/getkin/", "github.com/gofiber/"}

// helpers serve tests: they obey the rules of tests, and only tests import them.
var helpers = []string{"data/embedded/pgtest", "data/forgetful", "tiles/mvt/mvttest"}

func TestArrows(t *testing.T) {
	for _, file := range goFiles(t) {
		test := strings.HasSuffix(file, "_test.go")
		room, _, inRoom := strings.Cut(file, "/")
		if !inRoom {
			continue
		}
		allowed, known := mayImport[room]
		if !known {
			t.Errorf("%s: %s is not a room; the rooms are geo layers tiles data api frontend cmd (see ARCHITECTURE.md)", file, room)
			continue
		}
		test = test || slices.Contains(helpers, path.Dir(file))
		for _, imported := range importsOf(t, file) {
			if rest, ours := strings.CutPrefix(imported, "sitmap/"); ours && !test && slices.Contains(helpers, rest) {
				t.Errorf("%s imports %s, which is for tests (see ARCHITECTURE.md)", file, imported)
			}
			if test && hasAnyPrefix(imported, testsMay) {
				continue
			}
			if rest, ours := strings.CutPrefix(imported, "sitmap/"); ours {
				other, _, _ := strings.Cut(rest, "/")
				if other != room && !slices.Contains(allowed, other) {
					t.Errorf("%s imports %s: %s may look only into %v (see ARCHITECTURE.md)", file, imported, room, allowed)
				}
			}
			for library, door := range onlyIn {
				if second := alsoIn[library]; second != "" && strings.HasPrefix(file, second+"/") {
					continue
				}
				if strings.HasPrefix(imported, library) && !strings.HasPrefix(file, door+"/") {
					t.Errorf("%s imports %s, which lives in %s only (see ARCHITECTURE.md)", file, imported, door)
				}
			}
		}
	}
}

var pathInDocs = regexp.MustCompile("`([a-z0-9_.{}/-]+/[A-Za-z0-9_.{}/-]*|[a-z_]+\\.(?:go|md|yaml))`")

// Every path that ARCHITECTURE.md and README.md name in back quotes exists.
func TestDocumentsNameRealPaths(t *testing.T) {
	for _, document := range []string{"ARCHITECTURE.md", "README.md"} {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range pathInDocs.FindAllStringSubmatch(string(text), -1) {
			name := strings.TrimSuffix(match[1], "/")
			if strings.HasPrefix(name, "/") || strings.Contains(name, "{") || generated(name) {
				continue // a route or a file that the build makes
			}
			if _, err := os.Stat(name); err != nil {
				t.Errorf("%s names %s, which does not exist", document, match[1])
			}
		}
	}
}

func generated(name string) bool {
	return hasAnyPrefix(name, []string{"bin/", "bin", "var", "frontend/dist"})
}

// ARCHITECTURE.md names every room and every package.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range goFiles(t) {
		dir := path.Dir(file)
		if dir == "." || seen[dir] || strings.HasSuffix(file, "_test.go") {
			continue
		}
		seen[dir] = true
		if !strings.Contains(string(text), "`"+dir+"`") && !strings.Contains(string(text), "`"+dir+"/`") {
			t.Errorf("ARCHITECTURE.md does not say what %s is for", dir)
		}
	}
}

// nested tells whether the folder is a module of its own, such as bench: it is
// no room of the program, nothing here can import it, and what it needs to
// measure us from outside is its own affair.
func nested(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil && folder != "."
}

func goFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && name != "."
		if entry.IsDir() && (hidden || slices.Contains([]string{"node_modules", "var", "bin", "dist"}, entry.Name()) || nested(name)) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".go") {
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func importsOf(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, spec := range parsed.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, `"`))
	}
	return paths
}

func hasAnyPrefix(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// A word of the glossary has one line, so that it has one meaning.
func TestGlossaryHasEachWordOnce(t *testing.T) {
	text, err := os.ReadFile("docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		columns := strings.Split(line, "|")
		if len(columns) < 5 || strings.HasPrefix(columns[1], "---") {
			continue
		}
		if seen[columns[1]] {
			t.Errorf("docs/glossary.md explains%stwice", columns[1])
		}
		seen[columns[1]] = true
	}
}
