package format

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"sitmap/layers"
)

// CSV is tables as text (RFC 4180), separated by comma, semicolon or
// tabulator, the first line naming the columns, in UTF-8. Places are columns
// like any other; package intake knows them by their names.
var CSV = Format{
	ID:         "csv",
	Title:      text("CSV 表格", "CSV table"),
	Extensions: []string{".csv", ".tsv"},
	Sniff:      looksLikeCSV,
	Open:       openCSV,
}

const (
	// maxRowBytes is the longest row of a table. A longer one is most likely a
	// quote that was never closed.
	maxRowBytes = 8 << 20
	// maxFieldBytes is the longest value in a table.
	maxFieldBytes = 256 << 10
)

func looksLikeCSV(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, utf8Mark), " \t\r\n")
	if len(head) == 0 || bytes.IndexByte(head, 0) >= 0 || bytes.ContainsAny(head[:1], "{[<%") {
		return false
	}
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	return bytes.ContainsAny(line, string(separators))
}

type csvReader struct {
	rows    *csv.Reader
	meter   *meter
	columns []string
	row     int
	blank   int // rows that hold nothing
	trimmed int // rows with more values than columns, the surplus empty
}

func openCSV(ctx context.Context, f *File) (Reader, error) {
	head, err := f.head(sniffed)
	if err != nil {
		return nil, err
	}
	plain, err := utf8Text(f.Reader(ctx))
	if err != nil {
		return nil, err
	}
	m := &meter{r: plain, left: maxRowBytes}
	rows := csv.NewReader(m)
	rows.Comma = separatorOf(head)
	rows.FieldsPerRecord = -1
	rows.ReuseRecord = true
	first, err := rows.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("the file is empty; its first line names the columns: %w", layers.ErrInvalid)
	case errors.Is(err, errMeter):
		return nil, fmt.Errorf("the first line, which names the columns, is longer than %d bytes: %w", maxRowBytes, layers.ErrInvalid)
	case isQuoteFault(err):
		return nil, fmt.Errorf("the names of the columns: %v: %w", err, layers.ErrInvalid)
	case err != nil:
		return nil, err
	}
	columns, err := columnNames(slices.Clone(first))
	if err != nil {
		return nil, err
	}
	return &csvReader{rows: rows, meter: m, columns: columns}, nil
}

func (r *csvReader) Head() Head { return Head{Columns: r.columns} }

func (r *csvReader) Next() (Record, error) {
	for {
		r.meter.left = maxRowBytes
		values, err := r.rows.Read()
		if errors.Is(err, io.EOF) {
			return Record{}, io.EOF
		}
		r.row++
		if err != nil {
			return r.faulty(err)
		}
		if !slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
			r.blank++
			continue
		}
		return r.record(values), nil
	}
}

// record checks that the row has the shape of the first line.
func (r *csvReader) record(values []string) Record {
	rec := Record{Row: r.row, Values: values}
	if n := len(r.columns); len(values) > n {
		if !slices.ContainsFunc(values[n:], func(v string) bool { return v != "" }) {
			r.trimmed++
			rec.Values = values[:n]
			return r.limit(rec)
		}
	}
	if len(values) != len(r.columns) {
		line, _ := r.rows.FieldPos(0)
		rec.Problems = append(rec.Problems, layers.Problem{Row: r.row,
			Fault: fmt.Sprintf("has %d values (line %d), the first line names %d columns", len(values), line, len(r.columns)),
			Cure:  "put values that contain the separator in double quotes, and leave missing ones empty",
		})
		rec.Values = nil
		return rec
	}
	return r.limit(rec)
}

func (r *csvReader) limit(rec Record) Record {
	for i, v := range rec.Values {
		if len(v) > maxFieldBytes {
			rec.Problems = append(rec.Problems, layers.Problem{Row: r.row, Column: r.columns[i],
				Fault: fmt.Sprintf("%d bytes long", len(v)), Cure: fmt.Sprintf("shorten it below %d bytes, or remove the column", maxFieldBytes)})
		}
	}
	return rec
}

// faulty tells a fault of one row from one that hides where the following rows
// begin.
func (r *csvReader) faulty(err error) (Record, error) {
	if errors.Is(err, errMeter) {
		return Record{}, fmt.Errorf("row %d is longer than %d bytes; a double quote is probably not closed: %w", r.row, maxRowBytes, layers.ErrInvalid)
	}
	var parse *csv.ParseError
	if !isQuoteFault(err) || !errors.As(err, &parse) {
		return Record{}, fmt.Errorf("row %d: %w", r.row, err)
	}
	if parse.StartLine != parse.Line {
		return Record{}, fmt.Errorf("row %d: a double quote that opens in line %d is not closed as it should be (line %d, position %d): %w",
			r.row, parse.StartLine, parse.Line, parse.Column, layers.ErrInvalid)
	}
	return Record{Row: r.row, Problems: []layers.Problem{{Row: r.row,
		Fault: fmt.Sprintf("has a stray double quote (line %d, position %d)", parse.Line, parse.Column),
		Cure:  "put the whole value in double quotes and write each quote inside it twice",
	}}}, nil
}

func isQuoteFault(err error) bool {
	return errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote)
}

func (r *csvReader) Notes() []layers.Text {
	var notes []layers.Text
	if r.blank > 0 {
		notes = append(notes, text(fmt.Sprintf("跳过 %d 个空行", r.blank), fmt.Sprintf("empty rows, skipped: %d", r.blank)))
	}
	if r.trimmed > 0 {
		notes = append(notes, text(fmt.Sprintf("%d 行末尾有多余的空值，已忽略", r.trimmed), fmt.Sprintf("rows that end in surplus separators, which were ignored: %d", r.trimmed)))
	}
	return notes
}

// separators are tried in this order; the earlier wins a tie.
var separators = []rune{',', ';', '\t'}

// separatorOf finds the separator: the one that stands most often in the
// first line, outside quotes.
func separatorOf(head []byte) rune {
	counts := make(map[rune]int)
	quoted := false
	for _, c := range string(bytes.TrimLeft(bytes.TrimPrefix(head, utf8Mark), "\r\n")) {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && !quoted {
			break
		}
		if !quoted {
			counts[c]++
		}
	}
	best := separators[0]
	for _, s := range separators {
		if counts[s] > counts[best] {
			best = s
		}
	}
	return best
}
