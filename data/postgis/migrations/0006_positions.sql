-- Live positions. A unit is a post or a team; what is kept of it is where it was
-- while on duty, for some days (a setting), and then only its passes.

-- Who sends fixes: an account of role device, by its name, with the coordinate
-- system it declares and the units it may speak for.
create table fix_source (
	id       text primary key check (id <> ''),
	name     text not null default '',
	protocol text not null default '',
	crs      text not null,
	low      bigint not null,
	high     bigint not null check (high >= low),
	units    text[],                        -- null for all of that area
	devices  jsonb not null default '{}' check (jsonb_typeof(devices) = 'object')
);

-- Who is on duty where, [from_at, to_at).
create table shift (
	unit      text not null,
	from_at   timestamptz not null,
	to_at     timestamptz not null check (to_at > from_at),
	post      text not null default '',
	means     text not null default '',
	headcount integer not null default 0 check (headcount >= 0),
	primary key (unit, from_at)
);
create index on shift (to_at);

-- Duty that comes round every week: minutes of the city's day, days as bits from
-- Monday. One that ends before it begins ends the next day.
create table duty (
	unit      text not null,
	from_min  integer not null check (from_min between 0 and 1439),
	to_min    integer not null check (to_min between 1 and 1440),
	days      integer not null check (days between 1 and 127),
	post      text not null default '',
	means     text not null default '',
	headcount integer not null default 0 check (headcount >= 0),
	primary key (unit, from_min)
);

-- Grows with every change of the three tables above, so that servers know when
-- to read them again.
create table roster_version (version bigint not null);
insert into roster_version values (1);
create function roster_changed() returns trigger language plpgsql
	security definer set search_path = public, pg_temp as $$
begin
	update roster_version set version = version + 1;
	return null;
end $$;
create trigger changed after insert or update or delete or truncate on fix_source for each statement execute function roster_changed();
create trigger changed after insert or update or delete or truncate on shift for each statement execute function roster_changed();
create trigger changed after insert or update or delete or truncate on duty for each statement execute function roster_changed();

-- Raw fixes, a partition for each day (UTC) of the device's time, made ahead.
-- A fix is one by source, unit, device time and number; a number above 2^63 is
-- kept as the negative one of the same bits. area is the unit's home.
create table position (
	unit     text not null,
	at       timestamptz not null,
	source   text not null,
	seq      bigint not null,
	received timestamptz not null,
	verdict  smallint not null,
	lon      double precision not null check (lon between -180 and 180),
	lat      double precision not null check (lat between -90 and 90),
	speed    real,
	heading  real,
	accuracy real,
	battery  real,
	sos      boolean not null,
	area     bigint not null,
	cell     bigint not null,
	primary key (unit, at, source, seq)
) partition by range (at);
create index on position using brin (at);

-- Fixes whose device's clock cannot be right: flagged, and apart from the others.
create table position_misdated (like position including all);
create index on position_misdated (received);

-- What was received and not kept, and what was kept, by day of arrival (UTC).
create table fix_count (
	day     date not null,
	source  text not null,
	verdict smallint not null,
	fixes   bigint not null,
	primary key (day, source, verdict)
);

-- Up to which message of which stream the tables above speak.
create table position_cursor (
	stream text primary key,
	number bigint not null
);

-- Stays of a unit in a service grid and cell (H3, resolution 10), unrounded: from
-- the first to the last fix there, with no more than two minutes between two.
create table pass (
	unit    text not null,
	grid    bigint not null,
	cell    bigint not null,
	from_at timestamptz not null,
	to_at   timestamptz not null check (to_at >= from_at),
	area    bigint not null,   -- the unit's home
	primary key (unit, from_at, grid, cell)
);
create index on pass using brin (to_at);

-- Calls for help, one row until it is closed, and what was done about each.
-- lon and lat are null where the place may not be kept.
create table alarm (
	unit     text not null,
	opened   timestamptz not null,
	source   text not null,
	verdict  smallint not null,
	lon      double precision,
	lat      double precision,
	latest   timestamptz not null,
	calls    integer not null,
	acked    timestamptz,
	acked_by text not null default '',
	closed   timestamptz,
	closed_by text not null default '',
	reason   text not null default '',
	area     bigint not null,
	primary key (unit, opened)
);
create index on alarm (opened);
create table alarm_log (
	number bigint generated always as identity primary key,
	unit   text not null,
	opened timestamptz not null,
	at     timestamptz not null,
	what   text not null,
	by     text not null,
	note   text not null default ''
);

-- What the retention job removed.
create table position_removal (
	at       timestamptz not null default now(),
	before   timestamptz not null,
	days     integer not null,
	fixes    bigint not null
);
