package main

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"sitmap/layers"
	"sitmap/layers/access"
	"sitmap/layers/catalog"
)

// The tables as a rival likes them best: typed columns, geometry in the tile's
// own projection, clustered along the index.
const flatTables = `
create table grid_zone as
	select fid::bigint as fid, id, props->>'name' as name, props->>'setting' as setting, props->>'kind' as kind,
		(props->>'staff_count')::bigint as staff_count, props->>'household_band' as household_band, area, synthetic,
		ST_Multi(mercator)::geometry(MultiPolygon, 3857) as geom
	from feature where layer = 'grid' and valid_to is null order by fid;
create table camera_spot as
	select f.fid, f.id, f.name, f.kind, f.state, f.place_kind, f.high_definition, f.direction_deg, f.fov_deg, f.range_m, f.owner,
		f.legal_basis, f.filing, f.in_service_on, f.retention_days, f.sign_posted, f.geom from v_camera f order by fid;
create table grid_outline as
	select f.fid, f.id, f.name, f.setting, f.kind, f.staff_count, f.household_band, f.geom from v_grid f order by fid;
create index grid_zone_geom on grid_zone using gist (geom);
create index camera_spot_geom on camera_spot using gist (geom);
create index grid_outline_geom on grid_outline using gist (geom);
cluster grid_zone using grid_zone_geom;
alter table grid_zone add primary key (fid);
alter table camera_spot add primary key (fid);
alter table grid_outline add primary key (fid);`

func (b *bench) makeFlat() error {
	b.say("tables for the rivals")
	if _, err := b.db.Exec(b.ctx, flatTables); err != nil {
		return fmt.Errorf("tables for the rivals: %w", err)
	}
	for _, table := range []string{"grid_zone", "camera_spot", "grid_outline"} {
		if _, err := b.db.Exec(b.ctx, "vacuum analyze "+table); err != nil {
			return err
		}
	}
	return nil
}

// flatGrid is the layer with the columns of grid_zone in every tile.
func flatGrid() layers.Layer {
	l := catalog.Grid
	l.Zoom = layers.ZoomRange{Min: firstZoom, Max: lastZoom}
	l.Fields = append(slices.Clone(l.Fields),
		layers.Field{Name: "area", Type: layers.Integer}, layers.Field{Name: "synthetic", Type: layers.Boolean})
	for i := range l.Fields {
		l.Fields[i].TileZoom = layers.InTile
	}
	return l
}

// grids are the rows of grid_zone through the store.
func (b *bench) grids() (all []layers.Feature, err error) {
	err = b.opened.Store.Features(b.ctx, catalog.Grid, layers.Query{}, access.System, func(f layers.Feature) error {
		f.Properties["area"], f.Properties["synthetic"] = f.Area, f.Synthetic
		all = append(all, f)
		return nil
	})
	return all, err
}

// The list of tiles: so many of each zoom.
const firstZoom, lastZoom = 7, 16

var perZoom = [...]int{2, 4, 5, 6, 7, 8, 8, 8, 6, 6}

// stride is a prime: stepping by it modulo any number of grids that it does not
// divide visits each grid once.
const stride = 7919

// listed is a tile of the list.
type listed = maptile.Tile

// tileList is the fixed list. The grids in the order of their numbers are
// walked with a stride of 7,919; each zoom takes the tiles of the middle of the
// grids it meets, until it has its number of different ones. So a tile comes in
// with the weight of the grids in it.
func (b *bench) tileList() (list []listed, err error) {
	var centres []orb.Point
	err = b.opened.Store.Features(b.ctx, catalog.Grid, layers.Query{}, access.System, func(f layers.Feature) error {
		centres = append(centres, f.Geometry.Bound().Center())
		return nil
	})
	if err != nil || len(centres) == 0 {
		return nil, fmt.Errorf("%d grids: %w", len(centres), err)
	}
	for k, want := range perZoom {
		begin := len(list)
		for n := 0; n < len(centres) && len(list)-begin < want; n++ {
			at := maptile.At(centres[n*stride%len(centres)], maptile.Zoom(firstZoom+k))
			if !slices.Contains(list[begin:], at) {
				list = append(list, at)
			}
		}
	}
	return list, nil
}

const listText = "60 tiles: walking the grids in the order of their numbers with a stride of 7,919, each zoom takes the tile at the middle of each grid met, until it has 2, 4, 5, 6, 7, 8, 8, 8, 6, 6 different ones (z7 … z16)"

// tileName is z/x/y.
func tileName(t maptile.Tile) string { return fmt.Sprintf("%d/%d/%d", t.Z, t.X, t.Y) }
