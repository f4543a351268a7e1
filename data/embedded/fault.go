package embedded

import (
	"errors"
	"fmt"

	"sitmap/layers"
)

// Fault is something wrong with the machine, the folder or the cluster in it
// that a person can put right: what it is, and what to do, in both languages.
type Fault struct {
	Kind  error // one of the kinds of package layers
	What  layers.Text
	Cure  layers.Text
	Cause error // nil when What says it all
}

// Error is one line for a terminal or a log, Chinese first.
func (f *Fault) Error() string {
	line := fmt.Sprintf("%s；%s / %s; %s", f.What.Zh, f.Cure.Zh, f.What.En, f.Cure.En)
	if f.Cause != nil {
		line += " (" + f.Cause.Error() + ")"
	}
	return line
}

// Unwrap lets errors.Is find the kind and the cause.
func (f *Fault) Unwrap() []error {
	if f.Cause == nil {
		return []error{f.Kind}
	}
	return []error{f.Kind, f.Cause}
}

// because gives a fault its cause.
func (f *Fault) because(err error) *Fault {
	f.Cause = err
	return f
}

// asFault is the fault within err, or err itself as the cause of an unknown one.
func asFault(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{
		Kind:  layers.ErrUnavailable,
		What:  layers.Text{Zh: "数据库没有运行", En: "the database is not running"},
		Cure:  layers.Text{Zh: "请查看 postgres.log", En: "see postgres.log"},
		Cause: err,
	}
}
