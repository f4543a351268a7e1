package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/singleflight"

	"sitmap/layers"
	"sitmap/tiles"
)

const (
	// remoteTimeout bounds one question to the service where nothing else is
	// said, remoteDial the making of a connection.
	remoteTimeout = 10 * time.Second
	remoteDial    = 3 * time.Second
	// remotePause is how long a service that could not be reached is left alone:
	// a map asks for forty tiles at once.
	remotePause = 5 * time.Second
	// maxRemoteTile is the largest tile that is taken, in bytes.
	maxRemoteTile = 4 << 20
	// remoteConnections bounds what is asked of the service at the same time.
	remoteConnections = 16
	// remoteKeep is how long a tile is kept in memory.
	remoteKeep = 24 * time.Hour
)

// RemoteOptions describe a tile service inside the operator's network.
type RemoteOptions struct {
	// Template is the address with {z}, {x} and {y}, or {-y} where rows count
	// from the south, and {s} for one of the subdomains. The program alone uses
	// it: a key in it never reaches a browser.
	Template         string
	Subdomains       []string
	Attribution      string
	MinZoom, MaxZoom int
	CacheBytes       uint64
	Timeout          time.Duration // for one tile; 0 for ten seconds
}

// NewRemoteBasemap makes a basemap of a tile service (XYZ, or WMTS by key-value
// pairs or by path, in the Web Mercator matrix set). Nothing is fetched yet. The
// error is of kind layers.ErrInvalid when the template makes no sense.
func NewRemoteBasemap(o RemoteOptions) (*Basemap, error) {
	if err := checkTemplate(o); err != nil {
		return nil, err
	}
	if o.MinZoom < 0 || o.MaxZoom > tiles.MaxZoom || o.MinZoom > o.MaxZoom {
		return nil, fmt.Errorf("basemap zooms %d to %d do not lie between 0 and %d: %w", o.MinZoom, o.MaxZoom, tiles.MaxZoom, layers.ErrInvalid)
	}
	if o.Timeout <= 0 {
		o.Timeout = remoteTimeout
	}
	cache, err := otter.New(&otter.Options[maptile.Tile, []byte]{
		MaximumWeight:    o.CacheBytes,
		Weigher:          func(_ maptile.Tile, body []byte) uint32 { return uint32(len(body) + 256) },
		ExpiryCalculator: otter.ExpiryWriting[maptile.Tile, []byte](remoteKeep),
	})
	if err != nil {
		return nil, fmt.Errorf("basemap cache: %w", err)
	}
	dialer := net.Dialer{Timeout: remoteDial}
	r := &remote{options: o, vector: isVectorTemplate(o.Template), cache: cache}
	r.client = http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: remoteDial,
			MaxConnsPerHost: remoteConnections, MaxIdleConnsPerHost: remoteConnections, IdleConnTimeout: time.Minute,
			MaxResponseHeaderBytes: 64 << 10,
		},
		// The operator has named one service; it may not send us elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Basemap{Vector: r.vector, Attribution: o.Attribution, MinZoom: o.MinZoom, MaxZoom: o.MaxZoom, Source: r}, nil
}

func checkTemplate(o RemoteOptions) error {
	has := func(name string) bool { return strings.Contains(o.Template, name) }
	if !has("{z}") || !has("{x}") || has("{y}") == has("{-y}") {
		return fmt.Errorf("a basemap address needs {z}, {x} and either {y} or {-y}: %w", layers.ErrInvalid)
	}
	if has("{s}") && len(o.Subdomains) == 0 {
		return fmt.Errorf("a basemap address with {s} needs subdomains: %w", layers.ErrInvalid)
	}
	example := (&remote{options: o}).address(maptile.New(0, 0, 0))
	u, err := url.Parse(example)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(example, "{}") {
		// The address itself may hold a key, so the text does not repeat it.
		return fmt.Errorf("the basemap address is not one of http or https with no names in braces but {s}, {z}, {x}, {y}, {-y}: %w", layers.ErrInvalid)
	}
	return nil
}

// isVectorTemplate tells vector tiles by the ending of the path.
func isVectorTemplate(template string) bool {
	path, _, _ := strings.Cut(template, "?")
	return strings.HasSuffix(path, ".mvt") || strings.HasSuffix(path, ".pbf")
}

// remote asks a tile service and keeps what it said.
type remote struct {
	options RemoteOptions
	vector  bool
	client  http.Client
	cache   *otter.Cache[maptile.Tile, []byte] // an empty one: there is no such tile
	running singleflight.Group
	away    atomic.Int64 // unreachable until then, in nanoseconds of the machine's clock
}

// Tile is the tile from memory, or asked for once for everybody who waits.
func (r *remote) Tile(ctx context.Context, t maptile.Tile) ([]byte, tiles.Coding, error) {
	if body, ok := r.cache.GetIfPresent(t); ok {
		return found(body)
	}
	waiting := r.running.DoChan(fmt.Sprintf("%d/%d/%d", t.Z, t.X, t.Y), func() (any, error) {
		// Who asked first may leave while others wait.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.options.Timeout)
		defer cancel()
		body, err := r.fetch(ctx, t)
		if err != nil {
			return nil, err
		}
		r.cache.Set(t, body)
		return body, nil
	})
	select {
	case <-ctx.Done():
		return nil, tiles.Identity, ctx.Err()
	case done := <-waiting:
		if done.Err != nil {
			return nil, tiles.Identity, done.Err
		}
		return found(done.Val.([]byte))
	}
}

func found(body []byte) ([]byte, tiles.Coding, error) {
	if len(body) == 0 {
		return nil, tiles.Identity, layers.ErrNotFound
	}
	return body, tiles.Identity, nil
}

// fetch is the tile from the service; nil where it has none.
func (r *remote) fetch(ctx context.Context, t maptile.Tile) ([]byte, error) {
	if time.Now().UnixNano() < r.away.Load() {
		return nil, errors.New("the service could not be reached a moment ago")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address(t), nil)
	if err != nil {
		return nil, withoutAddress(err)
	}
	request.Header.Set("User-Agent", "sitmap")
	answer, err := r.client.Do(request)
	if err != nil {
		var failed *net.OpError
		if errors.As(err, &failed) && failed.Op == "dial" {
			r.away.Store(time.Now().Add(remotePause).UnixNano())
		}
		return nil, withoutAddress(err)
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusNoContent, http.StatusNotFound:
		return nil, nil
	default:
		return nil, fmt.Errorf("the service answers with status %d", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxRemoteTile+1))
	if err != nil {
		return nil, withoutAddress(err)
	}
	if len(body) > maxRemoteTile {
		return nil, fmt.Errorf("the service sends a tile of more than %d bytes", maxRemoteTile)
	}
	return body, r.check(answer.Header.Get("Content-Type"), body)
}

// vectorTypes are the names under which vector tiles travel.
var vectorTypes = []string{typeTile, "application/x-protobuf", "application/protobuf", "application/octet-stream"}

// check lets tiles pass and nothing else: a sign-in page is not a map.
func (r *remote) check(contentType string, body []byte) error {
	media, _, _ := mime.ParseMediaType(contentType)
	switch {
	case len(body) == 0:
		return nil
	case r.vector && (!slices.Contains(vectorTypes, media) || body[0] != layerTag):
		return fmt.Errorf("the service sends %.60q, not a vector tile", media)
	case !r.vector && (!strings.HasPrefix(media, "image/") || pictureType(body) == ""):
		return fmt.Errorf("the service sends %.60q, not a picture", media)
	}
	return nil
}

// layerTag begins every vector tile: field 3, a message.
const layerTag = 0x1a

func (r *remote) address(t maptile.Tile) string {
	subdomain := ""
	if n := uint32(len(r.options.Subdomains)); n > 0 {
		// Always the same one for a tile, so that caches on the way can help.
		subdomain = r.options.Subdomains[(t.X+t.Y)%n]
	}
	number := func(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
	return strings.NewReplacer("{s}", subdomain, "{z}", number(uint32(t.Z)), "{x}", number(t.X),
		"{y}", number(t.Y), "{-y}", number(uint32(1)<<t.Z-1-t.Y)).Replace(r.options.Template)
}

// withoutAddress is the failure without the address that net/http puts before
// it: a key in it would lie in the log.
func withoutAddress(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		if wrapped.Timeout() {
			return context.DeadlineExceeded
		}
		return wrapped.Err
	}
	return err
}
