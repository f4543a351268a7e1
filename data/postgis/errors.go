package postgis

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"sitmap/layers"
)

// fault is an error whose text says it all and holds no SQL; kind is one of the
// kinds of layers, or nil for one that is for the operator alone; cause is what
// happened underneath.
type fault struct {
	text  string
	kind  error
	cause error
}

func (f *fault) Error() string { return f.text }

// Unwrap lets errors.Is find the kind and the cause.
func (f *fault) Unwrap() []error {
	var all []error
	for _, err := range []error{f.kind, f.cause} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// Cause is what happened underneath, for the operator.
func (f *fault) Cause() error { return f.cause }

// wrapped is an error without a kind: for the operator alone.
type wrapped struct {
	what string
	err  error
}

func (w *wrapped) Error() string { return w.what + ": " + w.err.Error() }
func (w *wrapped) Unwrap() error { return w.err }

// failure gives an error of the database its kind. what names the thing that was
// wanted. Errors that have a kind already, and nil, pass unchanged.
func failure(what string, err error) error {
	if err == nil || kinded(err) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return &wrapped{what, err}
	}
	text, kind := "", error(nil)
	switch pg := (*pgconn.PgError)(nil); {
	case errors.As(err, &pg):
		text, kind = explain(pg.Code)
	case errors.Is(err, context.DeadlineExceeded):
		text, kind = "the database took too long", layers.ErrUnavailable
	case lost(err):
		text, kind = "the database does not answer", layers.ErrUnavailable
	}
	if kind == nil {
		return &wrapped{what, err}
	}
	return &fault{text: what + ": " + text + ": " + kind.Error(), kind: kind, cause: err}
}

func kinded(err error) bool {
	for _, kind := range []error{layers.ErrNotFound, layers.ErrInvalid, layers.ErrDenied, layers.ErrConflict, layers.ErrUnavailable} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// explain turns a SQLSTATE into a sentence; an empty kind means a fault of ours.
// The classes are those of appendix A of the PostgreSQL manual.
func explain(code string) (text string, kind error) {
	switch {
	case code == "57014": // query_canceled, which is what statement_timeout does
		return "the database took too long", layers.ErrUnavailable
	case code == "53100":
		return "the database's disk is full", layers.ErrUnavailable
	case code == "53300":
		return "the database has no connection left", layers.ErrUnavailable
	case code == "28000" || code == "28P01":
		return "the database refuses the user or the password", layers.ErrUnavailable
	case code == "3D000":
		return "there is no such database", layers.ErrUnavailable
	case code == "42501":
		return "the database user lacks the right to do this", layers.ErrDenied
	case code == "55P03" || code == "40001" || code == "40P01":
		return "somebody else is changing the same thing; try again", layers.ErrConflict
	case code == "25006":
		return "the database is read-only just now", layers.ErrUnavailable
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "58"):
		return "the database does not answer", layers.ErrUnavailable
	}
	return "", nil
}

// lost reports whether the connection, and not the statement, failed.
func lost(err error) bool {
	if err == nil {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return strings.HasPrefix(pg.Code, "57P") || strings.HasPrefix(pg.Code, "08")
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		strings.Contains(err.Error(), "conn closed")
}

// is reports whether the database refused with that SQLSTATE.
func is(err error, code string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == code
}
