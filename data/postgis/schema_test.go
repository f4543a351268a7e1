package postgis_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"sitmap/data/postgis"
	"sitmap/layers"
	"sitmap/layers/catalog"
)

// person matches names of what is about a person and not about a place, a case,
// a post or a thing; words are those of registers in use, in both languages.
var person = regexp.MustCompile(`(?i)(^|_)(party|parties|person|people|citizen|resident_?name|surname|given_?name|id_?card|id_?number|passport|phone|mobile|telephone|wechat|qq|email|plate|vehicle_?no|licen[cs]e|face|portrait|photo|fingerprint|religion|faith|mosque|ethnic|ethnicity|nationality|petition|petitioner|visit_?record|birth|birthday|age|gender|sex|marital|health|disability|household_?head|owner_?name|complainant|victim|suspect|offender|ex_?convict|addict|score|risk_?person|narrative|story|description|remark|remarks|free_?text|address_?home|imei|imsi|mac)(_|$)|当事|身份证|姓名|手机|电话|车牌|人脸|宗教|民族|信访|上访|性别|出生|年龄|籍贯|户主|重点人|吸毒|案情|备注`)

// allowed are names that look like one and are not: a band of a count, and the
// line of an institution's duty desk.
var allowed = []string{"involved_band", "duty_line"}

func TestNothingIsAboutPersons(t *testing.T) {
	s := city(t)
	names := one[[]string](t, s, `select array_agg(distinct column_name::text) from information_schema.columns where table_schema = 'public'
		and table_name not in (select relname from pg_class c join pg_depend d on d.objid = c.oid and d.deptype = 'e')`)
	if len(names) < 50 {
		t.Fatalf("only %d columns were looked at", len(names))
	}
	names = append(names, one[[]string](t, s, `select array_agg(distinct table_name::text) from information_schema.tables where table_schema = 'public'`)...)
	for _, l := range catalog.All {
		for _, f := range l.Fields {
			names = append(names, f.Name)
			if !slices.Contains(allowed, f.Name) {
				names = append(names, f.Title.Zh)
			}
		}
	}
	for _, name := range names {
		if person.MatchString(name) && !slices.Contains(allowed, name) {
			t.Errorf("%q is about a person; see the line this product keeps", name)
		}
	}
	for _, word := range []string{"party_name", "id_card", "当事人姓名", "phone", "owner_name", "plate", "ethnicity"} {
		if !person.MatchString(word) {
			t.Errorf("the test would not see %q", word)
		}
	}
}

// Views have the columns and types that QGIS, psql and BI programs rely on.
func TestViews(t *testing.T) {
	s := city(t)
	want := map[string]string{
		"v_camera":  "fid integer, id text, name text, kind text, state text, place_kind text, high_definition boolean, direction_deg double precision, fov_deg double precision, range_m double precision, owner text, legal_basis text, filing text, in_service_on date, retention_days bigint, sign_posted boolean, area_code text, synthetic boolean, version bigint, geom geometry(Point,4326)",
		"v_grid":    "fid integer, id text, name text, setting text, kind text, staff_count bigint, household_band text, area_code text, synthetic boolean, version bigint, geom geometry(MultiPolygon,4326)",
		"v_dispute": "fid integer, id text, category text, status text, found_at timestamp with time zone, deadline_at timestamp with time zone, resolved_at timestamp with time zone, closed_at timestamp with time zone, unit text, supervision text, track text, found_by text, involved_band text, area_code text, synthetic boolean, version bigint, geom geometry(Point,4326)",
		"v_road":    "fid integer, id text, name text, ref text, class text, bridge boolean, oneway boolean, speed_kmh bigint, length_m double precision, area_code text, synthetic boolean, version bigint, geom geometry(MultiLineString,4326)",
		"v_water":   "fid integer, id text, name text, kind text, area_code text, synthetic boolean, version bigint, geom geometry(Geometry,4326)",
		"v_area":    "fid integer, id text, code text, name text, name_en text, level text, parent text, kind text, population bigint, time_zone text, synthetic boolean, version bigint, geom geometry(MultiPolygon,4326)",
	}
	for view, columns := range want {
		got := one[string](t, s, `select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum) from pg_attribute where attrelid = $1::text::regclass and attnum > 0`, view)
		if got != columns {
			t.Errorf("%s has\n%s\nwant\n%s", view, got, columns)
		}
	}
	for _, l := range catalog.All {
		if n, want := one[int64](t, s, "select count(*) from v_"+l.ID), state(t, s, l.ID).Count; n != want {
			t.Errorf("v_%s shows %d rows, want %d", l.ID, n, want)
		}
	}
	if got := one[string](t, s, `select area_code from v_camera where id = '62060200001320000000'`); got != "620621100200001" {
		t.Errorf("the camera is in area %s", got)
	}
	if got := one[string](t, s, `select parent from v_area where id = '620622'`); got != "6206" {
		t.Errorf("the county's parent is %s", got)
	}
}

// A catalogue with one field more changes the view of that layer and no other; a
// view that somebody built upon stays.
func TestViewsFollowTheCatalogue(t *testing.T) {
	s, url := cityAt(t)
	one[string](t, s, `with v as (select 1) select 'x'`)
	changed := slices.Clone(catalog.All)
	for i, l := range changed {
		if l.ID == "camera" || l.ID == "grid" {
			changed[i].Fields = append(slices.Clone(l.Fields), layers.Field{Name: "height_m", Type: layers.Number})
		}
	}
	conn := connect(t, s)
	if _, err := conn.Exec(t.Context(), `create view mine as select name from v_grid`); err != nil {
		t.Fatal(err)
	}
	again, err := postgis.Open(t.Context(), url, changed)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
	has := func(view string) bool {
		return one[bool](t, s, `select exists (select from pg_attribute where attrelid = $1::text::regclass and attname = 'height_m')`, view)
	}
	if !has("v_camera") || has("v_grid") || has("v_road") {
		t.Errorf("height_m in v_camera %v, v_grid %v, v_road %v; want true, false, false", has("v_camera"), has("v_grid"), has("v_road"))
	}
}

// The schema itself refuses what cannot be.
func TestConstraintsDefendMeaning(t *testing.T) {
	s := city(t)
	for name, sql := range map[string]string{
		"a point beyond the map":        `update feature_camera set geom = ST_SetSRID(ST_MakePoint(200, 10), 4326) where fid = 1`,
		"another coordinate system":     `update feature_camera set geom = ST_SetSRID(ST_MakePoint(100, 10), 3857) where fid = 1`,
		"a number below zero":           `update feature_camera set area = -1 where fid = 1`,
		"an unknown level":              `update area set level = 'galaxy' where code = '6206'`,
		"a parent that is not":          `update area set parent = 5 where code = '6206'; set constraints all immediate`,
		"a line in the place of a city": `update area set geom = ST_SetSRID(ST_MakeLine(ST_MakePoint(1, 1), ST_MakePoint(2, 2)), 4326) where code = '6206'`,
		"the same case twice":           `insert into event_key select * from event_key limit 1`,
		"a list instead of properties":  `update feature_camera set props = '[]' where fid = 1`,
		"an end before the beginning":   `update area set valid_to = valid_from - interval '1 day' where code = '6206'`,
	} {
		if _, err := connect(t, s).Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "SQLSTATE 2") {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}
