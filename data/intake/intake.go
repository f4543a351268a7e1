// Package intake brings a file onto a layer: it finds the column of each field,
// reads every row, refuses what does not belong on the map, and hands the rest
// to a store as one batch, which is applied whole or not at all.
//
// A row with any fault is rejected as a whole and named with column, fault and
// cure; the other rows go on. What concerns the file as a whole (an unreadable
// file, a required field without a column, an unknown coordinate system) ends
// the import with an error of kind layers.ErrInvalid before anything is stored.
//
// The guard refuses what belongs to persons: identity numbers, mobile phones,
// number plates and e-mail addresses in any value that would be stored, and
// columns whose names speak of a person. What it refused is never repeated in a
// message, a log or the store.
package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"sitmap/data/format"
	"sitmap/layers"
)

// Request is an import somebody asks for.
type Request struct {
	Layer string // id of the layer
	File  *format.File
	// Format is the id of a format; empty to find it by the file's name, else
	// by how the file begins.
	Format string
	// CRS names the coordinate system in any common spelling; empty for the one
	// the file declares, or WGS 84 when it declares none.
	CRS string
	// City is the code of the city the data belong to; empty for the only one
	// there is. The area layer needs none.
	City string
	// Map assigns columns to fields; the other columns go by their names.
	Map []Assignment
	// Codes are the city's own code lists, for fields that allow one.
	Codes layers.Codebook
	// DryRun judges everything and stores nothing.
	DryRun bool
	// Strict refuses the file when any row is rejected.
	Strict bool
	// Synthetic marks everything in the file as invented.
	Synthetic bool
	By        string    // who asks
	At        time.Time // when; zero for now
}

const (
	// chunkRows is how many rows are handed to the store at a time.
	chunkRows = 1000
	// chunkPoints is how many positions are held before they are handed on.
	chunkPoints = 200_000
	// discardTime is how long the clearing away of an ended import may take.
	discardTime = 30 * time.Second
)

// Run imports the file. The report is filled as far as the import came, also
// when there is an error. The errors are of kind layers.ErrInvalid for a wrong
// file or request, and when no row was accepted, or when Strict refused the
// file; layers.ErrNotFound for an unknown layer or city. After an error nothing
// is stored, with one exception: when every row was rejected, the rejects are
// kept.
func Run(ctx context.Context, q Request, store Store, catalog layers.Catalog) (Report, error) {
	report := Report{Layer: q.Layer, File: q.File.Name, DryRun: q.DryRun}
	job, err := prepare(ctx, q, store, catalog, &report)
	if err != nil {
		return report, err
	}
	hash, err := fingerprint(ctx, q.File)
	if err != nil {
		return report, err
	}
	at := q.At
	if at.IsZero() {
		at = time.Now()
	}
	batch, err := store.Begin(ctx, layers.Batch{
		Layer: q.Layer, City: report.City, File: q.File.Name, SHA256: hash, CRS: string(report.CRS),
		By: q.By, At: at.UTC(), LeftOut: report.leftOutNames(), Synthetic: q.Synthetic, Codes: q.Codes,
	})
	if err != nil {
		return report, fmt.Errorf("begin the import: %w", err)
	}
	if err = job.run(ctx, batch, &report, q.Strict); err != nil || q.DryRun || !report.Applied {
		clearing, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTime)
		defer cancel()
		if discardErr := batch.Discard(clearing); discardErr != nil {
			err = errors.Join(err, fmt.Errorf("discard the import: %w", discardErr))
		}
		return report, err
	}
	if report.Rejected == report.Rows {
		return report, fmt.Errorf("no row of %d could be accepted: %w", report.Rows, layers.ErrInvalid)
	}
	return report, nil
}

// prepare settles everything that must be clear before the first row is read.
func prepare(ctx context.Context, q Request, store Store, catalog layers.Catalog, report *Report) (*job, error) {
	layer, err := catalog.Layer(q.Layer)
	if err != nil {
		return nil, err
	}
	city, err := chooseCity(ctx, store, layer, q.City)
	if err != nil {
		return nil, err
	}
	codes, err := codebook(layer, city, q.Codes)
	if err != nil {
		return nil, err
	}
	report.City, report.CityName, report.Zone = city.Area.Code, cityName(city), city.Zone.String()

	one, err := format.Detect(q.File, q.Format)
	if err != nil {
		return nil, err
	}
	report.Format = one.ID
	reader, err := one.Open(ctx, q.File)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", q.File.Name, err)
	}
	head := reader.Head()
	if err := report.settleCRS(q.CRS, head.CRS, city); err != nil {
		return nil, err
	}
	m, err := mapColumns(layer, head, q.Map)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", q.File.Name, err)
	}
	report.Mapping, report.LeftOut = m.report()
	return &job{
		reader: reader,
		pile:   newPile(),
		rows: rowReader{layer: layer, head: head, mapping: m, crs: report.CRS, zone: city.Zone, codes: codes,
			place: newPlaceCheck(city.Area), synthetic: q.Synthetic},
		dryRun: q.DryRun,
	}, nil
}

// fingerprint is the SHA-256 of the file, hexadecimal.
func fingerprint(ctx context.Context, f *format.File) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, f.Reader(ctx)); err != nil {
		return "", fmt.Errorf("read %s: %w", f.Name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
