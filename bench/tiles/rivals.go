package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// rival is another server, measured where an environment variable names its
// binary.
type rival struct {
	name, variable string
	// prepare writes what it needs and gives its command line, its environment,
	// and the path of a tile.
	prepare func(b *bench, address string) (args, env []string, path func(listed) string, err error)
}

var tileRivals = []rival{
	{"pg_tileserv", "SITMAP_BENCH_PG_TILESERV", (*bench).preparePgTileserv},
	{"tegola", "SITMAP_BENCH_TEGOLA", (*bench).prepareTegola},
	{"martin", "SITMAP_BENCH_MARTIN", (*bench).prepareMartin},
}

const featureservVariable = "SITMAP_BENCH_PG_FEATURESERV"

// rivals starts the servers whose binaries are given; all read grid_zone with
// the same attributes.
func (b *bench) rivals() (all []*contender, err error) {
	for _, r := range tileRivals {
		program := os.Getenv(r.variable)
		if program == "" {
			b.say("%s is left out: %s does not name its binary", r.name, r.variable)
			continue
		}
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		args, env, path, err := r.prepare(b, address)
		if err != nil {
			return nil, err
		}
		c, err := b.start(r.name, address, env, program, args...)
		if err != nil {
			return nil, err
		}
		if err := c.listens(b.ctx); err != nil {
			return nil, err
		}
		all = append(all, &contender{child: c, rival: true, paths: b.shuffled(path)})
	}
	return all, nil
}

// absent says which rivals were not given.
func (b *bench) absent() (notes []string) {
	for _, r := range tileRivals {
		if os.Getenv(r.variable) == "" {
			notes = append(notes, fmt.Sprintf("%s was not given (%s).", r.name, r.variable))
		} else {
			notes = append(notes, r.name+" serves grid_zone at every zoom, with all attributes and as it is by default: not the same bodies.")
		}
	}
	return notes
}

func hostPort(address string) (host, port string) {
	host, port, _ = strings.Cut(address, ":")
	return host, port
}

func (b *bench) preparePgTileserv(address string) ([]string, []string, func(listed) string, error) {
	host, port := hostPort(address)
	file := filepath.Join(b.work, "pg_tileserv.toml")
	text := fmt.Sprintf("HttpHost = %q\nHttpPort = %s\nMaxFeaturesPerTile = 1000000\nDefaultBuffer = 64\nDbPoolMaxConns = 8\n", host, port)
	err := os.WriteFile(file, []byte(text), 0o644)
	return []string{"--config", file}, []string{"DATABASE_URL=" + b.opened.URL}, func(t listed) string {
		return "/public.grid_zone/" + tileName(t) + ".pbf?properties=id,name,setting,kind,staff_count,household_band,area,synthetic"
	}, err
}

func (b *bench) prepareTegola(address string) ([]string, []string, func(listed) string, error) {
	file := filepath.Join(b.work, "tegola.toml")
	text := fmt.Sprintf(`[webserver]
port = %q
[cache]
type = "file"
basepath = %q
[[providers]]
name = "city"
type = "mvt_postgis"
uri = %q
srid = 3857
max_connections = 8
  [[providers.layers]]
  name = "grid"
  geometry_fieldname = "geom"
  geometry_type = "MultiPolygon"
  id_fieldname = "fid"
  sql = "SELECT ST_AsMVTGeom(geom, !BBOX!, 4096, 64) AS geom, fid, id, name, setting, kind, staff_count, household_band, area, synthetic FROM grid_zone WHERE geom && !BBOX!"
[[maps]]
name = "grid"
  [[maps.layers]]
  provider_layer = "city.grid"
  min_zoom = 0
  max_zoom = 20
`, address, filepath.Join(b.work, "tegola-cache"), b.opened.URL)
	err := os.WriteFile(file, []byte(text), 0o644)
	return []string{"serve", "--config", file}, nil, func(t listed) string { return "/maps/grid/" + tileName(t) + ".pbf" }, err
}

func (b *bench) prepareMartin(address string) ([]string, []string, func(listed) string, error) {
	file := filepath.Join(b.work, "martin.yaml")
	text := fmt.Sprintf(`listen_addresses: %q
postgres:
  connection_string: %q
  pool_size: 8
  tables:
    grid:
      schema: public
      table: grid_zone
      srid: 3857
      geometry_column: geom
      id_column: fid
      geometry_type: MULTIPOLYGON
      extent: 4096
      buffer: 64
      clip_geom: true
      properties: {id: text, name: text, setting: text, kind: text, staff_count: int8, household_band: text, area: int8, synthetic: bool}
`, address, b.opened.URL)
	err := os.WriteFile(file, []byte(text), 0o644)
	return []string{"--config", file}, nil, func(t listed) string { return "/grid/" + tileName(t) }, err
}

// featureserv starts pg_featureserv where it is given; nil where not.
func (b *bench) featureserv() (*child, error) {
	program := os.Getenv(featureservVariable)
	if program == "" {
		return nil, nil
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	host, port := hostPort(address)
	file := filepath.Join(b.work, "pg_featureserv.toml")
	text := fmt.Sprintf("[Server]\nHttpHost = %q\nHttpPort = %s\n[Paging]\nLimitDefault = 1000\nLimitMax = 10000\n", host, port)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return nil, err
	}
	c, err := b.start("pg_featureserv", address, []string{"DATABASE_URL=" + b.opened.URL}, program, "--config", file)
	if err != nil {
		return nil, err
	}
	return c, c.listens(b.ctx)
}

// libpq is a database URL as the key=value words that GDAL takes.
func libpq(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("the database's URL: %w", err)
	}
	words := []string{"dbname=" + strings.TrimPrefix(u.Path, "/")}
	if u.User != nil {
		words = append(words, "user="+u.User.Username())
	}
	if u.Hostname() != "" {
		words = append(words, "host="+u.Hostname())
	}
	if u.Port() != "" {
		words = append(words, "port="+u.Port())
	}
	for name, values := range u.Query() {
		value := values[0]
		if strings.ContainsAny(value, ` '\\`) {
			value = "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
		}
		words = append(words, name+"="+value)
	}
	return strings.Join(words, " "), nil
}
