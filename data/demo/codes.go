package demo

import (
	"cmp"
	"fmt"
	"strings"
)

// Sequence numbers of invented units begin well above those in use in Wuwei,
// inside the range that tells their kind: 001–099 subdistricts, 100–199 towns,
// 200–399 townships, 400–599 statistical units; for villages 001–199 residents,
// 200–399 villagers, 400 and more units like a village.
var (
	firstTownNumber    = map[townKind]int{subdistrict: 51, town: 141, ruralTownship: 241, statistical: 441}
	firstVillageNumber = map[villageKind]int{residents: 51, villagers: 231, villageLike: 451}
)

// christen gives every unit its code and its name. Codes run from west to
// east, then north to south, inside the unit above.
func (a *areas) christen(seed int64) {
	for county, t := range a.counties {
		book := newNameBook(roll(seed, "names "+t.nameEn))
		numbers := make(map[townKind]int)
		for _, i := range a.townsOf(county) {
			town := &a.towns[i]
			town.code = fmt.Sprintf("%d%03d", t.code, firstTownNumber[town.kind]+numbers[town.kind])
			numbers[town.kind]++
			town.name, town.nameEn = townName(town.kind, book)
			if town.kind == statistical {
				unit := t.statistical[town.unit]
				town.name, town.nameEn = unit.name, unit.nameEn
			}
			a.christenVillages(town, book)
		}
	}
	for v := range a.villages {
		a.numberGrids(&a.villages[v])
	}
}

func (a *areas) townsOf(county int) []int {
	west := byPosition(12000)
	order := sortedBy(len(a.towns), func(i, j int) int {
		return west(a.villages[a.towns[i].seat].centre, a.villages[a.towns[j].seat].centre)
	})
	var own []int
	for _, i := range order {
		if a.towns[i].county == county {
			own = append(own, i)
		}
	}
	return own
}

func townName(kind townKind, book *nameBook) (zh, en string) {
	n := book.place()
	switch kind {
	case subdistrict:
		return n.zh + "街道", n.en + " Subdistrict"
	case ruralTownship:
		return n.zh + "乡", n.en + " Township"
	}
	return n.zh + "镇", n.en + " Town"
}

func (a *areas) christenVillages(town *township, book *nameBook) {
	west := byPosition(2500)
	order := sortedBy(len(town.villages), func(i, j int) int {
		v, w := a.villages[town.villages[i]], a.villages[town.villages[j]]
		return cmp.Or(cmp.Compare(v.kind, w.kind), west(v.centre, w.centre))
	})
	numbers := make(map[villageKind]int)
	for _, i := range order {
		v := &a.villages[town.villages[i]]
		v.code = fmt.Sprintf("%s%03d", town.code, firstVillageNumber[v.kind]+numbers[v.kind])
		numbers[v.kind]++
		n := book.place()
		v.base = n.zh
		switch v.kind {
		case residents:
			v.name, v.nameEn = n.zh+"社区", n.en+" Community"
		case villageLike:
			v.name, v.nameEn = n.zh+"生活区", n.en+" Living Area"
		default:
			v.name, v.nameEn = n.zh+"村", n.en+" Village"
		}
	}
}

func (a *areas) numberGrids(v *village) {
	west := byPosition(600)
	order := sortedBy(len(v.grids), func(i, j int) int {
		return west(a.seeds[v.grids[i]].at, a.seeds[v.grids[j]].at)
	})
	for k, i := range order {
		grid := &a.grids[v.grids[i]]
		grid.code = fmt.Sprintf("%s%03d", v.code, k+1)
		grid.name = fmt.Sprintf("%s第%d网格", v.base, k+1)
	}
}

// bare is a name without the suffix that tells its level.
func bare(name string) string {
	for _, suffix := range []string{"街道", "生活区", "社区", "镇", "乡", "村"} {
		if rest, ok := strings.CutSuffix(name, suffix); ok {
			return rest
		}
	}
	return name
}
