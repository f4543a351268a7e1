package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitmap/layers"
)

// oldest is the first major version of PostgreSQL that will do.
const oldest = 15

// Binaries are the programs of one installed PostgreSQL.
type Binaries struct {
	Dir     string // where postgres, initdb, psql, pg_dump are
	Major   int    // 15
	Version string // "15.20"
	PostGIS string // "3.3.2"; empty when PostGIS is not installed for it
}

// Path is the path of one of the programs.
func (b Binaries) Path(program string) string { return filepath.Join(b.Dir, program) }

// FindBinaries finds the PostgreSQL to run a cluster of the given major version
// with, or the newest one with PostGIS for a major of 0. It looks in
// $SITMAP_PG_BIN alone when that is set, else where Debian and Red Hat put
// PostgreSQL, then on the PATH. The error is a *Fault of kind ErrUnavailable.
func FindBinaries(ctx context.Context, major int) (Binaries, error) {
	found := installed(ctx)
	var best Binaries
	for _, b := range found {
		if b.Major < oldest || major != 0 && b.Major != major {
			continue
		}
		if b.PostGIS != "" {
			return b, nil
		}
		if best.Dir == "" {
			best = b
		}
	}
	switch {
	case best.Dir != "":
		return best, missing(
			fmt.Sprintf("PostgreSQL %d 没有安装 PostGIS", best.Major),
			fmt.Sprintf("PostGIS is not installed for PostgreSQL %d", best.Major),
			fmt.Sprintf("sudo apt-get install postgresql-%d-postgis-3", best.Major))
	case major != 0:
		return Binaries{}, missing(
			fmt.Sprintf("数据库由 PostgreSQL %d 建立，但找不到该版本的程序", major),
			fmt.Sprintf("the cluster was made by PostgreSQL %d, whose programs are missing", major),
			fmt.Sprintf("sudo apt-get install postgresql-%d-postgis-3", major))
	case len(found) > 0:
		return found[0], missing(
			fmt.Sprintf("PostgreSQL %s 太旧，需要 %d 或更高版本", found[0].Version, oldest),
			fmt.Sprintf("PostgreSQL %s is too old; %d or newer is needed", found[0].Version, oldest),
			"sudo apt-get install postgresql-postgis")
	}
	return Binaries{}, missing("找不到 PostgreSQL", "PostgreSQL is not installed",
		"sudo apt-get install postgresql-postgis")
}

func missing(zh, en, command string) *Fault {
	return &Fault{
		Kind: layers.ErrUnavailable,
		What: layers.Text{Zh: zh, En: en},
		Cure: layers.Text{
			Zh: "请执行：" + command + "；安装在别处时用环境变量 SITMAP_PG_BIN 指明其 bin 文件夹",
			En: "run: " + command + "; if it is elsewhere, name its bin folder in SITMAP_PG_BIN",
		},
	}
}

// installed lists what there is, newest first; what is on the PATH only if nothing
// else is of its version.
func installed(ctx context.Context) []Binaries {
	var dirs []string
	if dir := os.Getenv("SITMAP_PG_BIN"); dir != "" {
		dirs = []string{dir}
	} else {
		for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"} {
			match, _ := filepath.Glob(pattern)
			dirs = append(dirs, match...)
		}
		if path, err := exec.LookPath("postgres"); err == nil {
			if real, err := filepath.EvalSymlinks(path); err == nil {
				dirs = append(dirs, filepath.Dir(real))
			}
		}
	}
	var all []Binaries
	for _, dir := range dirs {
		if b, ok := inspect(ctx, dir); ok {
			all = append(all, b)
		}
	}
	slices.SortStableFunc(all, func(a, b Binaries) int { return b.Major - a.Major })
	return all
}

var (
	serverVersion    = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)
	extensionVersion = regexp.MustCompile(`default_version\s*=\s*'([^']+)'`)
)

// inspect asks the programs in dir what they are.
func inspect(ctx context.Context, dir string) (b Binaries, ok bool) {
	b.Dir = dir
	out, err := exec.CommandContext(ctx, b.Path("postgres"), "-V").Output()
	m := serverVersion.FindSubmatch(out)
	if err != nil || m == nil {
		return b, false
	}
	b.Version = string(m[1])
	b.Major, _ = strconv.Atoi(string(m[2]))
	for _, program := range []string{"initdb", "psql"} {
		if _, err := os.Stat(b.Path(program)); err != nil {
			return b, false
		}
	}
	share, err := exec.CommandContext(ctx, b.Path("pg_config"), "--sharedir").Output()
	if err != nil {
		return b, true
	}
	control, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(share)), "extension", "postgis.control"))
	if m := extensionVersion.FindSubmatch(control); err == nil && m != nil {
		b.PostGIS = string(m[1])
	}
	return b, true
}
