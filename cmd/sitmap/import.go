package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/user"
	"strings"

	"sitmap/data/format"
	"sitmap/data/intake"
	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
)

type importCommand struct {
	Layer     string   `arg:"" help:"Id of the layer: area, grid, camera, unit, dispute, …; or positions, for past ones of units; or roster, for shifts of units as CSV."`
	File      string   `arg:"" help:"GeoJSON, GPX, or CSV with columns of longitude and latitude." type:"existingfile"`
	Format    string   `help:"Format of the file; else found by its name and beginning."`
	CRS       string   `name:"crs" help:"Coordinate system: EPSG:4326, EPSG:4490, GCJ-02 or BD-09."`
	City      string   `help:"Code of the city the data belong to; not needed when there is one."`
	Map       []string `help:"Column of the file for a field of the layer, or for id, lon, lat; - leaves it out." placeholder:"COLUMN=FIELD" sep:"none"`
	Codes     []string `help:"The city's own code list for a field: CSV with value,zh,en,tone,aliases." placeholder:"FIELD=FILE" sep:"none"`
	DryRun    bool     `help:"Judge everything, store nothing."`
	Strict    bool     `help:"Store nothing when any row is rejected."`
	Synthetic bool     `help:"Mark everything in the file as invented."`
	JSON      bool     `help:"Print the report as JSON."`
	importHistory
}

func (c importCommand) Run(e *environment) error {
	if c.Layer == positionsName {
		return c.positions(e)
	}
	if c.Layer == rosterWord {
		return c.roster(e)
	}
	request := intake.Request{Layer: c.Layer, Format: c.Format, CRS: c.CRS, City: c.City, DryRun: c.DryRun, Strict: c.Strict, Synthetic: c.Synthetic, By: whoAsks()}
	for _, text := range c.Map {
		assignment, err := intake.ParseAssignment(text)
		if err != nil {
			return err
		}
		request.Map = append(request.Map, assignment)
	}
	var err error
	if request.Codes, err = readCodeLists(e.ctx, c.Codes); err != nil {
		return err
	}
	if request.File, err = format.OpenFile(c.File); err != nil {
		return err
	}
	defer request.File.Close()
	return e.withStore(func(s *postgis.Store) error {
		report, err := intake.Run(e.ctx, request, importStore{s}, catalog.All)
		if printErr := c.print(e, report); printErr != nil && err == nil {
			return printErr
		}
		return err
	})
}

func (c importCommand) print(e *environment, r intake.Report) error {
	if !c.JSON {
		return r.Write(e.out)
	}
	encoder := json.NewEncoder(e.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

func readCodeLists(ctx context.Context, options []string) (layers.Codebook, error) {
	var book layers.Codebook
	for _, option := range options {
		field, name, ok := strings.Cut(option, "=")
		if !ok || field == "" || name == "" {
			return nil, fmt.Errorf("--codes %q is not FIELD=FILE: %w", option, layers.ErrInvalid)
		}
		file, err := format.OpenFile(name)
		if err != nil {
			return nil, err
		}
		list, err := intake.ReadCodes(ctx, file)
		file.Close()
		if err != nil {
			return nil, err
		}
		if book == nil {
			book = layers.Codebook{}
		}
		book[field] = list
	}
	return book, nil
}

// whoAsks is the account of the machine that started the import.
func whoAsks() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// importStore hands the store to the intake, whose batches are an interface.
type importStore struct{ *postgis.Store }

func (s importStore) Begin(ctx context.Context, b layers.Batch) (intake.Batch, error) {
	return s.Store.Begin(ctx, b)
}
