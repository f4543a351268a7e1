package main

import (
	"encoding/json"
	"fmt"

	"sitmap/data/embedded"
	"sitmap/layers"
)

type doctorCommand struct {
	Listen       string `help:"Address the server shall listen on." default:"127.0.0.1:8080" env:"SITMAP_LISTEN"`
	DatabasePort int    `help:"Port that shall lead to the private database." env:"SITMAP_DATABASE_PORT"`
	JSON         bool   `help:"Print as JSON."`
}

// Run prints what was found, and fails when something needed is not right.
func (c doctorCommand) Run(e *environment) error {
	checks := embedded.Doctor(e.ctx, embedded.Options{Dir: e.settings.Var, Port: c.DatabasePort, Log: e.log}, c.Listen)
	if c.JSON {
		encoder := json.NewEncoder(e.out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(checks); err != nil {
			return err
		}
	}
	broken := 0
	for _, check := range checks {
		if !check.OK && check.Needed {
			broken++
		}
		if !c.JSON {
			printCheck(e, check)
		}
	}
	if broken > 0 {
		return fmt.Errorf("%d of %d checks failed; each says its cure: %w", broken, len(checks), layers.ErrUnavailable)
	}
	return nil
}

func printCheck(e *environment, c embedded.Check) {
	mark := "✓"
	switch {
	case !c.OK && c.Needed:
		mark = "✗"
	case !c.OK:
		mark = "!"
	}
	fmt.Fprintf(e.out, "%s %s %s: %s\n", mark, c.Name.Zh, c.Name.En, both(c.Found))
	if !c.OK {
		fmt.Fprintf(e.out, "    → %s\n", both(c.Cure))
	}
}

// both writes a phrase in both languages, once where they are the same.
func both(t layers.Text) string {
	if t.Zh == t.En {
		return t.Zh
	}
	return t.Zh + " · " + t.En
}
