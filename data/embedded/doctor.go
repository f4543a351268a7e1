package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"

	"sitmap/layers"
)

// Check is one thing that was looked at on this machine.
type Check struct {
	Name   layers.Text `json:"name"`
	OK     bool        `json:"ok"`
	Needed bool        `json:"needed"` // false: the product works without, only less well
	Found  layers.Text `json:"found"`
	Cure   layers.Text `json:"cure"` // empty when OK
}

// Doctor checks whether this machine can run the product's server with its own cluster
// in o.Dir: programs and their versions, PostGIS, the user, folder, disk, memory, ports,
// fonts. listen is the address of the web server, such as "127.0.0.1:8080". It changes
// nothing, and works beside a running server.
func Doctor(ctx context.Context, o Options, listen string) []Check {
	p, placeErr := findPlace(ctx, o.Dir)
	major := 0
	if placeErr == nil {
		major, placeErr = p.major()
	}
	checks := append(checkPrograms(ctx, major), checkPlace(p, placeErr))
	if placeErr == nil {
		checks = append(checks, checkDisk(p), checkSocket(p))
	}
	checks = append(checks, checkMemory())
	served, check := checkCluster(p, placeErr)
	checks = append(checks, check)
	if o.Port != 0 {
		checks = append(checks, checkPort(
			layers.Text{Zh: "数据库端口", En: "database port"}, fmt.Sprintf("127.0.0.1:%d", o.Port), served))
	}
	if listen != "" {
		checks = append(checks, checkPort(layers.Text{Zh: "网页端口", En: "web port"}, listen, served))
	}
	return append(checks, checkFonts(ctx))
}

// same is a finding that reads alike in both languages.
func same(format string, args ...any) layers.Text {
	s := fmt.Sprintf(format, args...)
	return layers.Text{Zh: s, En: s}
}

// failed turns a failure into a check's finding and cure.
func failed(name layers.Text, err error) Check {
	f := asFault(err)
	return Check{Name: name, Needed: true, Found: f.What, Cure: f.Cure}
}

func checkPrograms(ctx context.Context, major int) []Check {
	postgres, postgis := same("PostgreSQL"), same("PostGIS")
	b, err := FindBinaries(ctx, major)
	switch {
	case b.Dir == "" || b.Major < oldest:
		return []Check{failed(postgres, err)}
	case err != nil:
		return []Check{{Name: postgres, OK: true, Needed: true, Found: same("%s (%s)", b.Version, b.Dir)}, failed(postgis, err)}
	}
	return []Check{
		{Name: postgres, OK: true, Needed: true, Found: same("%s (%s)", b.Version, b.Dir)},
		{Name: postgis, OK: true, Needed: true, Found: same("%s", b.PostGIS)},
	}
}

func checkPlace(p place, err error) Check {
	name := layers.Text{Zh: "数据文件夹", En: "data folder"}
	if err == nil {
		there, _ := existing(p.dir)
		if file, tryErr := os.CreateTemp(there, ".sitmap-doctor-"); tryErr != nil {
			err = unusable(p.dir, tryErr)
		} else {
			file.Close()
			os.Remove(file.Name())
		}
	}
	if err != nil {
		return failed(name, err)
	}
	return Check{Name: name, OK: true, Needed: true, Found: layers.Text{
		Zh: fmt.Sprintf("%s，以用户 %s 运行", p.root, p.account.name),
		En: fmt.Sprintf("%s, run as user %s", p.root, p.account.name),
	}}
}

func checkDisk(p place) Check {
	name := layers.Text{Zh: "磁盘空间", En: "disk space"}
	there, _ := existing(p.root)
	free, err := freeSpace(there)
	if err != nil {
		return failed(name, unusable(there, err))
	}
	found := layers.Text{
		Zh: fmt.Sprintf("%s 剩余 %.1f GB", there, float64(free)/(1<<30)),
		En: fmt.Sprintf("%.1f GB free in %s", float64(free)/(1<<30), there),
	}
	if free < needed {
		return Check{Name: name, Needed: true, Found: found, Cure: diskFull(there).Cure}
	}
	return Check{Name: name, OK: true, Needed: true, Found: found}
}

func checkSocket(p place) Check {
	name := layers.Text{Zh: "数据库套接字", En: "database socket"}
	parent, base := p.socketFolder()
	if root, err := os.OpenRoot(parent); err == nil {
		defer root.Close()
		if err := p.ownFolder(root, base); err != nil {
			return failed(name, err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return failed(name, unusable(parent, err))
	}
	return Check{Name: name, OK: true, Needed: true, Found: same("%s/%s", parent, base)}
}

// checkMemory asks for what the server with the demo city and its database take together.
func checkMemory() Check {
	const enough = 2 << 30
	memory := machineMemory()
	c := Check{
		Name: layers.Text{Zh: "内存", En: "memory"}, OK: memory >= enough*9/10,
		Found: same("%.1f GB", float64(memory)/(1<<30)),
	}
	if !c.OK {
		c.Cure = layers.Text{Zh: "建议至少 2 GB 内存", En: "give it 2 GB or more"}
	}
	return c
}

// checkCluster says whether the cluster runs, and whether a server does (served), whose
// ports are then rightly taken.
func checkCluster(p place, err error) (served bool, _ Check) {
	name := layers.Text{Zh: "数据库", En: "database"}
	if err != nil {
		return false, failed(name, err)
	}
	f, err := p.running()
	if err != nil {
		return false, failed(name, err)
	}
	found := layers.Text{Zh: "未运行，启动时自动运行", En: "not running; the program starts it"}
	if f != nil {
		found = layers.Text{Zh: fmt.Sprintf("运行中（进程 %d）", f.pid), En: fmt.Sprintf("running (process %d)", f.pid)}
	}
	return servedBy(p.dir), Check{Name: name, OK: true, Needed: true, Found: found}
}

// servedBy says whether a server holds the folder's lock.
func servedBy(dir string) bool {
	f, err := os.OpenFile(dir+"/lock/serve", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	got, err := lock{f}.try(shared)
	return err == nil && !got
}

func checkPort(name layers.Text, address string, served bool) Check {
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		l.Close()
		return Check{Name: name, OK: true, Needed: true, Found: layers.Text{Zh: address + " 空闲", En: address + " is free"}}
	case served:
		return Check{Name: name, OK: true, Needed: true, Found: layers.Text{
			Zh: address + " 已占用，服务正在运行", En: address + " is taken, and the server runs",
		}}
	}
	return Check{
		Name: name, Needed: true,
		Found: layers.Text{Zh: address + " 无法使用：" + err.Error(), En: address + " cannot be used: " + err.Error()},
		Cure: layers.Text{
			Zh: "请停止占用该端口的程序（ss -ltnp），或换一个端口",
			En: "stop the program that uses it (ss -ltnp), or choose another port",
		},
	}
}

// checkFonts asks for a Chinese font, which only a browser on this machine needs.
func checkFonts(ctx context.Context) Check {
	c := Check{Name: layers.Text{Zh: "中文字体", En: "Chinese fonts"}}
	out, err := exec.CommandContext(ctx, "fc-list", ":lang=zh", "family").Output()
	families := strings.Fields(string(out))
	if err == nil && len(families) > 0 {
		first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		c.OK, c.Found = true, same("%s", first)
		return c
	}
	c.Found = layers.Text{Zh: "没有找到", En: "none found"}
	if errors.Is(err, exec.ErrNotFound) {
		c.Found = layers.Text{Zh: "无法检查（没有 fc-list）", En: "cannot tell (no fc-list)"}
	}
	c.Cure = layers.Text{
		Zh: "只有在本机用浏览器时才需要：sudo apt-get install fontconfig fonts-noto-cjk",
		En: "only needed for a browser on this machine: sudo apt-get install fontconfig fonts-noto-cjk",
	}
	return c
}
