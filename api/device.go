package api

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"sitmap/api/auth"
	"sitmap/api/ingest"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/live"
)

// taker is where positions of units go; *live.Gate is the one.
type taker interface {
	live.Receiver
	// Source is the declared source of that id.
	Source(id string) (live.Source, bool)
	// Carrying is the source that declares the device of that number.
	Carrying(device string) (live.Source, bool)
	// Cry takes a call for help from somebody who proved nothing.
	Cry(ctx context.Context, name string) error
}

// newDoors is what the doors of devices share.
func (s *Server) newDoors() *ingest.Doors {
	gate := s.gate()
	return &ingest.Doors{Receiver: gate, Sources: sources{s.auth, gate}, Batch: readFixes, Cry: gate.Cry, Log: s.options.Log, Counts: ingest.NewCounts()}
}

func (s *Server) gate() taker {
	if s.options.Live == nil {
		return noGate{}
	}
	return s.options.Live.Gate
}

// noGate takes nothing.
type noGate struct{}

func (noGate) Receive(context.Context, string, []live.Fix) ([]live.Verdict, error) {
	return nil, errNoLive
}
func (noGate) Cry(context.Context, string) error   { return errNoLive }
func (noGate) Source(string) (live.Source, bool)   { return live.Source{}, false }
func (noGate) Carrying(string) (live.Source, bool) { return live.Source{}, false }

// ServeMQTT takes positions by MQTT on the listener, until ctx ends.
func (s *Server) ServeMQTT(ctx context.Context, listener net.Listener) error {
	return s.doors.ServeMQTT(ctx, listener)
}

// ServeJT808 takes positions by JT/T 808 on the listener, until ctx ends.
func (s *Server) ServeJT808(ctx context.Context, listener net.Listener) error {
	return s.doors.ServeJT808(ctx, listener)
}

// sources finds the source behind a token: the account of role device whose name
// is the source's id.
type sources struct {
	auth *auth.Authenticator
	gate taker
}

func (s sources) Source(ctx context.Context, secret, address string) (live.Source, error) {
	if parsed, err := netip.ParseAddr(address); err == nil {
		address = networkOf(parsed)
	}
	user, err := s.auth.Device(ctx, secret, address)
	if err != nil {
		return live.Source{}, err
	}
	if !user.Role.Has(access.Report) {
		return live.Source{}, fmt.Errorf("the role %s sends no positions: %w", user.Role, layers.ErrDenied)
	}
	return s.of(user), nil
}

func (s sources) Carrying(ctx context.Context, device string) (live.Source, error) {
	source, ok := s.gate.Carrying(device)
	if !ok {
		return live.Source{}, fmt.Errorf("device %s: %w", device, layers.ErrNotFound)
	}
	user, err := s.auth.Sender(ctx, source.ID)
	if err == nil && !user.Role.Has(access.Report) {
		err = fmt.Errorf("the role %s sends no positions: %w", user.Role, layers.ErrDenied)
	}
	return source, err
}

// of is the account's source; one that nobody declared has only its name, and the
// judge says so.
func (s sources) of(user access.User) live.Source {
	if source, ok := s.gate.Source(user.Name); ok {
		return source
	}
	return live.Source{ID: user.Name}
}

// readDeviceCredential takes the user from the token in the Authorization header,
// Bearer or the password of Basic, whose name is then the account's; or from the
// query, for devices that send no headers. Cookies prove nothing here.
func (s *Server) readDeviceCredential(ctx context.Context, r *request) (err error) {
	name, token, given := deviceSecret(r.header(fiber.HeaderAuthorization), string(r.fiber.Request().URI().QueryString()))
	if !given {
		return nil
	}
	r.token = token
	r.user, err = s.auth.Device(ctx, token, r.client.network())
	if errors.Is(err, layers.ErrNotFound) || err == nil && name != "" && name != r.user.Name {
		r.user, err = access.User{Role: access.Anonymous}, errCredential
	}
	return err
}

// deviceSecret is the token of a device, and the name that was given with it, if any.
func deviceSecret(authorization, query string) (name, token string, given bool) {
	scheme, value, _ := strings.Cut(authorization, " ")
	value = strings.TrimSpace(value)
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return "", value, true
	case strings.EqualFold(scheme, "Basic"):
		plain, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return "", "", true
		}
		name, token, _ = strings.Cut(string(plain), ":")
		return name, token, true
	case authorization != "":
		return "", "", true
	}
	values, err := url.ParseQuery(query)
	if err != nil || !values.Has("token") {
		return "", "", false
	}
	return "", values.Get("token"), true
}

// osmAnd answers a report by the OsmAnd protocol.
func (s *Server) osmAnd(ctx context.Context, r *request) error {
	query := string(r.fiber.Request().URI().QueryString())
	body, err := r.deviceBody()
	if err != nil {
		return s.malformed(ingest.OsmAnd, err)
	}
	var report ingest.Report
	if media, _, _ := strings.Cut(r.header(fiber.HeaderContentType), ";"); strings.TrimSpace(media) == fiber.MIMEApplicationJSON {
		report, err = ingest.ReadOsmAndJSON(body, r.began)
	} else {
		report, err = ingest.ReadOsmAnd(query+"&"+string(body), r.began)
	}
	if err != nil {
		return s.malformed(ingest.OsmAnd, err)
	}
	verdicts, err := s.receive(ctx, r, ingest.OsmAnd, report)
	if err != nil {
		return err
	}
	return r.json(map[string]any{"verdicts": verdicts})
}

// ownTracks answers a message of OwnTracks.
func (s *Server) ownTracks(ctx context.Context, r *request) error {
	body, err := r.deviceBody()
	if err != nil {
		return s.malformed(ingest.OwnTracks, err)
	}
	report, err := ingest.ReadOwnTracks(body)
	if err != nil {
		return s.malformed(ingest.OwnTracks, err)
	}
	for _, name := range []string{r.header("X-Limit-D"), strings.Clone(r.fiber.Query("d"))} {
		if name != "" {
			report.Device = name
		}
	}
	if report.Located && report.Device == "" {
		return s.malformed(ingest.OwnTracks, layers.BadParameter("X-Limit-D", "must name the device"))
	}
	verdicts, err := s.receive(ctx, r, ingest.OwnTracks, report)
	if err != nil {
		return err
	}
	if len(verdicts) > 0 {
		r.fiber.Set("Sitmap-Verdict", verdicts[0].String())
	}
	return r.json([]struct{}{})
}

// deviceBody is the body, as it is.
func (r *request) deviceBody() ([]byte, error) {
	if r.header(fiber.HeaderContentEncoding) != "" {
		return nil, errEncoding
	}
	body := r.fiber.Request().Body()
	if len(body) > maxReport {
		return nil, fiber.NewError(http.StatusRequestEntityTooLarge)
	}
	return append([]byte(nil), body...), nil
}

// receive hands the report on. A question that wants no answer brings nothing.
func (s *Server) receive(ctx context.Context, r *request, by ingest.Protocol, report ingest.Report) ([]live.Verdict, error) {
	verdicts := []live.Verdict{}
	if r.fiber.Method() == http.MethodHead {
		return verdicts, nil
	}
	source := sources{s.auth, s.gate()}.of(r.user)
	got, err := s.doors.Receive(ctx, by, source, report.Fixes(source))
	return append(verdicts, got...), err
}

func (s *Server) malformed(by ingest.Protocol, err error) error {
	s.doors.Counts.Refuse(by, ingest.ReasonMalformed)
	return err
}
