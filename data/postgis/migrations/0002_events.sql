-- Dated cases, partitioned by year; years are made when first needed. There is no
-- default partition: making a year beside one would stop every reader. The text
-- of a case, its parties and amounts have no column here and never will.
create table event (
	layer       text not null,
	id          text not null,
	fid         integer not null check (fid > 0),
	at          timestamptz not null,
	category    text,
	status      text,
	deadline_at timestamptz,
	resolved_at timestamptz,
	closed_at   timestamptz,
	geom        geometry(Geometry, 4326) not null
	            check (ST_XMin(geom) >= -180 and ST_XMax(geom) <= 180 and ST_YMin(geom) >= -85.06 and ST_YMax(geom) <= 85.06),
	mercator    geometry(Geometry, 3857) generated always as (ST_Transform(geom, 3857)) stored,
	props       jsonb not null check (jsonb_typeof(props) = 'object'),
	area        bigint not null check (area between 0 and 999999999999999),
	cell        bigint not null check (cell > 0),
	version     bigint not null default 1 check (version > 0),
	synthetic   boolean not null default false,
	batch       bigint not null,
	primary key (layer, id, at)
) partition by range (at);
create index on event using gist (geom);
create index on event (layer, fid);
create index on event (area);
create index on event (cell);

-- One row for each case, whatever year it lies in: keeps an id unique across
-- partitions and remembers its number and its year.
create table event_key (
	layer text not null,
	id    text not null,
	fid   integer not null,
	at    timestamptz not null,
	primary key (layer, id),
	unique (layer, fid)
);

-- The life of a case, step by step. unit is a post or an organisation.
create table event_log (
	number      bigint generated always as identity primary key,
	layer       text not null,
	id          text not null,
	at          timestamptz not null,
	from_status text not null,
	to_status   text not null,
	unit        text not null default '',
	reason      text not null default '',
	batch       bigint not null
);
create index on event_log (layer, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
	raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
		using errcode = 'restrict_violation';
end $$;
create trigger append_only before update or delete on event_log
	for each row execute function refuse_change();
create trigger no_truncate before truncate on event_log
	for each statement execute function refuse_change();
