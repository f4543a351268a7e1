package intake

import (
	"context"
	"fmt"
	"io"
	"slices"

	"sitmap/data/format"
	"sitmap/layers"
)

// job is an import whose file, city and columns are settled.
type job struct {
	reader format.Reader
	rows   rowReader
	pile   *pile
	dryRun bool
}

// run stages every row, lets the store judge, and applies the batch unless it
// is a dry run or strictness refuses it. It leaves the batch open when
// report.Applied is false.
func (j *job) run(ctx context.Context, batch Batch, report *Report, strict bool) error {
	defer report.sortFaults()
	if err := j.stage(ctx, batch, report); err != nil {
		return err
	}
	if report.Rows == 0 {
		return fmt.Errorf("%s holds no rows: %w", report.File, layers.ErrInvalid)
	}
	problems, err := batch.Check(ctx)
	if err != nil {
		return fmt.Errorf("check the import: %w", err)
	}
	refused := make(map[int]bool)
	for _, p := range problems {
		refused[p.Row] = true
	}
	report.Rejected += len(refused)
	report.addProblems(j.inFileTerms(problems))
	for _, p := range j.inFileTerms(batch.Notes()) {
		report.Repaired = keep(report.Repaired, p)
	}
	report.warn(j.reader.Notes()...)
	report.warn(j.rows.notes()...)
	report.warn(j.pile.warnings(report.Rows)...)
	switch {
	case strict && report.Rejected > 0:
		return fmt.Errorf("rejected rows: %d of %d; a strict import takes all or none: %w", report.Rejected, report.Rows, layers.ErrInvalid)
	case j.dryRun:
		return nil
	}
	verdict, err := batch.Apply(ctx)
	if err != nil {
		return fmt.Errorf("store the import: %w", err)
	}
	report.Batch, report.Stored, report.Unchanged, report.Applied = verdict.ID, verdict.Stored, verdict.Unchanged, true
	return nil
}

// inFileTerms names columns as the file does. The store, which keeps its own
// problems, knows fields only.
func (j *job) inFileTerms(problems []layers.Problem) []layers.Problem {
	named := slices.Clone(problems)
	for i := range named {
		named[i].Column = j.rows.mapping.columnOf(named[i].Column)
	}
	return named
}

// stage reads the file and hands it to the batch in chunks.
func (j *job) stage(ctx context.Context, batch Batch, report *Report) error {
	var staged []layers.Staged
	var problems []layers.Problem
	points := 0
	flush := func() error {
		if len(staged) > 0 {
			if err := batch.Put(ctx, staged); err != nil {
				return fmt.Errorf("stage rows up to %d: %w", staged[len(staged)-1].Row, err)
			}
		}
		if len(problems) > 0 {
			if err := batch.Reject(ctx, problems); err != nil {
				return fmt.Errorf("keep the rejects up to row %d: %w", problems[len(problems)-1].Row, err)
			}
		}
		staged, problems, points = staged[:0], problems[:0], 0
		return nil
	}
	for {
		rec, err := j.reader.Next()
		if err == io.EOF {
			return flush()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", report.File, err)
		}
		report.Rows++
		feature, faults := j.rows.read(rec)
		if len(faults) > 0 {
			report.Rejected++
			report.addProblems(faults)
			problems = append(problems, faults...)
		} else {
			j.pile.add(feature.Geometry)
			points += countPoints(feature.Geometry)
			staged = append(staged, layers.Staged{Row: rec.Row, Feature: feature})
		}
		if len(staged)+len(problems) >= chunkRows || points >= chunkPoints {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}
