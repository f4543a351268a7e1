package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"sitmap/layers"
)

// elsewhere is where clusters go whose user could not enter the folder asked for.
const elsewhere = "/var/lib/sitmap"

// place is where a cluster lies and whose it is. The choice is a function of the
// folder's path and of what is on disk, so every process comes to the same one.
type place struct {
	dir     string // the product's folder, absolute, without symbolic links
	root    string // the cluster's folder: data, run, log, settings
	account account
}

func (p place) data() string { return filepath.Join(p.root, "data") }
func (p place) log() string  { return filepath.Join(p.root, "postgres.log") }

// name tells this cluster's processes from all others in the list of processes.
func (p place) name() string { return "sitmap-" + short(p.data()) }

// short is a hash of a path, short enough for the path of a socket.
func short(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:5])
}

// findPlace finds the place of dir's cluster: dir/postgres, or a folder of its own under
// /var/lib/sitmap where we are root and the cluster's user could not enter dir. Data that
// is there already decides before anything else. It changes nothing.
func findPlace(ctx context.Context, dir string) (place, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return place{}, unusable(dir, err)
	}
	there, rest := existing(dir)
	if there, err = filepath.EvalSymlinks(there); err != nil {
		return place{}, unusable(dir, err)
	}
	dir = filepath.Join(there, rest)
	if strings.ContainsAny(dir, "\n\r") {
		return place{}, fmt.Errorf("folder %q has a line break in its name: %w", dir, layers.ErrInvalid)
	}
	home, away := filepath.Join(dir, "postgres"), filepath.Join(elsewhere, short(dir))
	p := place{dir: dir, root: home}
	owner, err := dataOwner(home)
	if err != nil {
		return place{}, foreign(home).because(err)
	}
	if os.Geteuid() != 0 {
		if p.account, err = accountFor(nil); err != nil {
			return place{}, err
		}
		if owner != nil && *owner != p.account.uid {
			return place{}, foreign(home)
		}
		if _, err := os.Lstat(away); owner == nil && err == nil {
			return place{}, madeByRoot(dir, away)
		}
		return p, nil
	}
	if owner == nil {
		if owner, err = dataOwner(away); err != nil {
			return place{}, foreign(away).because(err)
		} else if owner != nil {
			p.root = away
		}
	}
	if p.account, err = accountFor(owner); err != nil {
		return place{}, err
	}
	switch enters := p.account.canEnter(ctx, there); {
	case owner == nil && !enters:
		p.root = away
	case p.root == home && !enters:
		return place{}, closedTo(p.account.name, dir)
	}
	return p, nil
}

// existing splits a path into the longest part that exists and the rest.
func existing(path string) (there, rest string) {
	for there = path; there != "/"; there = filepath.Dir(there) {
		if _, err := os.Stat(there); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		rest = filepath.Join(filepath.Base(there), rest)
	}
	return there, rest
}

// dataOwner is the user id of the data in the cluster's folder root; nil when
// there is none.
func dataOwner(root string) (*uint32, error) {
	info, err := os.Stat(filepath.Join(root, "data", "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	uid := info.Sys().(*syscall.Stat_t).Uid
	return &uid, nil
}

func foreign(root string) *Fault {
	return &Fault{
		Kind: layers.ErrDenied,
		What: layers.Text{
			Zh: "数据库文件夹 " + root + " 属于另一个用户",
			En: "the database folder " + root + " belongs to another user",
		},
		Cure: layers.Text{
			Zh: "请以该用户或 root 运行，或执行：sudo chown -R $(id -un) " + filepath.Dir(root),
			En: "run as that user or as root, or run: sudo chown -R $(id -un) " + filepath.Dir(root),
		},
	}
}

// madeByRoot keeps an ordinary user from starting afresh beside the data of an earlier
// start as root.
func madeByRoot(dir, away string) *Fault {
	command := fmt.Sprintf("sudo mv %s %s && sudo chown -R $(id -un) %s", away, filepath.Join(dir, "postgres"), dir)
	return &Fault{
		Kind: layers.ErrDenied,
		What: layers.Text{
			Zh: "此文件夹的数据库在 " + away + "，由 root 建立",
			En: "the database of this folder is in " + away + ", made by root",
		},
		Cure: layers.Text{Zh: "请以 root 运行，或执行：" + command, En: "run as root, or run: " + command},
	}
}

func closedTo(user, dir string) *Fault {
	return &Fault{
		Kind: layers.ErrConflict,
		What: layers.Text{
			Zh: fmt.Sprintf("数据库用户 %s 无法进入已有数据的文件夹 %s", user, dir),
			En: fmt.Sprintf("the database's user %s cannot enter %s, where its data is", user, dir),
		},
		Cure: layers.Text{
			Zh: "请允许进入上级文件夹（chmod o+x），或移动数据后用 --var 指定",
			En: "let it enter the folders above (chmod o+x), or move the data and name it with --var",
		},
	}
}

// prepare makes the cluster's folder and the one for the socket, and returns the
// latter.
func (p place) prepare() (socketDir string, err error) {
	parent := filepath.Dir(p.root)
	if parent == elsewhere {
		err := os.Mkdir(elsewhere, 0o755)
		if err == nil {
			err = os.Chmod(elsewhere, 0o755) // whatever the umask
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return "", unusable(elsewhere, err)
		}
	}
	if err := p.makeFolder(parent, filepath.Base(p.root)); err != nil {
		return "", err
	}
	parent, base := p.socketFolder()
	return filepath.Join(parent, base), p.makeFolder(parent, base)
}

// sunPath is how long the path of a socket may be: sizeof(sun_path) less the
// final zero.
const sunPath = 107

// socketFolder is where the socket goes: beside the data, or in a short place of
// the system when that path would be too long for a socket, or holds a comma, which
// in the address of a database means a second host.
func (p place) socketFolder() (parent, base string) {
	if len(filepath.Join(p.root, "run", ".s.PGSQL.65535")) <= sunPath && !strings.Contains(p.root, ",") {
		return p.root, "run"
	}
	if p.account.drop {
		return "/run", p.name()
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) && len(dir) < sunPath/2 && !strings.Contains(dir, ",") {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, p.name()
		}
	}
	return "/tmp", fmt.Sprintf("%s-%d", p.name(), p.account.uid)
}

// makeFolder makes parent/base for the account alone, or makes sure that what is
// there is such a folder and not, say, a link that somebody laid into /tmp.
func (p place) makeFolder(parent, base string) error {
	path := filepath.Join(parent, base)
	root, err := os.OpenRoot(parent)
	if err != nil {
		return unusable(parent, err)
	}
	defer root.Close()
	err = root.Mkdir(base, 0o700)
	if err == nil && p.account.drop {
		err = root.Lchown(base, int(p.account.uid), int(p.account.gid))
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return unusable(path, err)
	}
	return p.ownFolder(root, base)
}

// ownFolder says what is wrong when base in root is there and is not a folder of the
// account alone.
func (p place) ownFolder(root *os.Root, base string) error {
	path := filepath.Join(root.Name(), base)
	info, err := root.Lstat(base)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unusable(path, err)
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if info.IsDir() && owner == p.account.uid && info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return &Fault{
		Kind: layers.ErrConflict,
		What: layers.Text{
			Zh: fmt.Sprintf("%s 不是用户 %s 专用的文件夹", path, p.account.name),
			En: fmt.Sprintf("%s is not a folder of user %s alone", path, p.account.name),
		},
		Cure: layers.Text{
			Zh: fmt.Sprintf("请移走它，或执行：sudo chown -R %s %s && chmod 700 %s", p.account.name, path, path),
			En: fmt.Sprintf("move it away, or run: sudo chown -R %s %s && chmod 700 %s", p.account.name, path, path),
		},
	}
}
