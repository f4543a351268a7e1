package layers

import (
	"errors"
	"fmt"
)

// The kinds of failure. Wrap one with the thing it is about
// ("camera 17: %w"). The text of a chain that holds a kind is written for
// people; a chain without one is for the operator alone, and a client sees
// only "internal error" and a request id.
var (
	// ErrNotFound says that there is no such thing, or none the asker may see.
	ErrNotFound = errors.New("not found")
	// ErrInvalid says that the request or the value cannot be right.
	ErrInvalid = errors.New("invalid")
	// ErrDenied says that the asker lacks the right.
	ErrDenied = errors.New("denied")
	// ErrConflict says that the state of the thing forbids it just now.
	ErrConflict = errors.New("conflict")
	// ErrUnavailable says that something we depend on does not answer.
	ErrUnavailable = errors.New("unavailable")
)

// InvalidParameter is a wrong value in a request: which parameter, and what
// would be right. It is of kind ErrInvalid.
type InvalidParameter struct {
	Name string // as the client wrote it
	Want string // what would be right, for people
}

func (e *InvalidParameter) Error() string {
	return fmt.Sprintf("parameter %s: %s", e.Name, e.Want)
}

// Unwrap makes errors.Is(err, ErrInvalid) true.
func (e *InvalidParameter) Unwrap() error { return ErrInvalid }

// BadParameter is the usual way to make an InvalidParameter.
func BadParameter(name, format string, args ...any) error {
	return &InvalidParameter{Name: name, Want: fmt.Sprintf(format, args...)}
}

// Problem is one fault in one row of an import. Every fault of a file is
// reported, not only the first.
type Problem struct {
	Row    int    `json:"row"`             // 1 is the first row of data; 0 the file as a whole
	Column string `json:"column"`          // as the file names it; empty for the row as a whole
	Fault  string `json:"fault"`           // what is wrong, for people
	Cure   string `json:"cure"`            // what to do about it, for people
	Value  string `json:"value,omitempty"` // what stood there, shortened; never a value the guard refused
}

func (p Problem) String() string {
	where := fmt.Sprintf("row %d", p.Row)
	if p.Column != "" {
		where += ", column " + p.Column
	}
	if p.Value != "" {
		return fmt.Sprintf("%s: %s (%q); %s", where, p.Fault, p.Value, p.Cure)
	}
	return fmt.Sprintf("%s: %s; %s", where, p.Fault, p.Cure)
}
