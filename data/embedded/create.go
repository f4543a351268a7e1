package embedded

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"sitmap/layers"
)

// needed is the space a new cluster wants, in bytes: itself, its first WAL and
// room to work.
const needed = 512 << 20

// create makes the data folder when there is none. It is made under another name
// and renamed when complete, so that a start that was cut short leaves nothing that
// looks like a cluster.
func (p place) create(ctx context.Context, bin Binaries, unsafe bool) error {
	if _, err := os.Stat(filepath.Join(p.data(), "PG_VERSION")); err == nil {
		return nil
	}
	if free, err := freeSpace(p.root); err == nil && free < needed {
		return diskFull(p.root)
	}
	root, err := os.OpenRoot(p.root)
	if err != nil {
		return unusable(p.root, err)
	}
	defer root.Close()
	const making = "data.new"
	if err := root.RemoveAll(making); err != nil {
		return unusable(p.root, err)
	}
	args := []string{
		"--pgdata", filepath.Join(p.root, making), "--username", Superuser,
		"--data-checksums", "--encoding", "UTF8",
		// Text sorts by code point, so that an update of the system's locales
		// cannot spoil an index; letters are those of Unicode.
		"--locale", "C.UTF-8", "--lc-collate", "C",
		"--auth-local", "peer", "--auth-host", "scram-sha-256", "--no-instructions",
	}
	if unsafe {
		args = append(args, "--no-sync")
	}
	out, err := p.account.command(ctx, bin.Path("initdb"), args...).CombinedOutput()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return p.explain(string(out)).because(fmt.Errorf("initdb: %w: %s", err, lastLines(string(out))))
	}
	if err := root.Rename(making, "data"); err != nil {
		return &Fault{
			Kind: layers.ErrConflict,
			What: layers.Text{Zh: p.data() + " 不是数据库文件夹", En: p.data() + " is there but is no cluster"},
			Cure: layers.Text{Zh: "请移走它", En: "move it away"},
		}
	}
	return nil
}

// major is the version of PostgreSQL that the data belongs to; 0 when there is none.
func (p place) major() (int, error) {
	b, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, foreign(p.root).because(err)
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}

// furnish makes what a new cluster lacks: PostGIS in every database to come, the
// role and the database. It changes nothing where that is there.
const furnish = `
CREATE EXTENSION IF NOT EXISTS postgis;
SELECT 'CREATE ROLE ` + Role + ` LOGIN CREATEDB' WHERE NOT EXISTS
	(SELECT FROM pg_roles WHERE rolname = '` + Role + `') \gexec
SELECT 'GRANT pg_monitor TO ` + Role + `' WHERE NOT pg_has_role('` + Role + `', 'pg_monitor', 'MEMBER') \gexec
SELECT 'CREATE DATABASE ` + Database + ` OWNER ` + Role + ` STRATEGY file_copy' WHERE NOT EXISTS
	(SELECT FROM pg_database WHERE datname = '` + Database + `') \gexec
`

// furnish runs the script above, and sets the password for TCP when there is a port.
func (p place) furnish(ctx context.Context, bin Binaries, pm *postmaster, port int) error {
	script := furnish
	if port != 0 {
		password, err := p.password(port)
		if err != nil {
			return err
		}
		script += fmt.Sprintf("ALTER ROLE %s PASSWORD '%s';\n", Role, password)
	}
	return p.psql(ctx, bin, socketURL(pm, Superuser, "template1"), script)
}

// psql runs a script of psql as the cluster's user.
func (p place) psql(ctx context.Context, bin Binaries, url, script string) error {
	cmd := p.account.command(ctx, bin.Path("psql"),
		"--no-psqlrc", "--quiet", "--tuples-only", "--set=ON_ERROR_STOP=1", "--dbname", url)
	cmd.Env = append(cmd.Env, "PGOPTIONS=-c client_min_messages=warning -c log_min_error_statement=panic")
	cmd.Stdin = strings.NewReader(script)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return p.explain(out.String()).because(fmt.Errorf("psql: %w: %s", err, lastLines(out.String())))
	}
	return nil
}

// plainSecret is the form of our passwords; anything else in the file is replaced.
var plainSecret = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// password is that of the role over TCP, random, kept in DIR/pgpass in the form of
// libpq's password file, so that PGPASSFILE=DIR/pgpass psql … just works.
func (p place) password(port int) (string, error) {
	path := filepath.Join(p.dir, "pgpass")
	secret := rand.Text()
	if b, err := os.ReadFile(path); err == nil {
		if f := strings.Split(strings.TrimSpace(string(b)), ":"); len(f) == 5 && plainSecret.MatchString(f[4]) {
			secret = f[4]
		}
	}
	line := fmt.Sprintf("127.0.0.1:%d:*:%s:%s\n", port, Role, secret)
	// A new file, so that its mode is ours whatever lay there.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", unusable(p.dir, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", unusable(p.dir, err)
	}
	_, err = f.WriteString(line)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", unusable(p.dir, err)
	}
	return secret, nil
}

// lastLines is the end of a program's output, on one line.
func lastLines(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], " | ")
}
