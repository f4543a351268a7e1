-- What was published of layers of cases, city by city: one row for each set of
-- numbers, oldest first, kept as the record of what readers without case rights were
-- shown. The newest is the one that every server answers from.
create table release (
	layer        text not null,
	city         text not null,                -- code
	version      bigint not null,              -- of the release, from 1 without a gap
	data_version bigint not null,              -- of the layer it was made from
	made_at      timestamptz not null default now(),
	rule         jsonb not null,               -- what it was made by, and from
	bytes        bytea not null,
	primary key (layer, city, version)
);
