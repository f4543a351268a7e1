// Package api is the door: HTTP in and out. openapi.yaml describes every
// route once, and a request reaches its handler only after the rights,
// parameters and body described there have been checked. It is the only room
// with Fiber; nothing beyond it sees a Fiber value.
package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb/maptile"
	"github.com/valyala/fasthttp"

	"sitmap/api/auth"
	"sitmap/api/ingest"
	"sitmap/frontend"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/release"
	"sitmap/layers/tally"
	"sitmap/tiles"
)

// TileServer is where tiles come from; *tiles.Server is the one.
type TileServer interface {
	Tile(ctx context.Context, ls []layers.Layer, t maptile.Tile, q layers.Query, s access.Scope) (*tiles.Tile, error)
	// Epoch grows whenever any tile may have changed.
	Epoch() uint64
	// Stale tells whether what is served may have been overtaken, because the
	// store does not answer, and since when.
	Stale() (since time.Time, stale bool)
	// Watch tells of layers that move from now on: wake receives when there is
	// something to take.
	Watch() (wake <-chan struct{}, take func() []tiles.Moved, stop func())
	// Loaded is closed once every layer was read, or could not be.
	Loaded() <-chan struct{}
	// InMemory tells whether the layer's tiles are made from memory rather
	// than by the store.
	InMemory(layer string) bool
}

// Options is what a server is made of.
type Options struct {
	Store    Store
	Accounts auth.Accounts
	Tiles    TileServer
	// Memory answers for features without the store where it can; nil for never.
	Memory Memory
	// Counts counts by cell and area where it can; nil for never.
	Counts  *tally.Server
	Catalog layers.Catalog
	// Live is what takes positions and shows units; nil for none.
	Live *Live
	// MaxStreams is how many may read the live stream at once; 0 for 5,000.
	MaxStreams int
	// App is the built web application: index.html and assets/. nil serves
	// the interface alone.
	App fs.FS
	Log *slog.Logger
	// Version is the program's own.
	Version string
	// ReviewNumber is the map's 审图号; empty for internal use only.
	ReviewNumber string
	// Basemap is the operator's own ground; nil for none.
	Basemap *Basemap
	// TrustedProxies are believed about who asks and under which address.
	TrustedProxies []netip.Prefix
	// Secure says that browsers reach the server by TLS alone: cookies are
	// marked so, and links begin with https.
	Secure bool
	// Clock tells the time; nil for the machine's.
	Clock func() time.Time
}

// Server answers requests until it is shut down.
type Server struct {
	options  Options
	proxies  proxies
	contract *contract
	app      *fiber.App
	auth     *auth.Authenticator
	doors    *ingest.Doors
	gates    map[string]gate
	metrics  *metrics
	ids      *requestIDs
	common   *fasthttp.ResponseHeader // of every answer
	noRoute  operation                // what no route takes is counted under its name
	assets   *assets
	palettes map[string]frontend.Palette
	docs     []byte
	facts    *facts
	quick    *quickAnswers
	streams  *streams
	moves    *moves
	feeds    []feed // what the live stream tells of
	// tileLimits are the limits of tilesets by reader.
	tileLimits *memo[[]matrixLimits]
	// lastStates are the states of the layers when the store last told them.
	lastStates atomic.Pointer[map[string]layers.LayerState]
	// records are what hotspots are found in, and grounds the cells of areas.
	records     *memo[*hotRecord]
	judged      *memo[*judged]
	grounds     *memo[*tally.Ground]
	homesKept   *memo[*homes] // households, by who reads them and where
	judgedUnits *memo[*unitsJudged]
	coursesKept *memo[*courses]
	dials       *memo[*release.Setting]
	open        *memo[[]openNumber]
	// cover is what was found out about coverage.
	cover *coverages
	// within makes the context of a request; stop ends them all, when the
	// server waits no longer.
	within func(time.Duration) (context.Context, context.CancelFunc)
	stop   context.CancelFunc
}

// New makes a server. It fails when the contract and the handlers do not
// name the same operations.
func New(o Options) (*Server, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		options: o, proxies: o.TrustedProxies, gates: gates(), metrics: newMetrics(o.Version), ids: newRequestIDs(), common: commonHeaders(o.Secure), facts: newFacts(o.Store, o.Catalog, o.Clock),
		quick:       newQuickAnswers(),
		tileLimits:  newMemo[[]matrixLimits](o.Clock, rememberLimits),
		records:     newMemo[*hotRecord](o.Clock, rememberFacts).atMost(mostRecords),
		judged:      newMemo[*judged](o.Clock, rememberFacts).atMost(mostJudged),
		dials:       newMemo[*release.Setting](o.Clock, rememberFacts).atMost(mostJudged),
		open:        newMemo[[]openNumber](o.Clock, rememberFacts).atMost(mostJudged),
		coursesKept: newMemo[*courses](o.Clock, rememberFacts).atMost(mostJudged),
		judgedUnits: newMemo[*unitsJudged](o.Clock, rememberFacts).atMost(mostJudged),
		homesKept:   newMemo[*homes](o.Clock, rememberFacts).atMost(mostHomes),
		grounds:     newMemo[*tally.Ground](o.Clock, rememberFacts).atMost(mostRecords),
		streams:     newStreams(o.MaxStreams),
		moves:       newMoves(o),
		noRoute:     operation{ID: "none"},
	}
	s.feeds = []feed{s.moves.feed()}
	if o.Live != nil {
		s.feeds = append(s.feeds, s.unitFeed(), s.alarmFeed())
		if o.Live.Visits != nil {
			s.feeds = append(s.feeds, s.tideFeed())
		}
		s.metrics.watchLive(o.Live)
		o.Live.Board.Tick(o.Clock()) // so that the first reader finds a picture
	}
	base, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.within = func(d time.Duration) (context.Context, context.CancelFunc) { return context.WithTimeout(base, d) }
	s.cover = newCoverages(o.Clock, s.within)
	var err error
	if s.contract, err = loadContract(); err != nil {
		return nil, err
	}
	if s.auth, err = auth.New(o.Accounts, o.Clock); err != nil {
		return nil, err
	}
	s.metrics.watch(s.streams.count, s.auth.Bridged)
	if o.Counts != nil {
		s.metrics.watchCounts(o.Counts.Size)
		s.followReleases(o.Counts)
	}
	s.doors = s.newDoors()
	s.metrics.watchDoors(s.doors.Counts)
	if s.assets, err = loadAssets(o.App); err != nil {
		return nil, err
	}
	if s.palettes, err = frontend.Palettes(); err != nil {
		return nil, err
	}
	if s.docs, err = renderDocs(s.contract); err != nil {
		return nil, err
	}
	s.app = fiber.New(fiber.Config{
		AppName:                 "sitmap",
		Immutable:               true, // Fiber uses the memory of its strings again
		StrictRouting:           true,
		CaseSensitive:           true,
		BodyLimit:               maxBody,
		Concurrency:             maxOpen,
		ReadBufferSize:          maxHead,
		WriteBufferSize:         sendAtOnce,
		ReadTimeout:             readTimeout,
		WriteTimeout:            writeTimeout,
		IdleTimeout:             idleTimeout,
		EnableTrustedProxyCheck: true, // with nobody trusted: clientOf decides
		DisableStartupMessage:   true,
		DisableDefaultDate:      false,
		ErrorHandler:            s.unrouted,
	})
	s.app.Server().KeepHijackedConns = true // a stream closes its own
	long := s.app.Server().Handler
	s.app.Server().Handler = func(c *fasthttp.RequestCtx) {
		if !s.quickly(c) {
			long(c)
		}
	}
	return s, s.register()
}

// followReleases tells the live streams what is newly published.
func (s *Server) followReleases(counts *tally.Server) {
	note := func(layer string) { s.moves.released(layer, counts.ReleaseVersion(layer)) }
	for _, l := range s.options.Catalog {
		if counts.ReleaseVersion(l.ID) > 0 {
			note(l.ID)
		}
	}
	counts.WhenPublished(func(layer string) {
		note(layer)
		s.streams.wake()
	})
}

// Serve answers on the listener until ctx ends; then it lets open requests
// finish for a while and returns nil. Any other end is an error.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	following, leave := context.WithCancel(ctx)
	defer leave()
	go s.keepGround(following)
	go s.oversee(following)
	go s.moves.follow(following, s.options.Tiles, s.options.Counts, s.streams.wake)
	if s.options.Live != nil {
		go s.tick(following)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.app.Listener(patientListener{listener}) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	return s.Shutdown(patience)
}

// Shutdown takes no new requests and waits for the open ones as long as ctx
// lasts; what is not answered by then is cut off.
func (s *Server) Shutdown(ctx context.Context) error {
	defer s.stop()
	s.streams.end(ctx)
	if err := s.app.ShutdownWithContext(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}
