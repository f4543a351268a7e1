package embedded

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"syscall"

	"sitmap/layers"
)

var errDied = errors.New("postgres has died")

// explain finds in what PostgreSQL said the reason why it does not start, and its cure.
func (p place) explain(said string) *Fault {
	for _, known := range []struct {
		pattern  *regexp.Regexp
		what     layers.Text
		cure     layers.Text
		diskFull bool
	}{
		{pattern: regexp.MustCompile(`No space left on device|Disk quota exceeded`), diskFull: true},
		{
			pattern: regexp.MustCompile(`could not map anonymous shared memory|Cannot allocate memory|could not create shared memory segment`),
			what:    layers.Text{Zh: "内存不足，数据库无法启动", En: "there is not enough memory to start the database"},
			cure:    layers.Text{Zh: "请释放内存，或提高容器的内存限制", En: "free memory, or raise the container's limit"},
		},
		{
			pattern: regexp.MustCompile(`could not create any TCP/IP sockets|Address already in use`),
			what:    layers.Text{Zh: "数据库端口已被占用", En: "the database's port is taken"},
			cure:    layers.Text{Zh: "请换一个端口", En: "choose another port"},
		},
		{
			pattern: regexp.MustCompile(`database files are incompatible with server|was initialized by PostgreSQL version`),
			what:    layers.Text{Zh: "数据库由另一个版本的 PostgreSQL 建立", En: "the cluster was made by another version of PostgreSQL"},
			cure: layers.Text{
				Zh: "请安装该版本；要升级，请先用旧版本 sitmap backup，再在新文件夹 sitmap restore",
				En: "install that version; to upgrade, run sitmap backup with the old one and sitmap restore into a new folder",
			},
		},
		{
			pattern: regexp.MustCompile(`extension "postgis" is not available|could not open extension control file|could not access file "\$libdir/postgis`),
			what:    layers.Text{Zh: "没有安装 PostGIS", En: "PostGIS is not installed"},
			cure:    layers.Text{Zh: "请执行：sudo apt-get install postgresql-postgis", En: "run: sudo apt-get install postgresql-postgis"},
		},
		{
			pattern: regexp.MustCompile(`invalid locale|could not (?:find|create) locale`),
			what:    layers.Text{Zh: "系统没有 C.UTF-8 语言环境", En: "the system has no locale C.UTF-8"},
			cure:    layers.Text{Zh: "请执行：sudo apt-get install libc-bin", En: "run: sudo apt-get install libc-bin"},
		},
		{
			pattern: regexp.MustCompile(`could not locate a valid checkpoint record|invalid checkpoint record|page verification failed|could not find the database system|could not (?:open|read) file "[^"]*global/|incorrect checksum in control file`),
			what:    layers.Text{Zh: "数据库文件已损坏", En: "the cluster's files are damaged"},
			cure: layers.Text{
				Zh: "请检查磁盘，移走文件夹 " + p.root + "，再从备份恢复（sitmap restore）",
				En: "check the disk, move the folder " + p.root + " away and restore a backup (sitmap restore)",
			},
		},
	} {
		if !known.pattern.MatchString(said) {
			continue
		}
		if known.diskFull {
			return diskFull(p.root)
		}
		return &Fault{Kind: layers.ErrUnavailable, What: known.what, Cure: known.cure}
	}
	return &Fault{
		Kind: layers.ErrUnavailable,
		What: layers.Text{Zh: "数据库无法启动", En: "the database does not start"},
		Cure: layers.Text{Zh: "请查看 " + p.log(), En: "see " + p.log()},
	}
}

// unusable says why dir cannot be written to: err.
func unusable(dir string, err error) *Fault {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return diskFull(dir).because(err)
	}
	return (&Fault{
		Kind: layers.ErrDenied,
		What: layers.Text{Zh: "无法使用文件夹 " + dir, En: "the folder " + dir + " cannot be used"},
		Cure: layers.Text{
			Zh: "请检查其权限和所有者，或用 --var 指定另一个文件夹",
			En: "check its permissions and owner, or name another folder with --var",
		},
	}).because(err)
}

func diskFull(dir string) *Fault {
	return &Fault{
		Kind: layers.ErrUnavailable,
		What: layers.Text{Zh: dir + " 所在磁盘已满", En: "the disk of " + dir + " is full"},
		Cure: layers.Text{
			Zh: fmt.Sprintf("请在该磁盘腾出至少 %d MB，或用 --var 指定另一块磁盘上的文件夹", needed>>20),
			En: fmt.Sprintf("free at least %d MB there, or name a folder on another disk with --var", needed>>20),
		},
	}
}

// portFree says whether PostgreSQL could listen on the port, and what to do if not.
func portFree(port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return (&Fault{
			Kind: layers.ErrConflict,
			What: layers.Text{
				Zh: fmt.Sprintf("数据库端口 %d 无法使用", port),
				En: fmt.Sprintf("the database's port %d cannot be used", port),
			},
			Cure: layers.Text{
				Zh: fmt.Sprintf("请换一个端口，或停止占用它的程序（ss -ltnp 'sport = :%d'）", port),
				En: fmt.Sprintf("choose another one, or stop what uses it (ss -ltnp 'sport = :%d')", port),
			},
		}).because(err)
	}
	return l.Close()
}

// stopped is the state after Close.
func stopped() *Fault {
	return &Fault{
		Kind: layers.ErrUnavailable,
		What: layers.Text{Zh: "数据库已停止", En: "the database has been stopped"},
		Cure: layers.Text{Zh: "请重新启动程序", En: "start the program again"},
	}
}
