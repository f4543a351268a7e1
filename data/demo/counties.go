package demo

// cityCode is Wuwei by GB/T 2260.
const cityCode = "6206"

// countyPlan is what is known of a county, and where its people live.
//
// Codes, names, numbers of units and census totals are real (administrative
// divisions as of 2023, census of 2020). The axes are where settlement is
// dense on any map of the region: oases, valleys, roads.
type countyPlan struct {
	code         int32
	name, nameEn string
	population   int
	grids        int // of the city's 28,175, roughly by population
	seat         place
	villages     int // all units of village level
	residents    int // of which residents' committees
	villageLike  int // and units like a village (works' living areas)
	subdistricts int
	towns        int
	townships    int
	statistical  []statisticalUnit
	seatQuarter  quarterPlan
	communities  int // residents' communities inside the seat's streets
	wilderness   int // grids of desert and mountain pasture
	axes         []axis
}

// statisticalUnit is a township-level unit that is no township: a works, a
// park, a reclamation office.
type statisticalUnit struct {
	near     place
	villages int
	name     string
	nameEn   string
}

// quarterPlan is a place with streets: half axes in metres and the mean size of
// a block.
type quarterPlan struct {
	east, north float64
	block       float64
	tilt        float64 // degrees, counter-clockwise
	phase       float64 // where its outline bulges
}

// axis is a band of settlement: villages lie around the line, scattered by
// width metres.
type axis struct {
	villages float64 // relative weight
	width    float64
	line     []place
}

func band(villages, width float64, lonLat ...float64) axis {
	a := axis{villages: villages, width: width}
	for i := 0; i < len(lonLat); i += 2 {
		a.line = append(a.line, at(lonLat[i], lonLat[i+1]))
	}
	return a
}

// countyPlans are in the order of their codes.
func countyPlans() []countyPlan {
	return []countyPlan{
		{
			code: 620602, name: "凉州区", nameEn: "Liangzhou", population: 885277, grids: 15600,
			seat: at(102.64, 37.93), villages: 550, residents: 103, villageLike: 5,
			subdistricts: 9, towns: 37,
			statistical: []statisticalUnit{
				{near: at(102.74, 37.865), villages: 3, name: "东陵工业园区", nameEn: "Dongling Industrial Park"},
				{near: at(102.53, 37.95), villages: 1, name: "西陵工业园区", nameEn: "Xiling Industrial Park"},
				{near: at(103.02, 38.05), villages: 6, name: "北沙生态建设办公区", nameEn: "Beisha Ecological Works"},
				{near: at(103.16, 37.92), villages: 1, name: "东沙生态建设办公区", nameEn: "Dongsha Ecological Works"},
			},
			seatQuarter: quarterPlan{east: 4600, north: 3900, block: 132, tilt: 1.5, phase: 0.4},
			communities: 52, wilderness: 420,
			axes: []axis{
				band(90, 9000, 102.64, 37.93, 102.65, 37.94),
				band(55, 4500, 102.22, 37.93, 102.36, 38.01, 102.48, 38.07),
				band(55, 4000, 102.57, 37.96, 102.40, 38.04, 102.24, 38.09),
				band(40, 4500, 102.50, 37.80, 102.60, 37.87),
				band(95, 6500, 102.72, 37.82, 102.85, 37.92, 102.99, 38.00),
				band(70, 4800, 102.72, 37.60, 102.86, 37.68, 102.98, 37.78),
				band(70, 5500, 102.64, 37.99, 102.72, 38.07, 102.74, 38.16),
				band(13, 2600, 102.62, 37.55, 102.68, 37.46),
			},
		},
		{
			code: 620621, name: "民勤县", nameEn: "Minqin", population: 178470, grids: 4275,
			seat: at(103.09, 38.62), villages: 291, residents: 29, villageLike: 14,
			towns:       18,
			seatQuarter: quarterPlan{east: 1900, north: 1600, block: 150, tilt: -2, phase: 2.1},
			communities: 8, wilderness: 330,
			axes: []axis{
				band(25, 2800, 102.74, 38.21, 102.85, 38.33),
				band(85, 4500, 102.93, 38.47, 103.09, 38.62),
				band(75, 4500, 103.09, 38.62, 103.25, 38.76, 103.36, 38.84),
				band(25, 3500, 103.10, 38.76, 103.20, 38.92),
				band(60, 4800, 103.42, 38.90, 103.58, 39.00, 103.76, 39.03),
				band(12, 2600, 102.52, 38.68, 102.60, 38.62),
				band(6, 2600, 102.56, 39.02, 102.66, 39.06),
				band(3, 2000, 103.30, 38.48, 103.33, 38.52),
			},
		},
		{
			code: 620622, name: "古浪县", nameEn: "Gulang", population: 250177, grids: 4900,
			seat: at(102.90, 37.47), villages: 193, residents: 7, villageLike: 0,
			towns: 15, townships: 4,
			seatQuarter: quarterPlan{east: 900, north: 1900, block: 140, tilt: 12, phase: 4},
			communities: 5, wilderness: 260,
			axes: []axis{
				band(50, 2800, 102.88, 37.40, 102.90, 37.47, 102.98, 37.54, 103.05, 37.60),
				band(35, 3800, 102.93, 37.61, 103.12, 37.64),
				band(25, 4000, 103.15, 37.66, 103.36, 37.68),
				band(30, 4600, 103.40, 37.47, 103.44, 37.48),
				band(15, 4000, 103.45, 37.58, 103.64, 37.60),
				band(15, 3600, 103.55, 37.45, 103.68, 37.36),
				band(13, 2000, 102.92, 37.36, 103.02, 37.34, 103.15, 37.37),
				band(10, 2200, 103.24, 37.38, 103.36, 37.27),
			},
		},
		{
			code: 620623, name: "天祝藏族自治县", nameEn: "Tianzhu", population: 151031, grids: 3400,
			seat: at(103.14, 36.97), villages: 206, residents: 28, villageLike: 2,
			towns: 14, townships: 5,
			statistical: []statisticalUnit{
				{near: at(103.09, 37.01), villages: 1, name: "南川建材厂", nameEn: "Nanchuan Building Materials Works"},
				{near: at(102.80, 36.95), villages: 1, name: "西川矿业公司", nameEn: "Xichuan Mining Company"},
			},
			seatQuarter: quarterPlan{east: 800, north: 2000, block: 140, tilt: 35, phase: 5.2},
			communities: 12, wilderness: 420,
			axes: []axis{
				band(60, 1700, 103.14, 36.97, 103.08, 37.03, 103.00, 37.10, 102.92, 37.16),
				band(18, 1600, 102.89, 37.21, 102.86, 37.30),
				band(20, 3600, 103.33, 37.10, 103.52, 37.12),
				band(10, 2400, 103.38, 36.93, 103.46, 36.92),
				band(24, 1700, 102.55, 36.97, 102.62, 36.91, 102.72, 36.80),
				band(24, 2400, 102.75, 36.98, 102.85, 36.90),
				band(14, 1700, 102.90, 36.99, 103.02, 36.97),
				band(16, 2200, 102.50, 37.48, 102.42, 37.42),
				band(12, 2200, 102.38, 37.66, 102.33, 37.57),
				band(8, 1900, 102.28, 37.78, 102.20, 37.71),
			},
		},
	}
}
