// Package access says who may see and do what: roles, the area they answer
// for, and the one table that joins them.
package access

import (
	"fmt"
	"strings"

	"sitmap/layers"
)

// Role is what an account is for.
type Role string

// The roles.
const (
	Anonymous     Role = "anonymous" // nobody signed in
	Viewer        Role = "viewer"
	Analyst       Role = "analyst"
	Dispatcher    Role = "dispatcher"
	Leader        Role = "leader"
	Administrator Role = "administrator"
	Auditor       Role = "auditor"
	Device        Role = "device" // a program that reports positions
)

// Roles lists the roles an account may have.
var Roles = []Role{Viewer, Analyst, Dispatcher, Leader, Administrator, Auditor, Device}

// Right is what a route asks for.
type Right string

// The rights.
const (
	Public    Right = "public"     // health, sign-in, the contract itself
	SignedIn  Right = "signed-in"  // one's own account
	ReadMap   Right = "read-map"   // catalogue, tiles, features, search, totals
	ReadCases Right = "read-cases" // exact dated cases, inside one's area
	Oversee   Right = "oversee"    // the record of imports and their rejects
	Dispatch  Right = "dispatch"   // answer and close alarms of units inside one's area
	PlanDuty  Right = "plan-duty"  // declare fences and write the roster of units inside one's area
	Report    Right = "report"     // send positions of units
	Replay    Right = "replay"     // see where units inside one's area were; every look is logged
)

// Table is the one table of rights: role × right. With the layer's Access
// (see MayRead) and the account's area (see Scope) it decides everything.
var Table = map[Role][]Right{
	Anonymous:     {Public},
	Viewer:        {Public, SignedIn, ReadMap},
	Analyst:       {Public, SignedIn, ReadMap, ReadCases, Replay},
	Dispatcher:    {Public, SignedIn, ReadMap, Dispatch, PlanDuty, Replay},
	Leader:        {Public, SignedIn, ReadMap},
	Administrator: {Public, SignedIn, ReadMap, Oversee, PlanDuty},
	Auditor:       {Public, SignedIn, Oversee},
	Device:        {Public, SignedIn, Report},
}

// Has reports whether the role holds the right.
func (r Role) Has(right Right) bool {
	for _, have := range Table[r] {
		if have == right {
			return true
		}
	}
	return false
}

// ParseRole reads a role by name.
func ParseRole(name string) (Role, error) {
	var names []string
	for _, r := range Roles {
		if string(r) == name {
			return r, nil
		}
		names = append(names, string(r))
	}
	return "", fmt.Errorf("role %q is not one of %s: %w", name, strings.Join(names, ", "), layers.ErrInvalid)
}

// User is an account that signed in.
type User struct {
	ID       int64
	Name     string
	Role     Role
	Area     string // code of the area it answers for; empty for everywhere
	AreaName string
	Range    layers.AreaRange
}

// Scope is what the user may read, handed to every read.
func (u User) Scope() Scope {
	if !u.Role.Has(ReadMap) {
		return Scope{Area: nowhere}
	}
	return Scope{Area: u.Range, Cases: u.Role.Has(ReadCases)}
}

// Scope is what a reader may see. It is an argument of every read; its zero
// value sees nothing that is not open to all.
type Scope struct {
	Area  layers.AreaRange // areas inside which scoped layers are seen; empty when Low > High
	Cases bool             // case rights: protected layers, exactly, inside Area
}

// nowhere contains no area number.
var nowhere = layers.AreaRange{Low: 1, High: 0}

// System is the scope of the program's own work, such as an export started
// on the machine itself.
var System = Scope{Area: layers.Everywhere, Cases: true}

// MayRead tells whether the scope reads the layer at all: nil, or an error of
// kind ErrDenied that says why.
func (s Scope) MayRead(l layers.Layer) error {
	if l.Access == layers.Protected && !s.Cases {
		return fmt.Errorf("layer %s holds single cases, which only analysts see, inside their own area: %w", l.ID, layers.ErrDenied)
	}
	return nil
}

// Clip is the area range to which reads of the layer are limited, and whether
// there is a limit.
func (s Scope) Clip(l layers.Layer) (r layers.AreaRange, limited bool) {
	if l.Access == layers.Open {
		return layers.Everywhere, false
	}
	switch s.Area {
	case layers.Everywhere:
		return s.Area, false
	case layers.AreaRange{}:
		return nowhere, true
	}
	return s.Area, true
}

// Key names the scope in caches: two scopes have the same key exactly when
// they see the same.
func (s Scope) Key() string {
	return fmt.Sprintf("%d-%d-%t", s.Area.Low, s.Area.High, s.Cases)
}
