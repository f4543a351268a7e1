package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/replay"
)

// Tracks is where past fixes rest.
type Tracks interface {
	// Tracks hands the tracks of the question's units to yield, in their order,
	// as far as the scope goes.
	Tracks(ctx context.Context, q replay.Question, s access.Scope, yield func(replay.Track) error) error
	// Held tells whether all fixes of the window that are older than that
	// are kept nevertheless.
	Held(ctx context.Context, w layers.Window, since time.Time) (bool, error)
	// LogLooks writes that somebody looks; nothing is shown before.
	LogLooks(ctx context.Context, looks []replay.Look) error
	// Looks lists them, newest first, from before that number on; 0 for the newest.
	Looks(ctx context.Context, homes layers.AreaRange, before int64, limit int) ([]replay.Look, error)
}

// mostReplayed is how many units may be named at once.
const mostReplayed = 100

// replayed are the units asked for: those that have tracks, by id, and how many
// are one person's posts, which have none.
type replayed struct {
	named bool
	area  layers.AreaRange // in which their homes lie
	units []layers.AreaRange
	ids   []string
	words [][2]string // call sign and name
	posts int
}

// replay answers with where units were. Whoever looks is logged first.
func (s *Server) replay(ctx context.Context, r *request) error {
	if s.options.Live == nil || s.options.Live.Tracks == nil {
		return errNoLive
	}
	q := replay.Question{}
	var err error
	if q.Window, err = s.replayWindow(ctx, r); err != nil {
		return err
	}
	of, err := s.replayedUnits(ctx, r)
	if err != nil {
		return err
	}
	q.Units = of.ids
	length := q.Window.To.Sub(q.Window.From)
	q.Pace = replay.Pace(len(q.Units), length)
	if r.given("every") {
		if q.Pace = time.Duration(r.number("every")) * time.Second; !replay.Fits(len(q.Units), length, q.Pace) {
			return layers.BadParameter("every", "%d units for %s at that pace are too many steps; give %d or more, fewer units or a shorter window",
				len(q.Units), length, int64(replay.Pace(len(q.Units), length)/time.Second))
		}
	}
	if err := s.options.Live.Tracks.LogLooks(ctx, of.looks(r.user, q.Window)); err != nil {
		return err
	}
	return s.stream(ctx, r, typeJSON, func(w io.Writer) error { return s.writeTracks(ctx, w, q, r.scope(), of) })
}

// replayWindow reads from and to: whole seconds, no more than a day, and not from
// before what is kept. What lies ahead is left out.
func (s *Server) replayWindow(ctx context.Context, r *request) (w layers.Window, err error) {
	now := s.options.Clock().UTC()
	for _, end := range []struct {
		name string
		at   *time.Time
	}{{"from", &w.From}, {"to", &w.To}} {
		if *end.at, err = time.Parse(time.RFC3339, r.text(end.name)); err != nil {
			return w, layers.BadParameter(end.name, "give a moment in RFC 3339, such as 2016-09-30T08:00:00Z; write + as %%2B")
		}
		*end.at = end.at.UTC().Truncate(time.Second)
	}
	if !w.From.Before(w.To) {
		return w, layers.BadParameter("to", "give a moment after from")
	}
	if w.To.Sub(w.From) > replay.Longest {
		return w, layers.BadParameter("to", "a window is at most %d hours long", replay.Longest/time.Hour)
	}
	if !w.From.Before(now) {
		return w, layers.BadParameter("from", "give a moment that has passed")
	}
	if end := now.Truncate(time.Second).Add(time.Second); w.To.After(end) {
		w.To = end
	}
	if oldest := now.Add(-s.options.Live.Keep); w.From.Before(oldest) {
		held, err := s.options.Live.Tracks.Held(ctx, w, oldest)
		if err == nil && !held {
			err = layers.BadParameter("from", "older fixes were removed, passes remain; give %s or later", oldest.Truncate(time.Second).Add(time.Second).Format(time.RFC3339))
		}
		return w, err
	}
	return w, nil
}

// replayedUnits are the units named, or all at home in an area, as far as the
// reader sees them.
func (s *Server) replayedUnits(ctx context.Context, r *request) (of replayed, err error) {
	if r.given("unit") == r.given("area") {
		return of, layers.BadParameter("unit", "give unit, or area instead")
	}
	homes := s.homes(r.user)
	named := map[string]bool{}
	if of.named = r.given("unit"); of.named {
		for id := range strings.SplitSeq(r.text("unit"), ",") {
			named[id] = false
		}
		if len(named) > mostReplayed {
			return of, layers.BadParameter("unit", "give at most %d ids, or area instead", mostReplayed)
		}
	} else {
		area, err := s.areaRange(ctx, r.text("area"))
		if err != nil {
			return of, err
		}
		homes = layers.AreaRange{Low: max(area.Low, homes.Low), High: min(area.High, homes.High)}
	}
	of.area = homes
	for _, one := range s.options.Live.Board.All(homes) {
		u := one.Unit
		if _, asked := named[u.ID]; of.named && !asked {
			continue
		}
		named[u.ID] = true
		if u.Alone() {
			of.posts++
			continue
		}
		of.ids, of.words = append(of.ids, u.ID), append(of.words, [2]string{u.CallSign, u.Name})
		of.units = append(of.units, layers.AreaRange{Low: u.Area, High: u.Area})
	}
	for id, found := range named {
		if !found {
			return of, fmt.Errorf("unit %q: %w", shown(id), layers.ErrNotFound)
		}
	}
	return of, nil
}

// looks are what is logged: a line for each unit named, or one for the area.
func (of replayed) looks(by access.User, w layers.Window) []replay.Look {
	look := replay.Look{By: by.Name, Role: string(by.Role), Area: of.area, Window: w, Units: len(of.ids)}
	if !of.named {
		if look.Area.Low > look.Area.High {
			return nil // nobody's units are looked at
		}
		return []replay.Look{look}
	}
	var all []replay.Look
	for k, id := range of.ids {
		look.Unit, look.Area, look.Units = id, of.units[k], 1
		all = append(all, look)
	}
	return all
}

// trackBody is a track in columns, each of differences to the value before, the
// first to the beginning of the window or to zero.
type trackBody struct {
	Unit     string   `json:"unit"`
	CallSign string   `json:"callSign"`
	Name     string   `json:"name"`
	At       []int64  `json:"at"`
	Lon      []int32  `json:"lon"`
	Lat      []int32  `json:"lat"`
	Stops    [][4]any `json:"stops"`
	Calls    [][]any  `json:"calls"`
}

func trackOf(one replay.Track, words [2]string, begin int64) trackBody {
	n := len(one.Steps)
	body := trackBody{one.Unit, words[0], words[1], make([]int64, n), make([]int32, n), make([]int32, n), [][4]any{}, [][]any{}}
	last := replay.Step{At: begin}
	for k, step := range one.Steps {
		body.At[k], body.Lon[k], body.Lat[k] = step.At-last.At, step.Lon-last.Lon, step.Lat-last.Lat
		last = step
	}
	for _, stop := range one.Stops {
		body.Stops = append(body.Stops, [4]any{stop.From.Unix() - begin, stop.To.Unix() - begin, roundTo(stop.Point[0], 5), roundTo(stop.Point[1], 5)})
	}
	for _, call := range one.Calls {
		row := []any{call.At.Unix() - begin}
		if call.Point[0] != 0 || call.Point[1] != 0 {
			row = append(row, roundTo(call.Point[0], 5), roundTo(call.Point[1], 5))
		}
		body.Calls = append(body.Calls, row)
	}
	return body
}

// writeTracks writes the answer, a unit after the other. Units without a fix in
// the window are counted and left out.
func (s *Server) writeTracks(ctx context.Context, w io.Writer, q replay.Question, scope access.Scope, of replayed) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, `{"from":%q,"to":%q,"every":%d,"scale":%d,"posts":%d,"tracks":[`,
		q.Window.From.Format(time.RFC3339), q.Window.To.Format(time.RFC3339), int64(q.Pace/time.Second), replay.Scale, of.posts)
	encoder := json.NewEncoder(out)
	next, steps, told := 0, 0, 0
	err := s.options.Live.Tracks.Tracks(ctx, q, scope, func(one replay.Track) error {
		words := of.words[next]
		next++
		if len(one.Steps)+len(one.Calls)+len(one.Stops) == 0 {
			return nil
		}
		if told++; told > 1 {
			out.WriteByte(',')
		}
		steps += len(one.Steps)
		return encoder.Encode(trackOf(one, words, q.Window.From.Unix()))
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, `],"steps":%d,"still":%d}`, steps, len(q.Units)-told)
	return out.Flush()
}

// lookBody is a line of the log of looks.
type lookBody struct {
	Number int64     `json:"number"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Role   string    `json:"role"`
	Unit   string    `json:"unit,omitempty"`
	Area   string    `json:"area"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Units  int       `json:"units"`
}

// looks lists who looked at tracks of units of the reader's area.
func (s *Server) looks(ctx context.Context, r *request) error {
	if s.options.Live == nil || s.options.Live.Tracks == nil {
		return errNoLive
	}
	all, err := s.options.Live.Tracks.Looks(ctx, r.user.Range, r.number("before"), int(r.number("limit")))
	if err != nil {
		return err
	}
	body := struct {
		Looks []lookBody `json:"looks"`
	}{[]lookBody{}}
	for _, l := range all {
		body.Looks = append(body.Looks, lookBody{l.Number, l.At, l.By, l.Role, l.Unit, codeOf(l.Area), l.Window.From, l.Window.To, l.Units})
	}
	return r.json(body)
}

// codeOf is the code of the range: the digits that all its numbers share, as far
// as they are those of a level; empty for everywhere.
func codeOf(r layers.AreaRange) string {
	low, high := fmt.Sprintf("%0*d", layers.AreaDigits, r.Low), fmt.Sprintf("%0*d", layers.AreaDigits, r.High)
	digits := layers.AreaDigits
	for low[:digits] != high[:digits] {
		digits--
	}
	for digits > 0 {
		if _, level := layers.LevelOfDigits(digits); level {
			break
		}
		digits--
	}
	return low[:digits]
}
