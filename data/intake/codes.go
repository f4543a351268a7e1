package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sitmap/data/format"
	"sitmap/layers"
)

const (
	maxCodes     = 500
	maxCodeTitle = 80 // characters
)

var codeValue = regexp.MustCompile(`^[\p{L}\p{N}_.+-]{1,40}$`)

// kindTones are given in turn to codes whose list names no tone.
var kindTones = []layers.Tone{layers.K1, layers.K2, layers.K3, layers.K4, layers.K5, layers.K6, layers.K7, layers.K8}

var tones = append([]layers.Tone{layers.Good, layers.WatchFor, layers.Act, layers.Critical, layers.Muted}, kindTones...)

// ReadCodes reads a city's own code list from a CSV table with the columns
// value, zh, en and, if wanted, tone and aliases (several joined by a vertical
// bar). One of the two titles may be empty. The error is of kind
// layers.ErrInvalid and names every faulty row.
func ReadCodes(ctx context.Context, f *format.File) ([]layers.Code, error) {
	table, err := format.CSV.Open(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("code list %s: %w", f.Name, err)
	}
	columns := make(map[string]int)
	for i, name := range table.Head().Columns {
		columns[foldName(name)] = i
	}
	if _, ok := columns["value"]; !ok {
		return nil, fmt.Errorf("code list %s: the first line must name the columns value, zh, en: %w", f.Name, layers.ErrInvalid)
	}
	var codes []layers.Code
	var faults []error
	for {
		rec, err := table.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("code list %s: %w", f.Name, err)
		}
		c, err := readCode(rec, columns, len(codes))
		if err == nil {
			err = newName(c, codes)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("row %d: %w", rec.Row, err))
		}
		if codes = append(codes, c); len(codes) > maxCodes {
			return nil, fmt.Errorf("code list %s: more than %d codes: %w", f.Name, maxCodes, layers.ErrInvalid)
		}
	}
	if len(codes) == 0 {
		faults = append(faults, errors.New("holds no codes"))
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("code list %s: %w: %w", f.Name, errors.Join(faults...), layers.ErrInvalid)
	}
	return codes, nil
}

func readCode(rec format.Record, columns map[string]int, nth int) (layers.Code, error) {
	if len(rec.Problems) > 0 {
		return layers.Code{}, errors.New(rec.Problems[0].Fault)
	}
	at := func(name string) string {
		if i, ok := columns[name]; ok {
			return strings.TrimSpace(rec.Values[i])
		}
		return ""
	}
	c := layers.Code{Value: at("value"), Title: layers.Text{Zh: at("zh"), En: at("en")}, Tone: layers.Tone(at("tone"))}
	for alias := range strings.SplitSeq(at("aliases"), "|") {
		if alias = strings.TrimSpace(alias); alias != "" {
			c.Aliases = append(c.Aliases, alias)
		}
	}
	if c.Title.Zh == "" {
		c.Title.Zh = c.Title.En
	}
	if c.Title.En == "" {
		c.Title.En = c.Title.Zh
	}
	if c.Tone == "" {
		c.Tone = layers.Muted
		if nth < len(kindTones) {
			c.Tone = kindTones[nth]
		}
	}
	for _, name := range names(c) {
		switch {
		case private(name) != "":
			return c, errors.New("holds " + private(name))
		case labelsPeople(name):
			return c, errors.New("a category that labels people; use categories of the matter, not of the persons")
		case len([]rune(name)) > maxCodeTitle || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
			return c, fmt.Errorf("%q is longer than %d characters, or holds control characters", shorten(name), maxCodeTitle)
		}
	}
	switch {
	case !codeValue.MatchString(c.Value):
		return c, fmt.Errorf("the value %q is not 1 to 40 letters, digits, '_', '.', '+', '-'", shorten(c.Value))
	case c.Title.Zh == "":
		return c, fmt.Errorf("the value %q has no title", c.Value)
	case !slices.Contains(tones, c.Tone):
		return c, fmt.Errorf("%q is not one of the tones %v", shorten(string(c.Tone)), tones)
	}
	return c, nil
}

// names are all spellings under which a code may stand in a file.
func names(c layers.Code) []string {
	return append([]string{c.Value, c.Title.Zh, c.Title.En}, c.Aliases...)
}

// newName makes sure that no spelling stands for two codes.
func newName(c layers.Code, before []layers.Code) error {
	for _, other := range before {
		for _, name := range names(c) {
			if slices.ContainsFunc(names(other), func(n string) bool { return strings.EqualFold(n, name) }) {
				return fmt.Errorf("%q stands for %s already", shorten(name), other.Value)
			}
		}
	}
	return nil
}

// codebook is the code lists in force for the import: those the city brought
// before, and in their place those of this import.
func codebook(layer layers.Layer, city layers.CityInfo, own layers.Codebook) (layers.Codebook, error) {
	for name := range own {
		f, ok := layer.Field(name)
		if !ok || !f.OwnCodes {
			return nil, fmt.Errorf("field %q of layer %s takes no code list of a city's own; %s: %w", name, layer.ID, ownFields(layer), layers.ErrInvalid)
		}
	}
	all := maps.Clone(city.Codes[layer.ID])
	if all == nil {
		all = layers.Codebook{}
	}
	maps.Copy(all, own)
	return all, nil
}

func ownFields(layer layers.Layer) string {
	var names []string
	for _, f := range layer.Fields {
		if f.OwnCodes {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return "no field of this layer does"
	}
	return "these do: " + strings.Join(names, ", ")
}
