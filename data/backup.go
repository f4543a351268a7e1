package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sitmap/data/embedded"
	"sitmap/data/postgis"
	"sitmap/layers"
)

const (
	manifestFile = "manifest.json"
	dumpFile     = "sitmap.dump" // pg_dump's custom format
	// manifestFormat grows when a backup of this version cannot be read by an
	// older program.
	manifestFormat = 1
)

// Manifest says what a backup holds, so that a restore can be verified.
type Manifest struct {
	Format  int            `json:"format"`
	Program string         `json:"program"` // version of sitmap that wrote it
	Made    time.Time      `json:"made"`
	Rows    postgis.Counts `json:"rows"`
	SHA256  string         `json:"sha256"` // of the dump
}

// Backup writes a consistent copy of the database into the new folder dir,
// while others go on working. The folder appears only when it is complete.
func Backup(ctx context.Context, o Options, dir, program string) (Manifest, error) {
	m := Manifest{Format: manifestFormat, Program: program, Made: time.Now().UTC()}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("backup folder %s is there already; name a new one: %w", dir, layers.ErrConflict)
	}
	opened, err := find(ctx, o)
	if err != nil {
		return m, err
	}
	defer opened.Close(context.WithoutCancel(ctx))
	part := dir + ".part"
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return m, err
	}
	// One who was killed may have left it.
	if err := os.RemoveAll(part); err != nil {
		return m, err
	}
	if err := os.Mkdir(part, 0o700); err != nil {
		return m, err
	}
	defer os.RemoveAll(part) // nothing is there after the rename
	err = postgis.Snapshot(ctx, opened.URL, func(snapshot string, rows postgis.Counts) error {
		if len(rows) == 0 {
			return fmt.Errorf("the database holds no sitmap tables to back up: %w", layers.ErrNotFound)
		}
		m.Rows = rows
		args := []string{"--format=custom", "--schema=public", "--no-owner", "--no-privileges", "--snapshot=" + snapshot, "--file=" + filepath.Join(part, dumpFile)}
		for _, table := range postgis.Passing {
			args = append(args, "--exclude-table-data=public."+table)
		}
		return opened.runPG(ctx, nil, "pg_dump", append(args, opened.URL)...)
	})
	if err != nil {
		return m, err
	}
	if m.SHA256, err = hashFile(filepath.Join(part, dumpFile)); err != nil {
		return m, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	if err := os.WriteFile(filepath.Join(part, manifestFile), append(text, '\n'), 0o600); err != nil {
		return m, err
	}
	return m, os.Rename(part, dir)
}

// Restore brings a backup into a database that holds nothing yet, all of it
// or nothing, and verifies the rows of every table. Errors: ErrInvalid for a
// folder that is no sound backup, ErrConflict for a database that holds data.
func Restore(ctx context.Context, o Options, dir string) (Manifest, error) {
	m, err := readManifest(dir)
	if err != nil {
		return m, err
	}
	// Opening makes the extensions and the schema; the dump brings its own
	// tables in their place.
	opened, err := Open(ctx, o)
	if err != nil {
		return m, err
	}
	defer opened.Close(context.WithoutCancel(ctx))
	there, err := postgis.CountTables(ctx, opened.URL)
	if err != nil {
		return m, err
	}
	for _, table := range []string{"area", "feature", "event", "account"} {
		if there[table] > 0 {
			return m, fmt.Errorf("the database holds data already (%d rows of %s); restore into an empty one, such as another --var: %w", there[table], table, layers.ErrConflict)
		}
	}
	dump := filepath.Join(dir, dumpFile)
	list, err := opened.contents(ctx, dump)
	if err != nil {
		return m, err
	}
	opened.Store.Close()
	if err := postgis.Clear(ctx, opened.URL); err != nil {
		return m, err
	}
	if err := opened.runPG(ctx, list, "pg_restore", "--dbname="+opened.URL, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--use-list=/dev/stdin", dump); err != nil {
		return m, err
	}
	restored, err := postgis.CountTables(ctx, opened.URL)
	if err != nil {
		return m, err
	}
	if !maps.Equal(restored, m.Rows) {
		return m, fmt.Errorf("the restored database differs from the backup's manifest: %v, want %v", restored, m.Rows)
	}
	return m, nil
}

func readManifest(dir string) (m Manifest, err error) {
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return m, fmt.Errorf("%s is no backup: it has no %s: %w", dir, manifestFile, layers.ErrInvalid)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s in %s cannot be read: %w", manifestFile, dir, layers.ErrInvalid)
	}
	if m.Format != manifestFormat {
		return m, fmt.Errorf("the backup in %s has format %d, this program reads %d; use the sitmap that wrote it (%s): %w", dir, m.Format, manifestFormat, m.Program, layers.ErrInvalid)
	}
	sum, err := hashFile(filepath.Join(dir, dumpFile))
	if err != nil || sum != m.SHA256 {
		return m, fmt.Errorf("the backup in %s is damaged: %s is not what the manifest says: %w", dir, dumpFile, layers.ErrInvalid)
	}
	return m, nil
}

// contents is the dump's table of contents without what the database brings
// itself: the schema and extensions.
func (o *Opened) contents(ctx context.Context, dump string) ([]byte, error) {
	program, err := o.program(ctx, "pg_restore")
	if err != nil {
		return nil, err
	}
	all, err := exec.CommandContext(ctx, program, "--list", dump).Output()
	if err != nil {
		return nil, fmt.Errorf("read the backup %s: %w", dump, err)
	}
	lines := slices.DeleteFunc(strings.Split(string(all), "\n"), func(line string) bool {
		return strings.Contains(line, " EXTENSION ") || strings.Contains(line, " SCHEMA - public ") || strings.Contains(line, " COMMENT - SCHEMA public ") ||
			strings.Contains(line, " public spatial_ref_sys ")
	})
	return []byte(strings.Join(lines, "\n")), nil
}

// runPG runs one of PostgreSQL's programs and gives its complaint as error.
func (o *Opened) runPG(ctx context.Context, input []byte, name string, args ...string) error {
	program, err := o.program(ctx, name)
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, program, args...)
	command.Stdin = strings.NewReader(string(input))
	complaint := &strings.Builder{}
	command.Stdout, command.Stderr = io.Discard, complaint
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(complaint.String()))
	}
	return nil
}

func (o *Opened) program(ctx context.Context, name string) (string, error) {
	if o.Cluster != nil {
		return o.Cluster.Binaries().Path(name), nil
	}
	binaries, err := embedded.FindBinaries(ctx, 0)
	if err != nil {
		return "", err
	}
	return binaries.Path(name), nil
}

func hashFile(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
