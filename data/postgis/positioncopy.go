package postgis

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/geo/hex"
	"sitmap/layers/live"
)

// Fixes go to the database in PostgreSQL's binary format of COPY (manual, COPY,
// "Binary Format"), put together here: pgx would make some thirty small things
// for each of them.

// copyBegins is the signature, no flags, and no extension of the header.
var copyBegins = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")

// copyEnds is a row of -1 fields.
var copyEnds = []byte{0xff, 0xff}

var positionColumns = []string{"unit", "at", "source", "seq", "received", "verdict", "lon", "lat", "speed", "heading", "accuracy", "battery", "sos", "area", "cell"}

// copyRow is rows being put together.
type copyRow struct{ b []byte }

func (c *copyRow) size(n int) { c.b = binary.BigEndian.AppendUint32(c.b, uint32(n)) }

func (c *copyRow) text(s string) {
	c.size(len(s))
	c.b = append(c.b, s...)
}

func (c *copyRow) int64(v int64) {
	c.size(8)
	c.b = binary.BigEndian.AppendUint64(c.b, uint64(v))
}

// instant is microseconds since 2000.
func (c *copyRow) instant(t time.Time) {
	const year2000 = 946_684_800 * 1_000_000
	c.int64(t.UnixMicro() - year2000)
}

func (c *copyRow) float64(v float64) { c.int64(int64(math.Float64bits(v))) }

// measured is a number of single precision, and null for an unknown one.
func (c *copyRow) measured(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		c.size(-1)
		return
	}
	c.size(4)
	c.b = binary.BigEndian.AppendUint32(c.b, math.Float32bits(float32(v)))
}

// position adds the row of a fix whose unit's home has that area.
func (c *copyRow) position(r *live.Record, area int64, cell hex.Cell) {
	f := &r.Fix
	c.b = binary.BigEndian.AppendUint16(c.b, uint16(len(positionColumns)))
	c.text(f.Unit)
	c.instant(f.At)
	c.text(r.Source)
	c.int64(int64(f.Seq))
	c.instant(r.Received)
	c.size(2)
	c.b = binary.BigEndian.AppendUint16(c.b, uint16(r.Verdict))
	c.float64(f.Point[0])
	c.float64(f.Point[1])
	for _, v := range [4]float64{f.Speed, f.Heading, f.Accuracy, f.Battery} {
		c.measured(v)
	}
	c.size(1)
	sos := byte(0)
	if f.SOS {
		sos = 1
	}
	c.b = append(c.b, sos)
	c.int64(area)
	c.int64(int64(cell))
}

// copyPositions puts those of the records that are wanted into the table, as they
// are, and tells how many they were.
func copyPositions(ctx context.Context, tx pgx.Tx, table string, records []live.Record, home func(unit string) int64, wanted func(live.Verdict) bool) (int64, error) {
	rows := copyRow{append(make([]byte, 0, 160*len(records)+64), copyBegins...)}
	n := 0
	for k := range records {
		r := &records[k]
		if r.Count > 0 || r.Act != 0 || !wanted(r.Verdict) {
			continue
		}
		cell, err := hex.Of(r.Fix.Point, cellResolution)
		if err != nil {
			return 0, &badPlace{err.Error()}
		}
		rows.position(r, home(r.Fix.Unit), cell)
		n++
	}
	if n == 0 {
		return 0, nil
	}
	rows.b = append(rows.b, copyEnds...)
	sql := fmt.Sprintf("copy %s (%s) from stdin (format binary)", name(table), strings.Join(positionColumns, ", "))
	tag, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(rows.b), sql)
	return tag.RowsAffected(), err
}

// rightly and misdated are the verdicts of the two tables of fixes.
func rightly(v live.Verdict) bool  { return v.Stored() && !v.Misdated() }
func misdated(v live.Verdict) bool { return v.Misdated() }
