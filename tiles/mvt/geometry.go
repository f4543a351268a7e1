package mvt

import (
	"errors"
	"fmt"
	"math/big"
)

// The commands of a geometry: the low three bits of a command integer, whose
// upper bits say how often.
const (
	MoveTo    = 1
	LineTo    = 2
	ClosePath = 7
)

// pen follows the commands of one geometry.
type pen struct {
	commands message
	at       XY
}

// command reads a command integer and wants it to be that command.
func (p *pen) command(want uint32, name string) (count uint32, err error) {
	if len(p.commands) == 0 {
		return 0, fmt.Errorf("it ends where %s is due", name)
	}
	v, err := p.commands.uint32()
	if err != nil {
		return 0, err
	}
	if v&7 != want {
		return 0, fmt.Errorf("command %d where %s is due", v&7, name)
	}
	return v >> 3, nil
}

// step moves by one pair of parameters.
func (p *pen) step() (moved bool, err error) {
	var by XY
	for i := range by {
		v, err := p.commands.uint32()
		if err != nil {
			return false, errors.New("it ends before the last vertex that it announces")
		}
		by[i] = int64(int32(v>>1) ^ -int32(v&1))
		p.at[i] += by[i]
	}
	return by != XY{}, nil
}

// decodeShape follows the commands that a type allows. An Unknown one's are
// not ours to understand.
func decodeShape(t Type, commands message) (s Shape, err error) {
	p := pen{commands: commands}
	switch t {
	case Point:
		s.Points, err = p.points()
	case LineString:
		s.Lines, err = p.lines()
	case Polygon:
		s.Polygons, err = p.polygons()
	}
	return s, err
}

// points is a single MoveTo, of one point or many.
func (p *pen) points() (all []XY, err error) {
	count, err := p.command(MoveTo, "MoveTo")
	if err != nil {
		return nil, err
	}
	if count == 0 {
		return nil, errors.New("MoveTo of no points")
	}
	for range count {
		if _, err := p.step(); err != nil {
			return nil, err
		}
		all = append(all, p.at)
	}
	if len(p.commands) > 0 {
		return nil, errors.New("it goes on after the MoveTo of a point geometry")
	}
	return all, nil
}

func (p *pen) lines() (all [][]XY, err error) {
	for len(p.commands) > 0 || all == nil {
		line, err := p.line(1)
		if err != nil {
			return nil, err
		}
		all = append(all, line)
	}
	return all, nil
}

// line is a MoveTo and one LineTo of at least so many vertices.
func (p *pen) line(atLeast uint32) ([]XY, error) {
	count, err := p.command(MoveTo, "MoveTo")
	if err != nil {
		return nil, err
	}
	if count != 1 {
		return nil, fmt.Errorf("MoveTo with a count of %d instead of 1", count)
	}
	if _, err := p.step(); err != nil {
		return nil, err
	}
	line := []XY{p.at}
	if count, err = p.command(LineTo, "LineTo"); err != nil {
		return nil, err
	}
	if count < atLeast {
		return nil, fmt.Errorf("LineTo with a count of %d; at least %d makes sense here", count, atLeast)
	}
	for range count {
		moved, err := p.step()
		if err != nil {
			return nil, err
		}
		if !moved {
			return nil, fmt.Errorf("LineTo goes nowhere at %d,%d", p.at[0], p.at[1])
		}
		line = append(line, p.at)
	}
	return line, nil
}

// polygons parts the rings: an exterior, which winds one way, begins a polygon,
// and the holes that wind the other way follow it. A ring without area is
// neither, and a polygon consists of nothing else.
func (p *pen) polygons() (all []Rings, err error) {
	for len(p.commands) > 0 || all == nil {
		ring, err := p.ring()
		if err != nil {
			return nil, err
		}
		switch sign := winding(ring); {
		case sign > 0:
			all = append(all, Rings{ring})
		case sign == 0:
			return nil, fmt.Errorf("the ring from %d,%d has no area", ring[0][0], ring[0][1])
		case all == nil:
			return nil, fmt.Errorf("the ring from %d,%d is a hole without an exterior", ring[0][0], ring[0][1])
		default:
			all[len(all)-1] = append(all[len(all)-1], ring)
		}
	}
	return all, nil
}

func (p *pen) ring() ([]XY, error) {
	ring, err := p.line(2)
	if err != nil {
		return nil, err
	}
	count, err := p.command(ClosePath, "ClosePath")
	if err != nil {
		return nil, err
	}
	if count != 1 {
		return nil, fmt.Errorf("ClosePath with a count of %d instead of 1", count)
	}
	if ring[0] == ring[len(ring)-1] {
		return nil, fmt.Errorf("the ring from %d,%d repeats its first vertex", ring[0][0], ring[0][1])
	}
	return ring, nil
}

// winding is the sign of a ring's area by the surveyor's formula. Steps of 32
// bits can make areas of more than 64, which are rare and have to be right.
func winding(ring []XY) int {
	widest := int64(0)
	for _, v := range ring {
		x, y := v[0]-ring[0][0], v[1]-ring[0][1]
		widest = max(widest, x, -x, y, -y)
	}
	if widest > 1<<20 || len(ring) > 1<<20 { // 2 products of 2^40, 2^20 times
		return wideWinding(ring)
	}
	sum := int64(0)
	for i := 1; i+1 < len(ring); i++ {
		ax, ay := ring[i][0]-ring[0][0], ring[i][1]-ring[0][1]
		bx, by := ring[i+1][0]-ring[0][0], ring[i+1][1]-ring[0][1]
		sum += ax*by - bx*ay
	}
	switch {
	case sum > 0:
		return 1
	case sum < 0:
		return -1
	}
	return 0
}

func wideWinding(ring []XY) int {
	var sum, product big.Int
	for i := 1; i+1 < len(ring); i++ {
		ax, ay := big.NewInt(ring[i][0]-ring[0][0]), big.NewInt(ring[i][1]-ring[0][1])
		bx, by := big.NewInt(ring[i+1][0]-ring[0][0]), big.NewInt(ring[i+1][1]-ring[0][1])
		sum.Add(&sum, product.Mul(ax, by))
		sum.Sub(&sum, product.Mul(bx, ay))
	}
	return sum.Sign()
}
