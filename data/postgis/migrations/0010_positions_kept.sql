-- A change of the roster is announced like that of a layer, so that servers need not
-- wait until they ask the next time.
create or replace function roster_changed() returns trigger language plpgsql
	security definer set search_path = public, pg_temp as $$
declare
	now_at bigint;
begin
	update roster_version set version = version + 1 returning version into now_at;
	perform pg_notify('sitmap_layer', 'roster ' || now_at);
	return null;
end $$;

-- What came with the buffer and the database would not take, because of what it says:
-- kept as it came until a person has looked at it, so that what came after it goes on.
create table position_refused (
	stream   text not null,
	number   bigint not null,    -- of the message
	part     integer not null,   -- of the record within the message, from 0
	at       timestamptz not null default now(),
	source   text not null,
	received timestamptz not null,
	reason   text not null,      -- SQLSTATE and the name of what was broken
	record   bytea not null,     -- as in the buffer
	primary key (stream, number, part)
);

-- Passes have an end as well; null for none.
alter table position_removal add column passes_before timestamptz, add column passes bigint not null default 0;

-- The clock as the job saw it that removes what is old: when it last looked, and, after
-- the clock leapt ahead, from where and how long it has gone on since then.
create table retention_clock (
	one   boolean primary key default true check (one),
	seen  timestamptz not null,
	leapt timestamptz,
	since interval not null default '0'
);
