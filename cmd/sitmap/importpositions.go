package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sitmap/data"
	"sitmap/data/format"
	"sitmap/data/intake"
	"sitmap/data/postgis"
	"sitmap/geo"
	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/live"
)

// positionsName stands where a layer's id does, and is none.
const positionsName = "positions"

// importHistory is what an import of past positions asks beside that of a layer.
type importHistory struct {
	Unit          string        `help:"Positions: the unit of all of the file, where no column or track names it."`
	Source        string        `help:"Positions: name of their source; one that is declared brings its coordinate system, devices and units." default:"import"`
	Declare       bool          `help:"Positions: make units that are unknown teams of two of --city, on duty from their first position to their last."`
	KeepPositions time.Duration `help:"Positions: how long raw ones are kept; of older ones only the passes are." default:"72h" env:"SITMAP_KEEP_POSITIONS"`
	KeepFor       time.Duration `help:"Positions: keep the raw ones of all their days for so long from now on, whatever the retention says." placeholder:"720h"`
}

// fixesReport is what became of a file of positions.
type fixesReport struct {
	File     string           `json:"file"`
	CRS      geo.CRS          `json:"crs"`
	Source   string           `json:"source"`
	Rows     int              `json:"rows"`
	Declared []string         `json:"declared,omitempty"`
	Used     []intake.Mapped  `json:"columns"`
	LeftOut  []string         `json:"leftOut,omitempty"`
	Past     data.Past        `json:"past"`
	Rejected int              `json:"rejected"`
	Rejects  []layers.Problem `json:"rejects"`
	Keep     string           `json:"keep"`
	DryRun   bool             `json:"dryRun,omitempty"`
}

func (c importCommand) positions(e *environment) error {
	if c.KeepPositions < time.Hour || c.KeepFor < 0 {
		return fmt.Errorf("--keep-positions wants 1h or more, --keep-for 0 or more: %w", layers.ErrInvalid)
	}
	file, err := format.OpenFile(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	return e.withStore(func(s *postgis.Store) error {
		report, err := c.history(e, s, file)
		if err != nil {
			return err
		}
		if c.JSON {
			encoder := json.NewEncoder(e.out)
			encoder.SetIndent("", "  ")
			err = encoder.Encode(report)
		} else {
			report.print(e)
		}
		if err == nil && c.Strict && report.Rejected > 0 {
			err = fmt.Errorf("%d rows are rejected, so nothing was stored: %w", report.Rejected, layers.ErrInvalid)
		}
		return err
	})
}

// history reads, judges and writes the file.
func (c importCommand) history(e *environment, s *postgis.Store, file *format.File) (*fixesReport, error) {
	zone, err := zoneOf(e.ctx, s)
	if err != nil {
		return nil, err
	}
	source := live.Source{ID: c.Source, Area: layers.Everywhere}
	declared, err := s.FixSources(e.ctx)
	if err != nil {
		return nil, err
	}
	crs := c.CRS
	if k := slices.IndexFunc(declared, func(one live.Source) bool { return one.ID == c.Source }); k >= 0 {
		if source = declared[k]; crs == "" {
			crs = string(source.CRS)
		}
	}
	request := intake.FixesRequest{File: file, Format: c.Format, CRS: crs, Unit: c.Unit, Zone: zone}
	for _, text := range c.Map {
		assignment, err := intake.ParseAssignment(text)
		if err != nil {
			return nil, err
		}
		request.Map = append(request.Map, assignment)
	}
	fixes, err := intake.ReadFixes(e.ctx, request)
	if err != nil {
		return nil, err
	}
	source.CRS = fixes.CRS
	report := &fixesReport{File: file.Name, CRS: fixes.CRS, Source: source.ID, Rows: fixes.Rows, Used: fixes.Used, LeftOut: fixes.LeftOut, Keep: c.KeepPositions.String(), DryRun: c.DryRun}
	h := data.History{Store: s, Source: source, Keep: c.KeepPositions, Hold: c.KeepFor, Now: time.Now().UTC(), DryRun: c.DryRun}
	if h.Grids, err = gridsOf(e.ctx, s); err != nil {
		return nil, err
	}
	fresh, err := c.register(e, s, &h, fixes)
	if err != nil {
		return nil, err
	}
	report.Declared = fresh.ids()
	if c.Strict {
		// Judged once for nothing, so that a file with a fault leaves nothing.
		trial, dry := *fixes, h
		dry.DryRun = true
		if _, err := dry.Write(e.ctx, &trial); err != nil {
			return nil, err
		}
		h.DryRun = h.DryRun || trial.Rejected > 0
	}
	if !h.DryRun {
		if err := fresh.declare(e.ctx, s, file.Name, c.Synthetic); err != nil {
			return nil, err
		}
	}
	report.Past, err = h.Write(e.ctx, fixes)
	report.Rejected, report.Rejects = fixes.Rejected, fixes.Rejects
	return report, err
}

// register learns who was on duty when the file tells of. With --declare it knows
// the units that are to be made as well, and gives them.
func (c importCommand) register(e *environment, s *postgis.Store, h *data.History, fixes *intake.Fixes) (fresh fleet, err error) {
	w := layers.Window{From: h.Now, To: h.Now.Add(time.Hour)}
	for _, one := range fixes.All {
		if one.At.Before(w.From) {
			w.From = one.At
		}
	}
	register, err := s.Register(e.ctx, w)
	if err != nil {
		return fresh, err
	}
	if h.Register = register.With(h.Source, nil, nil); !c.Declare {
		return fresh, nil
	}
	fresh = fleetOf(fixes, func(id string) bool {
		_, known := register.Unit(h.Source.UnitOf(id))
		return known
	}, func(p orb.Point) (orb.Point, bool) { return geo.ToWGS84(p, h.Source.CRS) })
	if len(fresh.home) == 0 {
		return fresh, nil
	}
	if fresh.city, err = c.city(e, s); err != nil {
		return fresh, err
	}
	h.Register = register.With(h.Source, fresh.units(), fresh.shifts())
	return fresh, nil
}

// city is the one to which units are declared.
func (c importCommand) city(e *environment, s *postgis.Store) (layers.AreaName, error) {
	cities, err := s.Cities(e.ctx, access.System)
	if err != nil {
		return layers.AreaName{}, err
	}
	for _, one := range cities {
		if one.Code == c.City || c.City == "" && len(cities) == 1 {
			return one, nil
		}
	}
	return layers.AreaName{}, fmt.Errorf("--declare wants --city with the code of a city of the map: %w", layers.ErrInvalid)
}

// shownRejects is how many rejected rows are printed.
const shownRejects = 20

func (r *fixesReport) print(e *environment) {
	line := func(format string, args ...any) { fmt.Fprintf(e.out, format+"\n", args...) }
	line("导入 Import        %s → positions, %s, 来源 source %s", r.File, r.CRS, r.Source)
	for _, m := range r.Used {
		line("  %s → %s", m.Column, m.Field)
	}
	if len(r.LeftOut) > 0 {
		line("未导入的列 Columns left out: %s", strings.Join(r.LeftOut, ", "))
	}
	if len(r.Declared) > 0 {
		line("新建力量 Units declared: %d", len(r.Declared))
	}
	p := r.Past
	line("行 Rows            %d = 可用 good %d + 重复 known %d + 班外 off shift %d + 单人岗 one-person posts %d + 退回 rejected %d",
		r.Rows, p.Verdicts[live.Kept], p.Verdicts[live.Known], p.Verdicts[live.OffShift], p.Verdicts[live.Alone], r.Rejected)
	if p.Verdicts[live.Kept] > 0 {
		line("时段 Window        %s – %s，%d 支力量 units", p.First.Format(time.RFC3339), p.Last.Format(time.RFC3339), p.Units)
	}
	switch {
	case r.DryRun:
		line("试运行，未写入 dry run, nothing stored")
	case p.Verdicts[live.Kept] > 0:
		line("写入 Stored        %d 个新定位 new fixes, %d 个原已在库 there before", p.Stored, p.Verdicts[live.Kept]-int(p.Stored)-p.Passed)
	}
	if p.Passed > 0 {
		line("保留期 Retention   %d 个早于 %s，只留经过，不留定位 are older, so only their passes are kept, not the fixes; --keep-for 720h keeps them", p.Passed, r.Keep)
	}
	if len(p.Held) > 0 {
		line("保留期 Retention   不从设定：%s 等 %d 日（含当日其他来源的定位）留存至 set aside: those days with all their fixes are kept until %s", p.Held[0], len(p.Held), p.Until.Format(time.RFC3339))
	}
	if p.Recent && !r.DryRun {
		line("提示 Note          运行中的服务重启后才计入最近 24 小时的覆盖 a running server counts those of the last day in its coverage after a restart")
	}
	for _, problem := range r.Rejects[:min(len(r.Rejects), shownRejects)] {
		line("  %s", problem)
	}
	if more := r.Rejected - shownRejects; more > 0 {
		line("  … 另有 and %d more; --json lists up to 1000", more)
	}
}
