package embedded

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// The files of settings are written anew at each start, beside the data, so that
// they follow the machine and the program. ALTER SYSTEM overrides them and stays.

// setting is one line of postgresql.conf.
type setting struct{ name, value string }

// machine is what the tuning looks at.
type machine struct {
	memory uint64 // bytes
	cpus   int
	shm    uint64 // bytes that the cluster's user may write to /dev/shm
}

// tuning shares the machine with the server itself, whose layers in memory and
// whose page cache matter as much: PostgreSQL's own buffers get an eighth instead of
// the usual quarter.
func tuning(m machine) []setting {
	s := []setting{
		{"shared_buffers", megabytes(m.memory/8, 64, 4096)},
		{"effective_cache_size", megabytes(m.memory/2, 256, 1<<20)},
		{"work_mem", megabytes(m.memory/512, 4, 64)},
		{"maintenance_work_mem", megabytes(m.memory/32, 64, 1024)},
		{"max_parallel_workers_per_gather", strconv.Itoa(min(4, m.cpus/2))},
		{"max_parallel_workers", strconv.Itoa(max(1, m.cpus))},
		{"min_wal_size", "256MB"},
		{"max_wal_size", "4GB"},
		{"checkpoint_completion_target", "0.9"},
		{"wal_compression", "on"},
		// Our queries are short; compiling them costs more than it gains.
		{"jit", "off"},
		// Solid-state disks: a random page costs little more than the next one.
		{"random_page_cost", "1.1"},
		{"effective_io_concurrency", "200"},
	}
	if m.shm < 256<<20 {
		// Containers often have a /dev/shm too small for a parallel query, or none.
		s = append(s, setting{"dynamic_shared_memory_type", "mmap"})
	}
	return s
}

func megabytes(bytes uint64, low, high uint64) string {
	return fmt.Sprintf("%dMB", min(max(bytes>>20, low), high))
}

// durability is what keeps acknowledged data through a power cut. The clusters of tests
// give that up, but no more than that: what was acknowledged still survives a kill.
func durability(unsafe bool) []setting {
	value := "on"
	if unsafe {
		value = "off"
	}
	return []setting{{"fsync", value}, {"full_page_writes", value}, {"synchronous_commit", "on"}}
}

// settings are the lines of postgresql.conf for one start.
func settings(o Options, p place, socketDir string, m machine) []setting {
	listen, port, connections := "", socketPort, 80
	if o.Port != 0 {
		listen, port = "127.0.0.1", o.Port
	}
	if o.MaxConnections != 0 {
		connections = o.MaxConnections
	}
	s := []setting{
		{"cluster_name", p.name()},
		{"hba_file", p.root + "/pg_hba.conf"},
		{"ident_file", p.root + "/pg_ident.conf"},
		{"listen_addresses", listen},
		{"port", strconv.Itoa(port)},
		// A list, in which a quoted element may hold commas.
		{"unix_socket_directories", `"` + strings.ReplaceAll(socketDir, `"`, `""`) + `"`},
		{"unix_socket_permissions", "0700"},
		{"password_encryption", "scram-sha-256"},
		{"max_connections", strconv.Itoa(connections)},
		{"timezone", "UTC"},
		{"log_timezone", "UTC"},
		{"lc_messages", "C"},
		{"log_destination", "stderr"},
		{"logging_collector", "off"},
		{"log_line_prefix", "%m [%p] %q%u@%d "},
	}
	s = append(s, durability(o.Unsafe)...)
	if o.Unsafe {
		s = append(s, setting{"log_checkpoints", "off"}) // each new database of a test is one
	}
	return append(s, tuning(m)...)
}

// file is the text of postgresql.conf.
func file(settings []setting) string {
	var b strings.Builder
	b.WriteString("# Made by sitmap at each start. To change a setting for good, use ALTER SYSTEM.\n")
	for _, s := range settings {
		fmt.Fprintf(&b, "%s = '%s'\n", s.name, strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(s.value))
	}
	return b.String()
}

// Who may connect: over the socket, the user the cluster runs as and root, known by
// the kernel's word; over TCP, only from this machine and with the password.
const hba = `# Made by sitmap at each start.
local  all          all           peer map=sitmap
local  replication  ` + Superuser + `      peer map=sitmap
host   all          ` + Role + `        127.0.0.1/32  scram-sha-256
`

// ident maps the users of the system to the roles of the cluster.
func ident(user string) string {
	var b strings.Builder
	b.WriteString("# Made by sitmap at each start.\n")
	for _, role := range []string{Role, Superuser} {
		for _, name := range []string{user, "root"} {
			fmt.Fprintf(&b, "sitmap  %s  %s\n", quoteIdent(name), role)
		}
	}
	return b.String()
}

func quoteIdent(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// writeSettings puts the files beside the data. They are plain to read for the
// cluster's user, who alone can enter the folder.
func (p place) writeSettings(o Options, socketDir string, m machine) error {
	root, err := os.OpenRoot(p.root)
	if err != nil {
		return unusable(p.root, err)
	}
	defer root.Close()
	for name, text := range map[string]string{
		"postgresql.conf": file(settings(o, p, socketDir, m)),
		"pg_hba.conf":     hba,
		"pg_ident.conf":   ident(p.account.name),
	} {
		if err := root.WriteFile(name, []byte(text), 0o644); err != nil {
			return unusable(p.root, err)
		}
	}
	return nil
}
