// Package embedded runs a private PostgreSQL with PostGIS from the binaries of
// the system, in a folder of the product's own, so that nobody has to set up a
// database.
//
// The cluster has data checksums, fsync and full-page writes on, speaks over a
// Unix socket in a folder only its own user (and root) can enter, and never
// runs as root: when the program does, the cluster runs as the system's user
// "postgres", or as whoever owns the data already.
//
// # Who uses, starts and stops it
//
// [Start] is for the one server of a folder, [Join] for every other command.
// Any number of processes use one cluster at a time, and none of them owns it:
// the first starts it, the last stops it. Three flocks in DIR/lock keep that
// true, and the kernel lets go of them however a process ends:
//
//	serve   exclusive, held by the server for life: a second one is refused
//	use     shared, held by every process that uses the cluster
//	change  exclusive, held for the moment of starting or stopping it
//
// Whoever uses the cluster also watches it, and starts it again after a crash.
//
// # After a kill -9
//
// PostgreSQL outlives a killed program: it is deliberately not tied to its
// parent (PR_SET_PDEATHSIG would fire when the forking thread ends, not the
// process, and would cut off the other commands that use the cluster). The next
// start finds it through postmaster.pid, makes sure that the process really
// serves this folder, and, when nobody uses it, ends it by a fast shutdown and
// starts anew rather than adopting it: settings, port or binaries may have
// changed since, and only the parent can reap it. When another process does use
// it, it is adopted.
package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"sitmap/layers"
)

// Database and Role are the database of the product and the role it connects
// as. The role owns the database and may create others; it is no superuser.
const (
	Database = "sitmap"
	Role     = "sitmap"
	// Superuser may do anything in the cluster; for backup, restore and repair.
	Superuser = "postgres"
)

// socketPort is the port in the socket's name while no TCP port is asked for.
const socketPort = 5432

// Options say where a cluster is and how it runs.
type Options struct {
	// Dir is the folder of the product's data. The cluster is in Dir/postgres,
	// or in /var/lib/sitmap where its user could not enter Dir. Made if missing.
	Dir string
	// Port, when not 0, is a port of 127.0.0.1 to listen on as well as on the
	// socket, for QGIS and other programs; the password is in Dir/pgpass, in
	// the form of libpq's password file. Join ignores it.
	Port int
	// MaxConnections is how many clients may be connected; 0 means 80.
	MaxConnections int
	// Unsafe switches fsync off: a power cut then destroys the cluster. For the
	// clusters of tests, which nobody needs afterwards.
	Unsafe bool
	// Log is told of starts, stops, crashes; nil means slog.Default().
	Log *slog.Logger
}

// Cluster is a running cluster, as used by this process. Its methods are safe
// for concurrent use.
type Cluster struct {
	options Options
	log     *slog.Logger
	place   place
	locks   locks

	stop    context.CancelFunc // ends the watch
	watched chan struct{}      // closed when the watch has ended

	mu         sync.Mutex
	postmaster *postmaster // the newest one, which may have died
	bin        Binaries
	state      State
	closed     bool
}

// State is how the cluster fares.
type State struct {
	Ready    bool      // it accepts connections
	Since    time.Time // when that last changed, UTC
	Restarts int       // how often it was started again after a crash
	Fault    *Fault    // why it is not ready; nil when it is
}

// Start uses the cluster in o.Dir as the server of that folder: makes it when
// there is none, ends what a killed server left, starts it, and watches it until
// Close. Where another command runs the cluster already, that one is used; with
// another port than o.Port, Start waits a moment for the command to end.
//
// Errors are *Fault: ErrConflict when another server uses the folder, the port is
// taken or the folder holds something else, ErrUnavailable when PostgreSQL or
// PostGIS is missing, too old or cannot start, ErrDenied when the folder belongs
// to another user.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	return open(ctx, o, true)
}

// Join uses the cluster in o.Dir beside whoever else does: the one that runs, or
// else one that it starts. Errors are those of Start, without the second server.
func Join(ctx context.Context, o Options) (*Cluster, error) {
	return open(ctx, o, false)
}

func open(ctx context.Context, o Options, serve bool) (_ *Cluster, err error) {
	c := &Cluster{options: o, log: o.Log, watched: make(chan struct{})}
	if c.log == nil {
		c.log = slog.Default()
	}
	if o.Port < 0 || o.Port > 65535 {
		return nil, fmt.Errorf("database port %d: %w", o.Port, layers.ErrInvalid)
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, unusable(o.Dir, err)
	}
	if c.place, err = findPlace(ctx, o.Dir); err != nil {
		return nil, err
	}
	if c.locks, err = openLocks(c.place.dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			c.locks.close()
		}
	}()
	if serve {
		if err := c.locks.takeServe(ctx); err != nil {
			return nil, err
		}
	} else {
		c.options.Port = 0
	}
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	go c.supervise(watch)
	return c, nil
}

// URL is how the product connects to its database, over the socket. It stays
// the same when the cluster is started again.
func (c *Cluster) URL() string { return c.url(Role, Database) }

// AdminURL is URL for the superuser, who makes and drops databases, and repairs.
func (c *Cluster) AdminURL() string { return c.url(Superuser, Database) }

func (c *Cluster) url(role, database string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return socketURL(c.postmaster, role, database)
}

// socketURL is understood by libpq, which takes a plus for a plus, and by pgx alike.
func socketURL(p *postmaster, role, database string) string {
	return fmt.Sprintf("postgres:///%s?host=%s&port=%d&user=%s&sslmode=disable",
		database, strings.ReplaceAll(url.QueryEscape(p.socketDir), "+", "%20"), p.port, role)
}

// Binaries are the programs the cluster runs with, for pg_dump and its like.
func (c *Cluster) Binaries() Binaries {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bin
}

// Folder is where the cluster is, its log postgres.log included.
func (c *Cluster) Folder() string { return c.place.root }

// State is how the cluster fares now.
func (c *Cluster) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Close ends the use of the cluster, and stops it when nobody else uses it: a
// fast shutdown first, which breaks connections off and writes a checkpoint, and
// an immediate one when that takes too long or ctx ends. Close returns when
// PostgreSQL is gone. A second call does nothing.
func (c *Cluster) Close(ctx context.Context) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	c.mu.Unlock()

	c.stop()
	<-c.watched
	c.set(stopped())
	defer c.locks.close()
	// The lock is waited for even when ctx has ended: nobody holds it for long,
	// and without it a cluster could be left behind.
	if err := c.locks.change.wait(context.WithoutCancel(ctx), exclusive); err != nil {
		return err
	}
	if last, err := c.locks.use.try(exclusive); err != nil || !last {
		return err
	}
	return c.place.shutDown(ctx, c.log)
}

// set notes the state that begins now.
func (c *Cluster) set(f *Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.Ready, c.state.Fault, c.state.Since = f == nil, f, time.Now().UTC()
}
