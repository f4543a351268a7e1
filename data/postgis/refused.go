package postgis

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Refused is a record that the database does not take because of what it says.
type Refused struct {
	Number   uint64 // of its message
	Part     int    // of the record in its message, from 0
	Source   string
	Received time.Time
	Reason   string
	Record   []byte // as in the buffer
}

// BadRecords tells whether WritePositions failed for what the records say, so that it
// would fail again, and why: the SQLSTATE, and the name of what was broken.
func BadRecords(err error) (reason string, bad bool) {
	var place *badPlace
	if errors.As(err, &place) {
		return place.Error(), true
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || len(pg.Code) != 5 {
		return "", false
	}
	switch pg.Code[:2] {
	case "22", "23", "54": // data exception, integrity constraint, limit of the program
		return strings.TrimSpace(pg.Code + " " + pg.ConstraintName), true
	}
	return "", false
}

// badPlace is a point in no cell.
type badPlace struct{ what string }

func (b *badPlace) Error() string { return b.what }

// errTried undoes a trial.
var errTried = errors.New("only tried")

// TryPositions tells whether WritePositions would take what was told. It leaves
// nothing behind but days that were missing.
func (s *Store) TryPositions(ctx context.Context, told Told) error {
	told.trial = true
	_, err := s.WritePositions(ctx, told)
	if errors.Is(err, errTried) {
		return nil
	}
	return err
}

func writeRefused(ctx context.Context, tx pgx.Tx, stream string, refused []Refused) error {
	batch := &pgx.Batch{}
	for _, r := range refused {
		batch.Queue(`insert into position_refused (stream, number, part, source, received, reason, record) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
			stream, int64(r.Number), r.Part, legible(r.Source), r.Received, legible(r.Reason), r.Record)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// legible is a text that the database takes whatever it was.
func legible(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\x00", "\ufffd")
}

// RefusedParts are the records of the stream's messages after that number that were
// refused: by message, their numbers in it.
func (s *Store) RefusedParts(ctx context.Context, stream string, after uint64) (map[uint64]map[int]bool, error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	parts := map[uint64]map[int]bool{}
	_, err := rows(ctx, s, func(row pgx.CollectableRow) (none struct{}, err error) {
		var number int64
		var part int
		if err := row.Scan(&number, &part); err != nil {
			return none, err
		}
		if parts[uint64(number)] == nil {
			parts[uint64(number)] = map[int]bool{}
		}
		parts[uint64(number)][part] = true
		return none, nil
	}, `select number, part from position_refused where stream = $1 and number > $2`, stream, int64(after))
	return parts, failure("refused positions", err)
}

// RefusedPositions is how many records wait for a person to look at them.
func (s *Store) RefusedPositions(ctx context.Context) (n int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	err = s.row(ctx, `select count(*) from position_refused`, nil, &n)
	return n, failure("refused positions", err)
}
