package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"sitmap/api"
	"sitmap/data"
	"sitmap/data/postgis"
	"sitmap/data/segment"
	"sitmap/frontend"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
	"sitmap/layers/release"
	"sitmap/layers/tally"
	"sitmap/tiles"
)

type serveCommand struct {
	listening
	doors
	grounding
	patrolling
	Demo         bool   `help:"Fill an empty database with the demo city and open its accounts."`
	Seed         int64  `help:"Seed of the demo city." default:"1"`
	DatabasePort int    `help:"Also let QGIS and psql reach the private database on this port of 127.0.0.1." env:"SITMAP_DATABASE_PORT"`
	TileCacheMB  uint64 `help:"Memory for ready tiles, in MiB." name:"tile-cache-mb" default:"256" env:"SITMAP_TILE_CACHE_MB"`
	HeldFeatures int64  `help:"Hold layers of up to so many points, or a fifth as many lines or outlines, in memory; the database answers for larger ones." default:"1500000" env:"SITMAP_HELD_FEATURES"`
	Threshold    int    `help:"Smallest count of cases that readers without case rights are shown below the city." default:"5" env:"SITMAP_RELEASE_THRESHOLD" name:"release-threshold"`
	MaxStreams   int    `help:"Pages that may follow the live stream at once, on this server." default:"5000" env:"SITMAP_MAX_STREAMS"`
	ReviewNumber string `help:"Review number of the map (审图号); empty means internal use only." env:"SITMAP_REVIEW_NUMBER"`
}

// garbagePercent is how much garbage may gather beside what lives, in percent.
// Most of what lives is long arrays without pointers, which cost the collector
// next to nothing, so it may come often; the layers in memory would otherwise
// cost twice their size.
const garbagePercent = 40

func (c serveCommand) Run(e *environment) error {
	debug.SetGCPercent(garbagePercent)
	rule := release.Rule{Threshold: c.Threshold}
	if err := rule.Check(); err != nil {
		return err
	}
	listener, err := c.listening.open()
	if err != nil {
		return err
	}
	defer listener.Close()
	doors, err := c.doors.open(c.listening)
	if err != nil {
		return err
	}
	defer closeDoors(doors)
	basemap, closeBasemap, err := c.basemap(e.ctx)
	if err != nil {
		return err
	}
	defer closeBasemap()
	options := e.dataOptions()
	options.Serve, options.Port = true, c.DatabasePort
	opened, err := data.Open(e.ctx, options)
	if err != nil {
		return err
	}
	defer closeStore(e, opened)
	store := opened.Store
	if c.Demo {
		if err := c.openDemo(e, store); err != nil {
			return err
		}
	}
	tileServer, err := tiles.NewServer(store, catalog.All, tiles.Options{CacheBytes: c.TileCacheMB << 20, Held: c.HeldFeatures, Log: e.log})
	if err != nil {
		return err
	}
	zone, err := zoneOf(e.ctx, store)
	if err != nil {
		return err
	}
	counts := tally.NewServer(store, catalog.All, tally.Options{Zone: zone, Log: e.log, Shelf: shelf(e), Registry: store, Rule: rule})
	patrol, err := c.begin(e, store)
	if err != nil {
		return err
	}
	defer patrol.stream.Close()
	server, err := api.New(api.Options{
		Live: patrol.live, Store: store, Accounts: store, Tiles: tileServer, Memory: tileServer, Counts: counts, Catalog: catalog.All,
		App: frontend.Files(), Log: e.log, Version: version, ReviewNumber: c.ReviewNumber, MaxStreams: c.MaxStreams,
		Clock: e.clock, Basemap: basemap, TrustedProxies: c.proxies(), Secure: c.secure(),
	})
	if err != nil {
		return err
	}
	work, ctx := errgroup.WithContext(e.ctx)
	work.Go(func() error {
		return store.Listen(ctx, func(layer string, version int64) {
			tileServer.Heard(layer, version)
			counts.Heard(layer, version)
			patrol.heard(layer)
		})
	})
	work.Go(func() error { return counts.Run(ctx) })
	work.Go(func() error { return tileServer.Run(ctx) })
	patrol.run(ctx, work)
	work.Go(func() error { return server.Serve(ctx, listener) })
	serveDoors(ctx, e.out, work, server, doors)
	fmt.Fprintf(e.out, "平安态势图 · the map is at %s\n", c.url(listener))
	return work.Wait()
}

// segmentsFolder is where counts are kept between runs, inside the data folder.
const segmentsFolder = "segments"

// shelf is where counts are kept; nil where nothing can be written, which makes
// the next start slower and nothing else worse.
func shelf(e *environment) tally.Shelf {
	s, err := segment.OpenShelf(filepath.Join(e.settings.Var, segmentsFolder))
	if err != nil {
		e.log.Warn("counts are not kept between runs", "error", err)
		return nil
	}
	return s
}

// zoneOf is the time zone in which the days of the map are counted quickest: that
// of its first city.
func zoneOf(ctx context.Context, store *postgis.Store) (*time.Location, error) {
	cities, err := store.Cities(ctx, access.System)
	if err != nil || len(cities) == 0 {
		return time.UTC, err
	}
	city, err := store.City(ctx, cities[0].Code)
	return city.Zone, err
}

// openDemo fills an empty database and says with which accounts to sign in.
func (c serveCommand) openDemo(e *environment, store *postgis.Store) error {
	empty, err := isEmpty(e.ctx, store)
	if err != nil {
		return err
	}
	if empty {
		if err := fillWithDemo(e, store, c.Seed, 0); err != nil {
			return err
		}
	}
	accounts, fresh, err := openDemoAccounts(e.ctx, store, e.settings.Var)
	if err != nil {
		return err
	}
	if !fresh {
		fmt.Fprintf(e.out, "演示账号 · demo accounts: see %s\n", filepath.Join(e.settings.Var, accountsFile))
		return nil
	}
	fmt.Fprintln(e.out, "演示账号 · demo accounts (kept in", filepath.Join(e.settings.Var, accountsFile)+"):")
	for _, a := range accounts {
		fmt.Fprintf(e.out, "  %-22s %s  %s %s\n", a.Name, a.Password, a.Role, a.Area)
	}
	return nil
}

func (c serveCommand) proxies() []netip.Prefix {
	var all []netip.Prefix
	for _, text := range c.TrustedProxy {
		if p, err := netip.ParsePrefix(text); err == nil {
			all = append(all, p)
		} else if a, err := netip.ParseAddr(text); err == nil {
			all = append(all, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return all
}

func (c serveCommand) url(l net.Listener) string {
	if c.TLSCert != "" {
		return "https://" + l.Addr().String()
	}
	return "http://" + l.Addr().String()
}

// withStore opens the store for one command and closes it again.
func (e *environment) withStore(use func(*postgis.Store) error) error {
	opened, err := data.Open(e.ctx, e.dataOptions())
	if err != nil {
		return err
	}
	defer closeStore(e, opened)
	return use(opened.Store)
}

// closeStore outlives the signal that ended the command, so that the database
// stops cleanly.
func closeStore(e *environment, opened *data.Opened) {
	if err := opened.Close(context.WithoutCancel(e.ctx)); err != nil {
		e.log.Error("close the store", "error", err)
	}
}
