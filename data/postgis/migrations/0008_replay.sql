-- Who looked at where units had been: logged before anything is shown, and kept.
-- unit is null where all units of an area were looked at; low and high are the
-- numbers of the areas in which the units have their homes.
create table track_look (
	number  bigint generated always as identity primary key,
	at      timestamptz not null default now(),
	by      text not null check (by <> ''),
	role    text not null,
	unit    text,
	low     bigint not null,
	high    bigint not null check (high >= low),
	from_at timestamptz not null,
	to_at   timestamptz not null check (to_at > from_at),
	units   integer not null check (units >= 0)
);
create trigger append_only before update or delete on track_look
	for each row execute function refuse_change();
create trigger no_truncate before truncate on track_look
	for each statement execute function refuse_change();

-- Days (UTC) of fixes that were imported to be looked at, and until when the
-- retention job leaves them alone.
create table position_hold (
	day   date primary key,
	until timestamptz not null
);
