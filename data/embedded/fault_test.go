package embedded_test

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"sitmap/data/embedded"
	"sitmap/data/embedded/pgtest"
	"sitmap/layers"
)

func TestMissingProgramsNameTheCure(t *testing.T) {
	t.Setenv("SITMAP_PG_BIN", t.TempDir())
	_, err := embedded.Start(t.Context(), quick(pgtest.Dir(t)))
	wantFault(t, err, layers.ErrUnavailable, "apt-get install postgresql-postgis")
}

// An old PostgreSQL is not to be had here: a script answers as one would.
func TestAnOldPostgreSQLIsRefused(t *testing.T) {
	bin := pgtest.Dir(t)
	for _, program := range []string{"postgres", "initdb", "psql", "pg_config"} {
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) 13.22 (Debian 13.22-0+deb11u1)'\n"
		if err := os.WriteFile(filepath.Join(bin, program), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("SITMAP_PG_BIN", bin)
	_, err := embedded.FindBinaries(t.Context(), 0)
	wantFault(t, err, layers.ErrUnavailable, "apt-get install postgresql-postgis")
	if !strings.Contains(err.Error(), "13.22") {
		t.Errorf("%v does not name the version", err)
	}
}

func TestPostGISMustBeInstalledForTheSameVersion(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL, which -short leaves out")
	}
	real, err := embedded.FindBinaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if real.Major < 15 || real.PostGIS == "" {
		t.Errorf("found %+v", real)
	}
	bin := pgtest.Dir(t)
	for _, program := range []string{"postgres", "initdb", "psql"} { // without pg_config, as where PostGIS is not
		if err := os.Symlink(real.Path(program), filepath.Join(bin, program)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("SITMAP_PG_BIN", bin)
	_, err = embedded.FindBinaries(t.Context(), 0)
	wantFault(t, err, layers.ErrUnavailable, "postgis-3")
}

func TestDataOfAnotherVersionIsNotTouched(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(ready(t))
	c := start(t, o)
	stop(t, c)
	version := filepath.Join(c.Folder(), "data", "PG_VERSION")
	if err := os.WriteFile(version, []byte("14\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Start(t.Context(), o)
	wantFault(t, err, layers.ErrUnavailable, "postgresql-14-postgis-3")
}

func TestAMakingThatWasCutShortIsBegunAgain(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(ready(t))
	c := start(t, o)
	stop(t, c)
	// What a killed initdb leaves: much of a cluster under the name of one in the making.
	if err := os.Rename(filepath.Join(c.Folder(), "data"), filepath.Join(c.Folder(), "data.new")); err != nil {
		t.Fatal(err)
	}
	again := start(t, o)
	if got := query(t, again.URL(), "SELECT postgis_lib_version() >= '3'"); got != "t" {
		t.Error(got)
	}
}

func TestALinkInThePlaceOfTheSocketsFolderIsRefused(t *testing.T) {
	needsPostgreSQL(t)
	o := quick(ready(t))
	c := start(t, o)
	stop(t, c)
	run := filepath.Join(c.Folder(), "run")
	if err := os.Remove(run); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(pgtest.Dir(t), run); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Start(t.Context(), o)
	wantFault(t, err, layers.ErrConflict, run)
}

func TestAFullDiskIsNamed(t *testing.T) {
	needsPostgreSQL(t)
	dir := pgtest.Dir(t)
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=700m,mode=755", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("cannot mount a small disk here: %s", out)
	}
	t.Cleanup(func() { exec.Command("umount", "--lazy", dir).Run() })
	fill := filepath.Join(dir, "fill")
	fillUp := func() {
		if out, err := exec.Command("dd", "if=/dev/zero", "of="+fill, "bs=1M").CombinedOutput(); err == nil {
			t.Fatalf("the disk is not full: %s", out)
		}
	}
	fillUp()
	o := quick(dir)
	if _, err := embedded.Start(t.Context(), o); err == nil {
		t.Fatal("a cluster on a full disk")
	} else {
		wantFault(t, err, layers.ErrUnavailable, "free at least")
	}

	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	c := start(t, o)
	query(t, c.URL(), "CREATE TABLE kept AS SELECT 42 AS n")
	stop(t, c)
	fillUp()
	if _, err := embedded.Start(t.Context(), o); err == nil {
		t.Fatal("a start on a full disk")
	} else {
		wantFault(t, err, layers.ErrUnavailable, "free at least")
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	c = start(t, o)
	if got := query(t, c.URL(), "SELECT n FROM kept"); got != "42" {
		t.Errorf("kept %s", got)
	}
	stop(t, c)
}

func TestAnOrdinaryUserRunsItAsHimself(t *testing.T) {
	needsPostgreSQL(t)
	if os.Geteuid() != 0 {
		t.Skip("the other tests are this one when they do not run as root")
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Skip(err)
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(nobody.Gid)
	dir := pgtest.Dir(t)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	as := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	h := runHelper(t, dir, true, as)
	info, err := os.Stat(filepath.Join(h.folder, "data"))
	if err != nil || info.Sys().(*syscall.Stat_t).Uid != uint32(uid) {
		t.Fatalf("%v, %v", info, err)
	}

	// Root uses what belongs to the user, as the user.
	c := join(t, quick(dir))
	if got := query(t, c.URL(), "SELECT 1"); got != "1" {
		t.Error(got)
	}
	stop(t, c)
	h.stdin.Close()
	if err := h.cmd.Wait(); err != nil {
		t.Errorf("the user's server: %v", err)
	}
	c = start(t, quick(dir))
	proc, err := os.Stat("/proc/" + strconv.Itoa(postmaster(t, c)))
	if err != nil || proc.Sys().(*syscall.Stat_t).Uid != uint32(uid) {
		t.Errorf("the postmaster of root: %v, %v", proc, err)
	}
	stop(t, c)
}

func TestAnOrdinaryUserDoesNotStartAfreshBesideTheDataOfRoot(t *testing.T) {
	needsPostgreSQL(t)
	nobody, err := user.Lookup("nobody")
	if os.Geteuid() != 0 || err != nil {
		t.Skip("needs root and the user nobody")
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(nobody.Gid)
	dir := pgtest.Dir(t)
	if err := errors.Join(os.Chown(dir, uid, gid), os.Chmod(dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	c := start(t, quick(dir))
	stop(t, c)
	t.Cleanup(func() {
		os.RemoveAll(c.Folder())
		os.Remove("/var/lib/sitmap") // only when empty
	})
	cmd := exec.Command(forEverybody(t, os.Args[0]), "-test.run=^TestHelper$")
	cmd.Env = append(os.Environ(), "SITMAP_TEST_HELPER="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	out, err := cmd.CombinedOutput()
	if want := "sudo mv " + c.Folder(); err == nil || !strings.Contains(string(out), want) {
		t.Errorf("%v: %s; want a cure with %q", err, out, want)
	}
}
