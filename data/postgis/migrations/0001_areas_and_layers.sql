-- The administrative tree, versioned: a row whose valid_to is set has ended and
-- is kept because older facts name it. number is the code padded to 15 digits
-- (or one of the private range 90–99 for a city with codes of its own), so that
-- "inside an area" is a comparison of integers.
create table area (
	number      bigint primary key check (number between 0 and 999999999999999),
	fid         integer not null unique check (fid > 0),
	code        text not null unique,
	level       text not null check (level in ('province', 'city', 'county', 'township', 'village')),
	name        text not null,
	name_en     text,
	parent      bigint references area deferrable initially deferred,
	kind        text,
	population  bigint check (population >= 0),
	time_zone   text,
	geom        geometry(MultiPolygon, 4326)
	            check (ST_XMin(geom) >= -180 and ST_XMax(geom) <= 180 and ST_YMin(geom) >= -85.06 and ST_YMax(geom) <= 85.06),
	mercator    geometry(MultiPolygon, 3857) generated always as (ST_Transform(geom, 3857)) stored,
	-- true where geom is the union of the children, because none was given
	derived     boolean not null default false,
	valid_from  timestamptz not null default now(),
	valid_to    timestamptz check (valid_to > valid_from),
	replaced_by text,
	version     bigint not null default 1 check (version > 0),
	synthetic   boolean not null default false,
	batch       bigint not null
);
create index on area using gist (geom);
create index on area (parent);

-- Every stored layer of things that have a place; a partition for each layer of
-- the catalogue is made when the program starts. mercator is geom as tiles need
-- it: transforming 28,000 outlines anew for a tile would cost most of its time.
create table feature (
	layer      text not null,
	id         text not null,
	fid        integer not null check (fid > 0),
	geom       geometry(Geometry, 4326) not null
	           check (ST_XMin(geom) >= -180 and ST_XMax(geom) <= 180 and ST_YMin(geom) >= -85.06 and ST_YMax(geom) <= 85.06),
	mercator   geometry(Geometry, 3857) generated always as (ST_Transform(geom, 3857)) stored,
	props      jsonb not null check (jsonb_typeof(props) = 'object'),
	area       bigint not null check (area between 0 and 999999999999999),
	-- H3, resolution 10, of the point or of a point inside the shape
	cell       bigint not null check (cell > 0),
	valid_from timestamptz not null default now(),
	valid_to   timestamptz check (valid_to > valid_from),
	version    bigint not null default 1 check (version > 0),
	synthetic  boolean not null default false,
	batch      bigint not null,
	primary key (layer, id),
	unique (layer, fid)
) partition by list (layer);
create index on feature using gist (geom);
create index on feature (area);
create index on feature (cell);

-- What is known about a layer as a whole. next_fid only grows, so that a number
-- is never given twice.
create table layer_version (
	layer      text primary key,
	version    bigint not null default 0,
	changed_at timestamptz,
	as_of      timestamptz,
	count      bigint not null default 0,
	west       double precision,
	south      double precision,
	east       double precision,
	north      double precision,
	synthetic  boolean not null default false,
	next_fid   integer not null default 1
);

-- The code lists a city brought for itself; city is the number of its area.
create table code_list (
	city     bigint not null,
	layer    text not null,
	field    text not null,
	value    text not null,
	zh       text not null,
	en       text not null,
	tone     text not null default '',
	min_zoom integer not null default 0,
	ord      integer not null,
	aliases  text[] not null default '{}',
	primary key (city, layer, field, value)
);

-- By what a thing is found: name, pinyin, initials, code, each after a line
-- break. Layers of single cases are never in here.
create table search_key (
	layer text not null,
	id    text not null,
	keys  text not null,
	title text not null,
	area  bigint not null,
	rank  integer not null,
	level text,
	-- null for an area without an outline
	lon   double precision,
	lat   double precision,
	west  double precision,
	south double precision,
	east  double precision,
	north double precision,
	primary key (layer, id)
);
