package main

import (
	"fmt"

	"sitmap/data"
	"sitmap/layers/catalog"
)

type backupCommand struct {
	Dir string `arg:"" help:"New folder for the backup." type:"path"`
}

func (c backupCommand) Run(e *environment) error {
	m, err := data.Backup(e.ctx, e.dataOptions(), c.Dir, version)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "已备份 · backed up to %s\n", c.Dir)
	printRows(e, m)
	return nil
}

type restoreCommand struct {
	Dir string `arg:"" help:"Folder of the backup." type:"existingdir"`
}

func (c restoreCommand) Run(e *environment) error {
	m, err := data.Restore(e.ctx, e.dataOptions(), c.Dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "已恢复并核对 · restored and verified from %s\n", c.Dir)
	printRows(e, m)
	return nil
}

func printRows(e *environment, m data.Manifest) {
	for _, table := range []string{"area", "feature", "event", "event_log", "account", "import_batch"} {
		fmt.Fprintf(e.out, "  %-14s %d\n", table, m.Rows[table])
	}
}

func (e *environment) dataOptions() data.Options {
	return data.Options{URL: e.settings.DatabaseURL, Var: e.settings.Var, Catalog: catalog.All, Log: e.log}
}
