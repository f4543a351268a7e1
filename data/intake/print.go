package intake

import (
	"bufio"
	"fmt"
	"io"

	"sitmap/geo"
)

// shownProblems is how many problems are printed in full.
const shownProblems = 20

// Write prints the report for people, Chinese and English side by side. The
// error is that of the writer.
func (r Report) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	line := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }

	line("导入 Import        %s → %s%s", r.File, r.Layer, inBrackets(r.Format))
	if r.City != "" {
		line("城市 City          %s %s%s", r.City, r.CityName, inBrackets(r.Zone))
	}
	if r.CRS != "" {
		line("坐标系 CRS         %s, %s", crsTitle(r.CRS), crsSource(r.CRSSource))
	}
	if len(r.Mapping) > 0 {
		line("已对应的列 Columns used")
		for _, m := range r.Mapping {
			line("  %s → %s", m.Column, m.Field)
		}
	}
	if len(r.LeftOut) > 0 {
		line("未导入的列 Columns left out")
		for _, c := range r.LeftOut {
			line("  %s: %s %s", c.Column, c.Reason.Zh, c.Reason.En)
		}
	}
	r.writeRows(line)
	return out.Flush()
}

func (r Report) writeRows(line func(format string, args ...any)) {
	if r.Rows == 0 {
		return
	}
	switch {
	case r.Applied:
		line("行 Rows            %d = 写入 stored %d + 未变 unchanged %d + 退回 rejected %d", r.Rows, r.Stored, r.Unchanged, r.Rejected)
	case r.DryRun:
		line("行 Rows            %d，其中退回 of which rejected %d；试运行，未写入 dry run, nothing stored", r.Rows, r.Rejected)
	default:
		line("行 Rows            %d，其中退回 of which rejected %d；未写入 nothing stored", r.Rows, r.Rejected)
	}
	if r.Applied && r.Batch != 0 {
		line("批次 Batch         %d", r.Batch)
	}
	if len(r.Warnings) > 0 {
		line("提示 Warnings")
		for _, w := range r.Warnings {
			line("  %s\n  %s", w.Zh, w.En)
		}
	}
	if len(r.Repaired) > 0 {
		line("已修复的行 Repaired rows")
		for _, p := range r.Repaired[:min(len(r.Repaired), shownProblems)] {
			line("  %s", p)
		}
	}
	if len(r.Faults) == 0 {
		return
	}
	line("退回原因 Why rows were rejected")
	for _, f := range r.Faults[:min(len(r.Faults), shownProblems)] {
		where := ""
		if f.Column != "" {
			where = f.Column + ": "
		}
		line("  %6d × %s%s, 首见第 %d 行 first in row %d", f.Count, where, f.Fault, f.First, f.First)
	}
	line("退回的行 Rejected rows")
	for _, p := range r.Problems[:min(len(r.Problems), shownProblems)] {
		line("  %s", p)
	}
	if len(r.Problems) > shownProblems {
		line("  … 其余见导入记录 the others are in the record of imports")
	}
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// crsTitle names a system as people know it.
func crsTitle(crs geo.CRS) string {
	switch crs {
	case geo.WGS84:
		return "WGS 84 (EPSG:4326)"
	case geo.CGCS2000:
		return "CGCS2000 (EPSG:4490)，视同 treated as WGS 84"
	}
	return string(crs) + "，已转换为 converted to WGS 84"
}

func crsSource(s CRSSource) string {
	switch s {
	case Named:
		return "按指定 as named"
	case Declared:
		return "文件声明 as the file declares"
	}
	return "默认值，文件和命令均未说明 assumed: neither the file nor the command names one"
}
