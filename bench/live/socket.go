package main

import (
	"net"

	"golang.org/x/sys/unix"
)

// gone tells whether the other end has closed the connection, without reading what
// is there.
func gone(conn net.Conn) bool {
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return true
	}
	ended := false
	err = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		const established = 1 // of the kernel's tcp_states.h
		ended = err != nil || info.State != established
	})
	return ended || err != nil
}
