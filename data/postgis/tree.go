package postgis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/layers"
)

// node is an area as the tree sees it.
type node struct {
	n      int64 // of the staging table; 0 for one that is stored already
	row    int
	code   string
	level  layers.Level
	parent string // code, as given
	zone   string
	number int64
	above  *int64 // number of the parent
}

// tree gives areas their numbers. A code that has the digits of its level and
// lies in its parent's gets its own padded form (layers.AreaNumber). Any other
// code gets a number of the same structure in the private range, whose cities
// begin with 90 to 99: two more digits for counties, three for townships and
// villages, counted up below the parent. A number stays once it is given.
type tree struct {
	byCode map[string]*node
	taken  map[int64]string // code by number, ended areas included
	next   map[string]int64 // the last number tried below a parent at a level
}

// private is where the numbers of cities with codes of their own begin.
const private = 900_000_000_000_000

func depth(l layers.Level) int { return slices.Index(levels, l) }

// checkTree numbers the staged areas, parents first, and refuses those that do
// not fit into the tree. The result is the temporary table numbered.
func (b *Batch) checkTree(ctx context.Context) error {
	t, err := b.loadTree(ctx)
	if err != nil {
		return err
	}
	all, err := b.stagedAreas(ctx)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(x, y *node) int { return depth(x.level) - depth(y.level) })
	var good []*node
	var bad []int64
	for _, a := range all {
		if p := t.add(a); p != nil {
			p.Row = a.row
			b.found = append(b.found, *p)
			bad = append(bad, a.n)
			continue
		}
		good = append(good, a)
	}
	if _, err := b.tx.Exec(ctx, `with gone as (delete from located where n = any($1)) delete from staged where n = any($1)`, bad); err != nil {
		return err
	}
	_, err = b.tx.Exec(ctx, `drop table if exists numbered; create temp table numbered (n bigint primary key, number bigint not null, parent bigint) on commit drop`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return err
	}
	_, err = b.tx.CopyFrom(ctx, pgx.Identifier{"numbered"}, []string{"n", "number", "parent"},
		pgx.CopyFromSlice(len(good), func(i int) ([]any, error) { return []any{good[i].n, good[i].number, good[i].above}, nil }))
	if err != nil {
		return err
	}
	_, err = b.tx.Exec(ctx, `update located l set area = t.number from numbered t where t.n = l.n`)
	return err
}

func (b *Batch) loadTree(ctx context.Context) (*tree, error) {
	t := &tree{byCode: map[string]*node{}, taken: map[int64]string{}, next: map[string]int64{}}
	r, err := b.tx.Query(ctx, `select code, number, level, parent from area`)
	if err != nil {
		return nil, err
	}
	var a node
	_, err = pgx.ForEachRow(r, []any{&a.code, &a.number, &a.level, &a.above}, func() error {
		one := a
		t.byCode[a.code], t.taken[a.number] = &one, a.code
		return nil
	})
	return t, err
}

func (b *Batch) stagedAreas(ctx context.Context) (all []*node, err error) {
	r, err := b.tx.Query(ctx, `select n, row, id, coalesce(props->>'level', ''), coalesce(props->>'parent', ''), coalesce(props->>'time_zone', '') from staged order by n`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(r, func(row pgx.CollectableRow) (*node, error) {
		var a node
		return &a, row.Scan(&a.n, &a.row, &a.code, &a.level, &a.parent, &a.zone)
	})
}

// add numbers one area and puts it into the tree, or says why it cannot be there.
func (t *tree) add(a *node) *layers.Problem {
	if depth(a.level) < 1 {
		return &layers.Problem{Column: "level", Value: string(a.level), Fault: "is not a level of the tree", Cure: "use city, county, township or village"}
	}
	parent, problem := t.parentOf(a)
	if problem != nil {
		return problem
	}
	if parent != nil {
		a.above = &parent.number
	}
	if problem := checkZone(a); problem != nil {
		return problem
	}
	if known, ok := t.byCode[a.code]; ok {
		return t.keep(a, known, parent)
	}
	if problem := t.number(a, parent); problem != nil {
		return problem
	}
	t.byCode[a.code], t.taken[a.number] = a, a.code
	return nil
}

// parentOf finds the area above: the one named, or else the one whose code the
// digits begin with. Only a city has none.
func (t *tree) parentOf(a *node) (*node, *layers.Problem) {
	if a.level == layers.City {
		return nil, nil
	}
	name := a.parent
	for d := len(a.code) - 1; name == "" && d >= layers.City.Digits(); d-- {
		if _, ok := t.byCode[a.code[:d]]; ok && ownDigits(a) {
			name = a.code[:d]
		}
	}
	if name == "" {
		return nil, &layers.Problem{Column: "parent", Fault: "is missing", Cure: "name the code of the area above, and import that one before or in the same file"}
	}
	parent, ok := t.byCode[name]
	if !ok {
		return nil, &layers.Problem{Column: "parent", Value: name, Fault: "is neither in the file nor stored", Cure: "add the row of that area, or import it first"}
	}
	if depth(parent.level) >= depth(a.level) {
		return nil, &layers.Problem{Column: "level", Value: string(a.level), Fault: fmt.Sprintf("is not below its parent %s, a %s", name, parent.level), Cure: "correct the level or the parent"}
	}
	return parent, nil
}

// checkZone wants a time zone that exists, and one at all of a city whose codes
// are not those of GB/T 2260: nothing else says where its days begin.
func checkZone(a *node) *layers.Problem {
	if a.zone == "" {
		if a.level == layers.City && !ownDigits(a) {
			return &layers.Problem{Column: "time_zone", Fault: "is missing", Cure: "name the city's time zone, such as America/New_York"}
		}
		return nil
	}
	if _, err := time.LoadLocation(a.zone); err != nil || a.zone == "Local" {
		return &layers.Problem{Column: "time_zone", Value: a.zone, Fault: "is no time zone", Cure: "use a name of the IANA list, such as Asia/Shanghai"}
	}
	return nil
}

// keep gives an area that is stored already the number it has.
func (t *tree) keep(a, known, parent *node) *layers.Problem {
	if known.level != a.level || parent != nil && !layers.RangeOfNumber(parent.number, parent.level).Contains(known.number) {
		return &layers.Problem{Column: "code", Value: a.code, Fault: fmt.Sprintf("is stored as a %s in another place of the tree", known.level), Cure: "give the area a new code; a code never moves"}
	}
	a.number = known.number
	known.n = a.n
	return nil
}

// ownDigits tells whether the code is one of the national structure and may be
// its own number.
func ownDigits(a *node) bool {
	return len(a.code) == a.level.Digits() && strings.Trim(a.code, "0123456789") == "" && a.code[0] != '9'
}

func (t *tree) number(a, parent *node) *layers.Problem {
	if ownDigits(a) {
		n, err := layers.AreaNumber(a.code)
		inside := parent == nil || err == nil && layers.RangeOfNumber(parent.number, parent.level).Contains(n)
		switch {
		case err == nil && inside:
			if other, ok := t.taken[n]; ok {
				return &layers.Problem{Column: "code", Value: a.code, Fault: "has the number of area " + other, Cure: "leave one of the two out"}
			}
			a.number = n
			return nil
		case parent.number < private:
			return &layers.Problem{Column: "parent", Value: a.parent, Fault: "has a code that " + a.code + " does not begin with", Cure: "correct the code or the parent"}
		}
	}
	return t.invent(a, parent)
}

// invent counts up to the next free number of the level below the parent.
func (t *tree) invent(a, parent *node) *layers.Problem {
	step, most, base := int64(1), int64(999), int64(private)
	for i := a.level.Digits(); i < layers.AreaDigits; i++ {
		step *= 10
	}
	if a.level == layers.County {
		most = 99
	}
	first := int64(1)
	if parent != nil {
		base = parent.number
	} else {
		first = 0
	}
	key := fmt.Sprint(base, a.level)
	for k := max(first, t.next[key]); k <= most; k++ {
		if _, ok := t.taken[base+k*step]; !ok {
			a.number, t.next[key] = base+k*step, k+1
			return nil
		}
	}
	return &layers.Problem{Column: "code", Value: a.code, Fault: fmt.Sprintf("is one more than the %d areas of level %s that can be numbered below its parent", most, a.level), Cure: "put a level in between"}
}
