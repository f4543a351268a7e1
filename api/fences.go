package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sitmap/layers"
	"sitmap/layers/live"
)

// fenceBody is a fence as it is written and read.
type fenceBody struct {
	ID      int64          `json:"id,omitempty"`
	Name    string         `json:"name"`
	Kind    live.FenceKind `json:"kind"`
	Area    string         `json:"area,omitempty"`
	Units   []string       `json:"units,omitempty"`
	Where   *fencePlace    `json:"where,omitempty"`
	Minutes int            `json:"minutes,omitempty"`
	Hours   *fenceHours    `json:"hours,omitempty"`
	By      string         `json:"by,omitempty"`
	Made    *time.Time     `json:"made,omitempty"`
}

type fencePlace struct {
	Home    layers.Level `json:"home,omitempty"`
	Place   string       `json:"place,omitempty"`
	Outline orb.Ring     `json:"outline,omitempty"`
}

type fenceHours struct {
	From int           `json:"from"`
	To   int           `json:"to"`
	Days live.Weekdays `json:"days"`
}

func fenceOf(f live.Fence) fenceBody {
	b := fenceBody{ID: f.ID, Name: f.Name, Kind: f.Kind, Area: f.Area, Units: f.Units, Minutes: int(f.After / time.Minute), By: f.By, Made: &f.Made}
	if f.Home != "" || f.Place != "" || f.Outline != nil {
		b.Where = &fencePlace{Home: f.Home, Place: f.Place}
		if f.Outline != nil {
			b.Where.Outline = f.Outline[0]
		}
	}
	if f.Days != 0 {
		b.Hours = &fenceHours{f.From, f.To, f.Days}
	}
	return b
}

func (b fenceBody) fence() live.Fence {
	f := live.Fence{Name: strings.TrimSpace(b.Name), Kind: b.Kind, Area: b.Area, Units: b.Units, After: time.Duration(b.Minutes) * time.Minute}
	if b.Where != nil {
		f.Home, f.Place = b.Where.Home, b.Where.Place
		if b.Where.Outline != nil {
			f.Outline = orb.Polygon{b.Where.Outline}
		}
	}
	if b.Hours != nil {
		f.From, f.To, f.Days = b.Hours.From, b.Hours.To, b.Hours.Days
	}
	return f
}

// fences lists the fences of the reader's area.
func (s *Server) fences(ctx context.Context, r *request) error {
	desk, err := s.desk()
	if err != nil {
		return err
	}
	body := struct {
		Fences []fenceBody `json:"fences"`
	}{[]fenceBody{}}
	if homes := s.homes(r.user); homes.Low <= homes.High {
		found, err := desk.Fences(ctx, homes)
		if err != nil {
			return err
		}
		for _, f := range found {
			body.Fences = append(body.Fences, fenceOf(f))
		}
	}
	return r.json(body)
}

// addFence declares a fence about units of the caller's area.
func (s *Server) addFence(ctx context.Context, r *request) error {
	desk, err := s.desk()
	if err != nil {
		return err
	}
	var body fenceBody
	if err := r.decode(&body); err != nil {
		return err
	}
	f := body.fence()
	f.By = r.user.Name
	if f.Area == "" {
		f.Area = r.user.Area
	}
	if err := f.Check(); err != nil {
		return err
	}
	homes, about := s.homes(r.user), layers.Everywhere
	if f.Area != "" {
		if about, err = layers.RangeOfCode(f.Area); err != nil {
			return err
		}
	}
	if about.Low < homes.Low || about.High > homes.High {
		return layers.BadParameter("area", "give an area inside your own")
	}
	if f.Place != "" {
		if _, err := s.area(ctx, f.Place); err != nil {
			return layers.BadParameter("where.place", "give the code of an area that there is")
		}
	}
	id, err := desk.AddFence(ctx, f)
	if err != nil {
		return err
	}
	f.ID, f.Made = id, s.options.Clock().UTC()
	r.fiber.Status(201)
	return r.json(fenceOf(f))
}

// removeFence removes a fence of the caller's area.
func (s *Server) removeFence(ctx context.Context, r *request) error {
	desk, err := s.desk()
	if err != nil {
		return err
	}
	homes := s.homes(r.user)
	if homes.Low > homes.High {
		return fmt.Errorf("fence %d: %w", r.number("id"), layers.ErrNotFound)
	}
	if err := desk.RemoveFence(ctx, r.number("id"), homes); err != nil {
		return err
	}
	r.fiber.Status(204)
	return nil
}
