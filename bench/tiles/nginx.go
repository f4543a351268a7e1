package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// nginxSettings serve files that are compressed already, as fast as nginx can.
const nginxSettings = `%[4]s
worker_processes auto;
daemon off;
pid %[1]s/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  open_file_cache max=10000 inactive=1h;
  open_file_cache_valid 1h;
  client_body_temp_path %[1]s/t1; proxy_temp_path %[1]s/t2; fastcgi_temp_path %[1]s/t3; uwsgi_temp_path %[1]s/t4; scgi_temp_path %[1]s/t5;
  types { application/vnd.mapbox-vector-tile mvt; }
  server {
    listen %[2]s;
    root %[3]s;
    gzip_static on;
    gzip_vary on;
    add_header Cache-Control "private, no-cache";
  }
}
`

// nginx starts nginx on a folder of .gz files.
func (b *bench) nginx(files string) (*child, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	own := filepath.Join(b.work, "nginx")
	if err := os.MkdirAll(own, 0o755); err != nil {
		return nil, err
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // whom else it would become may not read the folder
	}
	settings := filepath.Join(own, "nginx.conf")
	if err := os.WriteFile(settings, fmt.Appendf(nil, nginxSettings, own, address, files, user), 0o644); err != nil {
		return nil, err
	}
	c, err := b.start("nginx", address, nil, "nginx", "-c", settings, "-p", own)
	if err != nil {
		return nil, err
	}
	return c, c.listens(b.ctx)
}
