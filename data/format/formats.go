// Package format reads the file formats of imports: one file for each format,
// and the visible list of all of them.
//
// A reader turns a file into records, one after the other, without holding the
// file in memory. It knows columns, text and geometry; it does not know layers,
// fields or cities, which is the work of package intake. Coordinates are handed
// on as the file has them, first number first.
//
// Two kinds of fault are told apart. What is wrong with one row lies in
// Record.Problems and the reader goes on with the next row. What makes the rest
// of the file unreadable is an error of kind layers.ErrInvalid that names the
// row, and then nothing of the file may be used.
package format

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"sitmap/layers"
)

// All is every format, in the order in which the beginning of a file is tried
// against them when its name says nothing.
var All = []Format{GeoJSON, GPX, CSV}

// Format is one way in which files hold features.
type Format struct {
	ID         string // as --format names it
	Title      layers.Text
	Extensions []string // with the point, lower case
	// Sniff reports whether a file that begins so may be of this format.
	Sniff func(head []byte) bool
	// Open reads as much as is needed to know the columns. Cancelling the
	// context makes this and every later read fail.
	Open func(ctx context.Context, f *File) (Reader, error)
}

// Reader gives the records of a file in their order.
type Reader interface {
	// Head says what is known before the first record.
	Head() Head
	// Next gives the next record, io.EOF after the last. The record is valid
	// until the following call.
	Next() (Record, error)
	// Notes says, after the last record, what was changed or left out on the
	// way, for people.
	Notes() []layers.Text
}

// Head is what a file says about itself.
type Head struct {
	// Columns are the names of the columns, each once. A column without a name
	// is called by its position, "#1"; the second of two that share a name
	// becomes "name#2".
	Columns []string
	// CRS is the coordinate system as the file names it, empty when it does not.
	CRS string
	// Geometry says that records bring a geometry of their own.
	Geometry bool
	// IDs says that records may bring an id outside the columns.
	IDs bool
}

// Record is one row of a table or one feature of a map.
type Record struct {
	Row      int          // 1 is the first row of data
	ID       string       // outside the columns; empty when there is none
	Values   []string     // as text, in the order of Head.Columns; empty for no value
	Geometry orb.Geometry // nil where there is none
	// Problems are the faults of this row. Values and Geometry then hold what
	// could be read, and the row must not be used.
	Problems []layers.Problem
}

// sniffed is how much of the beginning of a file is looked at.
const sniffed = 64 << 10

// Detect finds the format of a file: the one that is named; else by the
// extension of its name; else by how it begins. The error is of kind
// layers.ErrInvalid and lists the formats there are.
func Detect(f *File, named string) (Format, error) {
	if named != "" {
		for _, one := range All {
			if strings.EqualFold(one.ID, named) {
				return one, nil
			}
		}
		return Format{}, fmt.Errorf("format %q is not one of %s: %w", named, ids(), layers.ErrInvalid)
	}
	extension := strings.ToLower(filepath.Ext(f.Name))
	for _, one := range All {
		if slices.Contains(one.Extensions, extension) {
			return one, nil
		}
	}
	head, err := f.head(sniffed)
	if err != nil {
		return Format{}, err
	}
	for _, one := range All {
		if one.Sniff(head) {
			return one, nil
		}
	}
	return Format{}, fmt.Errorf("%s is in none of the formats this program reads (%s); convert it, or name the format: %w", f.Name, ids(), layers.ErrInvalid)
}

func ids() string {
	names := make([]string, len(All))
	for i, one := range All {
		names[i] = one.ID
	}
	return strings.Join(names, ", ")
}

// text is a phrase in both languages.
func text(zh, en string) layers.Text { return layers.Text{Zh: zh, En: en} }
