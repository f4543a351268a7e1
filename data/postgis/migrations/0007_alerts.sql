-- Alarms that fences raise, beside calls for help, and how far an alarm that nobody
-- answered has risen.
alter table alarm add column about text not null default '';   -- kind/number of the fence; empty for a call for help
alter table alarm add column since timestamptz;                -- when its cause began; null for a call for help
alter table alarm add column title text not null default '';   -- the fence's name
alter table alarm add column level smallint not null default 0 check (level between 0 and 2);
alter table alarm drop constraint alarm_pkey;
alter table alarm add primary key (unit, about, opened);
alter table alarm_log add column about text not null default '';
create index on alarm_log (unit, about, opened);
create index on alarm (closed);

-- What a fence notices, of which units, where and when. A place is the area of
-- that level around each unit's own home, the area of that code, or an outline.
create table fence (
	id       bigint generated always as identity primary key,
	name     text not null check (name <> ''),
	kind     text not null check (kind in ('enter', 'leave', 'stay-in', 'stay-out', 'lost', 'still')),
	area     text not null default '',
	low      bigint not null,
	high     bigint not null check (high >= low),
	units    text[] not null default '{}',
	home     text not null default '',
	place    text not null default '',
	outline  jsonb,                                -- GeoJSON polygon, WGS 84
	minutes  integer not null default 0 check (minutes >= 0),
	from_min integer not null default 0,
	to_min   integer not null default 0,
	days     integer not null default 0 check (days between 0 and 127),   -- 0 for always
	by       text not null,
	made     timestamptz not null default now()
);
create trigger changed after insert or update or delete or truncate on fence for each statement execute function roster_changed();
