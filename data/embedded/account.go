package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"

	"sitmap/layers"
)

// account is the user of the system that PostgreSQL runs as.
type account struct {
	name     string
	uid, gid uint32
	groups   []uint32
	drop     bool // we are root and must become this user
}

// accountFor is the user of a folder whose data belongs to owner, or of a new one
// when owner is nil: ourselves, unless we are root, which PostgreSQL refuses.
func accountFor(owner *uint32) (account, error) {
	if me := os.Geteuid(); me != 0 {
		u, err := user.LookupId(strconv.Itoa(me))
		if err != nil {
			return account{}, noAccount(fmt.Sprintf("uid %d", me)).because(err)
		}
		return newAccount(u, false)
	}
	if owner != nil && *owner != 0 {
		u, err := user.LookupId(strconv.Itoa(int(*owner)))
		if err != nil {
			return account{}, noAccount(fmt.Sprintf("uid %d", *owner)).because(err)
		}
		return newAccount(u, true)
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return account{}, noAccount("postgres").because(err)
	}
	return newAccount(u, true)
}

func newAccount(u *user.User, drop bool) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	a := account{name: u.Username, uid: uint32(uid), gid: uint32(gid), drop: drop}
	if ids, err := u.GroupIds(); err == nil {
		for _, id := range ids {
			if g, err := strconv.ParseUint(id, 10, 32); err == nil {
				a.groups = append(a.groups, uint32(g))
			}
		}
	}
	return a, nil
}

func noAccount(who string) *Fault {
	return &Fault{
		Kind: layers.ErrUnavailable,
		What: layers.Text{
			Zh: "系统中没有运行数据库的用户 " + who,
			En: "the system has no user " + who + " to run the database as",
		},
		Cure: layers.Text{
			Zh: "请执行：sudo useradd --system --no-create-home postgres，或以普通用户运行",
			En: "run: sudo useradd --system --no-create-home postgres, or run as an ordinary user",
		},
	}
}

// command is a program to be run as the account, in a folder that everybody can
// enter and with nothing of our environment.
func (a account) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid, Groups: a.groups}
	}
	return cmd
}

// canEnter says whether the account may enter dir, by trying: permission bits do
// not tell the whole truth.
func (a account) canEnter(ctx context.Context, dir string) bool {
	return a.command(ctx, "/bin/sh", "-c", `cd -- "$1"`, "sh", dir).Run() == nil
}

// canWrite says whether the account may make files in dir.
func (a account) canWrite(ctx context.Context, dir string) bool {
	return a.command(ctx, "/bin/sh", "-c", `test -w "$1" && test -x "$1"`, "sh", dir).Run() == nil
}
