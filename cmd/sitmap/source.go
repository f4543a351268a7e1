package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"sitmap/data/postgis"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/live"
)

type sourceCommand struct {
	Declare sourceDeclare `cmd:"" help:"Say what a source of positions sends; its account comes from token add."`
	List    sourceList    `cmd:"" help:"List the sources of positions."`
}

type sourceDeclare struct {
	Name     string            `arg:"" help:"Name of its account, which has the role device."`
	CRS      string            `name:"crs" required:"" help:"Coordinate system of what it sends: EPSG:4326, EPSG:4490, GCJ-02 or BD-09." placeholder:"CODE"`
	Title    string            `help:"What people call it."`
	Protocol string            `help:"By what it sends, for people."`
	Unit     []string          `help:"It speaks for these units only; left out for all of its account's area." placeholder:"ID"`
	Device   map[string]string `help:"Which unit carries a device." placeholder:"DEVICE=UNIT"`
	Devices  string            `help:"The same as a CSV file with the columns device and unit." type:"path" placeholder:"FILE"`
}

func (c sourceDeclare) Run(e *environment) error {
	source := live.Source{ID: c.Name, Name: c.Title, Protocol: c.Protocol, CRS: geo.CRS(c.CRS), Devices: map[string]string{}}
	for device, unit := range c.Device {
		source.Devices[device] = unit
	}
	if c.Devices != "" {
		file, err := os.Open(c.Devices)
		if err != nil {
			return fmt.Errorf("--devices: %w: %w", err, layers.ErrInvalid)
		}
		defer file.Close()
		if err := readDevices(file, source.Devices); err != nil {
			return fmt.Errorf("--devices %s: %w", c.Devices, err)
		}
	}
	if len(c.Unit) > 0 {
		source.Units = map[string]bool{}
		for _, u := range c.Unit {
			source.Units[u] = true
		}
	}
	return e.withStore(func(s *postgis.Store) error {
		account, err := s.Account(e.ctx, c.Name)
		if err != nil {
			return fmt.Errorf("%w; first: sitmap token add %s --role device --area CODE", err, c.Name)
		}
		if !account.User.Role.Has(access.Report) {
			return fmt.Errorf("the account %s has the role %s, which sends no positions: %w", c.Name, account.User.Role, layers.ErrConflict)
		}
		source.ID, source.Area = account.User.Name, account.User.Range
		return s.SetFixSource(e.ctx, source)
	})
}

// readDevices adds which unit carries which device.
func readDevices(r io.Reader, devices map[string]string) error {
	rows := csv.NewReader(r)
	head, err := rows.Read()
	if err != nil || len(head) != 2 || strings.TrimPrefix(head[0], "\ufeff") != "device" || head[1] != "unit" {
		return fmt.Errorf("the first line is not device,unit: %w", layers.ErrInvalid)
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%v: %w", err, layers.ErrInvalid)
		}
		line, _ := rows.FieldPos(0)
		switch have, twice := devices[row[0]]; {
		case row[0] == "" || row[1] == "":
			return fmt.Errorf("line %d lacks the device or the unit: %w", line, layers.ErrInvalid)
		case twice && have != row[1]:
			return fmt.Errorf("line %d: device %s is carried by %s and %s: %w", line, row[0], have, row[1], layers.ErrInvalid)
		}
		devices[row[0]] = row[1]
	}
}

type sourceList struct{}

func (sourceList) Run(e *environment) error {
	return e.withStore(func(s *postgis.Store) error {
		all, err := s.FixSources(e.ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "name\tcrs\tprotocol\tunits\tdevices\ttitle")
		for _, one := range all {
			units := "all of its area"
			if one.Units != nil {
				units = fmt.Sprint(len(one.Units))
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", one.ID, one.CRS, one.Protocol, units, len(one.Devices), one.Name)
		}
		return table.Flush()
	})
}
