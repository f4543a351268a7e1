package forgetful

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// killUsers kills every process, but for this one, that works in the folder at
// path or has a file of it open, and tells how many there were.
func killUsers(path string) (killed int) {
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, process := range processes {
		pid, err := strconv.Atoi(filepath.Base(process))
		if err == nil && pid != os.Getpid() && uses(process, path) && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	return killed
}

func uses(process, path string) bool {
	links := []string{process + "/cwd", process + "/root", process + "/exe"}
	open, _ := os.ReadDir(process + "/fd")
	for _, fd := range open {
		links = append(links, process+"/fd/"+fd.Name())
	}
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && (to == path || strings.HasPrefix(to, path+"/")) {
			return true
		}
	}
	return false
}

// guard unmounts the disk of a test that died before it could.
type guard struct {
	shell *exec.Cmd
	hold  io.Closer // as long as this is open the test lives
}

func watch(path string) (*guard, error) {
	shell := exec.Command("/bin/sh", "-c", `read -r _; umount -l -- "$1" 2>/dev/null; exit 0`, "sh", path)
	shell.Dir = "/"
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	hold, err := shell.StdinPipe()
	if err == nil {
		err = shell.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("guard of the disk: %w", err)
	}
	return &guard{shell, hold}, nil
}

// leave ends the guard of a disk that is unmounted.
func (g *guard) leave() error {
	if g == nil {
		return nil
	}
	return errors.Join(g.hold.Close(), g.shell.Wait())
}
