-- Every committed change of a layer names its rows and is announced, whoever made
-- it: an import, psql, QGIS.
--
-- Statements note what they changed (note_rows and its kin, below); when the
-- transaction commits, publish_changes gives the layer its next version, brings
-- its state up to date and notifies. So the row of layer_version is locked last of
-- all, layers in the order of their names, and only while a transaction commits:
-- two of them never wait for each other in a circle over it.

-- The next number of a layer stands apart from its version for that reason: an
-- import takes numbers long before it commits.
create table numbering (
	layer    text primary key,
	next_fid integer not null
);
insert into numbering (layer, next_fid) select layer, next_fid from layer_version;
alter table layer_version drop column next_fid;

-- "Until when does it speak" asks for the last case of a layer.
create index on event (layer, at);

-- One row for each version of a layer, as far back as changes are kept.
create table change (
	number    bigint generated always as identity primary key,
	layer     text not null,
	xact      xid8 not null,
	version   bigint,                          -- null until the transaction commits
	pending   boolean not null,                -- noted, not yet published
	whole     boolean not null default false,  -- too much to be named row by row
	named     integer not null default 0,      -- rows changed
	total     bigint not null default 0,       -- rows kept of the layer up to here
	-- What the layer's state needs; of what is not yet published.
	recount   boolean not null default false,  -- read the layer again
	more      bigint not null default 0,       -- features that came, less those that went
	before    box,                             -- around all that changed, as it was
	after     box,                             -- and as it is
	synthetic boolean not null default false,  -- something invented came
	genuine   boolean not null default false,  -- something invented went
	top_fid   integer,
	as_of     timestamptz,                     -- until when an import speaks
	unique (xact, layer)
);
create index on change (layer, version);
create index on change (layer, total);

-- The features of a change: their bounds before and after it, in degrees, null
-- where a feature was not there, is gone, or has no place.
create table changed_row (
	change bigint not null,
	fid    integer not null,
	before box,
	after  box
);
create index on changed_row (change);

-- note_rows notes the features that a statement changed, of a table of the kind
-- that its argument names. What nobody can see (version, batch) is no change, and
-- a row whose valid_to is set is no feature. Of more than 2,000 in a transaction
-- only that they are many is kept.
create function note_rows() returns trigger language plpgsql
	security definer set search_path = public, postgis, extensions, pg_temp as $$
declare
	layer  text := case tg_argv[0] when 'area' then '''area''::text' else 'x.layer' end;
	lives  text := case tg_argv[0] when 'event' then 'x.fid is not null' else '(x.fid is not null and x.valid_to is null)' end;
	seen   text := case tg_argv[0]
		when 'area' then 'x.number, x.code, x.level, x.name, x.name_en, x.parent, x.kind, x.population, x.time_zone, x.geom, x.derived, x.synthetic'
		when 'event' then 'x.id, x.at, x.category, x.status, x.deadline_at, x.resolved_at, x.closed_at, x.geom, x.props, x.area, x.cell, x.synthetic'
		else 'x.id, x.geom, x.props, x.area, x.cell, x.synthetic' end;
	pairs  text := case tg_op
		when 'INSERT' then '(select * from new_rows where false) o right join new_rows n'
		when 'DELETE' then 'old_rows o left join (select * from old_rows where false) n'
		else 'old_rows o full join new_rows n' end;
	twins  text := case tg_argv[0] when 'area' then 'o.fid = n.fid' else 'o.layer = n.layer and o.fid = n.fid' end;
	touched boolean;
begin
	-- Most statements of an import touch nothing.
	if tg_op = 'DELETE' then
		touched := exists (select from old_rows);
	else
		touched := exists (select from new_rows);
	end if;
	if not touched then
		return null;
	end if;
	execute format($sql$
		with moved as materialized (
			select case when n.fid is null then %1$s else %2$s end as layer, coalesce(n.fid, o.fid) as fid,
				case when %3$s then o.geom::box end as before, case when %4$s then n.geom::box end as after,
				(%4$s)::int - (%3$s)::int as more,
				%4$s and n.synthetic as synthetic, %3$s and o.synthetic and not (%4$s and n.synthetic) as genuine
			from %5$s on %6$s
			where (%3$s or %4$s) and (%3$s, %7$s) is distinct from (%4$s, %8$s)),
		head as (
			insert into change as c (layer, xact, pending, whole, named, more, before, after, synthetic, genuine, top_fid)
			select layer, pg_current_xact_id(), true, count(*) > 2000, count(*), sum(more),
				box(point(min((before[1])[0]), min((before[1])[1])), point(max((before[0])[0]), max((before[0])[1]))),
				box(point(min((after[1])[0]), min((after[1])[1])), point(max((after[0])[0]), max((after[0])[1]))),
				bool_or(synthetic), bool_or(genuine), max(fid)
			from moved group by layer order by layer
			on conflict (xact, layer) do update set pending = true,
				whole = c.whole or c.named + excluded.named > 2000, named = c.named + excluded.named, more = c.more + excluded.more,
				before = coalesce(bound_box(c.before, excluded.before), c.before, excluded.before),
				after = coalesce(bound_box(c.after, excluded.after), c.after, excluded.after),
				synthetic = c.synthetic or excluded.synthetic, genuine = c.genuine or excluded.genuine,
				top_fid = greatest(c.top_fid, excluded.top_fid)
			returning c.number, c.layer, c.whole)
		insert into changed_row (change, fid, before, after)
		select h.number, m.fid, m.before, m.after from moved m join head h using (layer) where not h.whole
		$sql$, replace(layer, 'x.', 'o.'), replace(layer, 'x.', 'n.'), replace(lives, 'x.', 'o.'), replace(lives, 'x.', 'n.'),
		pairs, twins, replace(seen, 'x.', 'o.'), replace(seen, 'x.', 'n.'));
	return null;
end $$;

-- note_layers notes of the layers of a statement's rows that something changed
-- which is no feature: the life of a case, or, with the argument whole, a code
-- list, after which every feature may look different.
create function note_layers() returns trigger language plpgsql
	security definer set search_path = public, postgis, extensions, pg_temp as $$
begin
	execute format($sql$
		insert into change as c (layer, xact, pending, whole)
		select distinct layer, pg_current_xact_id(), true, %L::boolean from %s order by layer
		on conflict (xact, layer) do update set pending = true, whole = c.whole or excluded.whole
		$sql$, tg_argv[0] = 'whole', case tg_op when 'INSERT' then 'new_rows' when 'DELETE' then 'old_rows'
			else '(select layer from old_rows union select layer from new_rows) r' end);
	return null;
end $$;

-- note_emptied notes that a table was truncated. Which layers lay in it nobody can
-- tell any more: of event it may be each that is kept nowhere else.
create function note_emptied() returns trigger language plpgsql
	security definer set search_path = public, postgis, extensions, pg_temp as $$
begin
	insert into change as c (layer, xact, pending, whole, recount)
	select v.layer, pg_current_xact_id(), true, true, true from layer_version v
	where case tg_argv[0]
		when 'area' then v.layer = 'area'
		when 'feature' then 'feature_' || v.layer = tg_table_name
		else v.layer <> 'area' and to_regclass(format('public.%I', 'feature_' || v.layer)) is null and v.count > 0 end
	order by v.layer
	on conflict (xact, layer) do update set pending = true, whole = true, recount = true;
	return null;
end $$;

-- table_of is the SQL of the features of a layer, as f.
create function table_of(layer text) returns text language sql stable
	set search_path = public, postgis, extensions, pg_temp as $$
	select case
		when layer = 'area' then 'area f where f.valid_to is null'
		when to_regclass(format('public.%I', 'feature_' || layer)) is not null then format('%I f where f.valid_to is null', 'feature_' || layer)
		else format('event f where f.layer = %L', layer) end
$$;

-- recount reads the number and the bounds of a layer's features anew.
create function recount(layer text) returns void language plpgsql
	set search_path = public, postgis, extensions, pg_temp as $$
begin
	execute format($sql$
		update layer_version v set count = t.count, synthetic = coalesce(t.synthetic, false), west = t.west, south = t.south, east = t.east, north = t.north
		from (select count(*) as count, bool_or(b.synthetic) as synthetic, min((b.box[1])[0]) as west, min((b.box[1])[1]) as south,
				max((b.box[0])[0]) as east, max((b.box[0])[1]) as north
			from (select f.synthetic, f.geom::box as box from %s offset 0) b) t
		where v.layer = %L
		$sql$, table_of(layer), layer);
end $$;

-- publish_changes runs when a transaction commits that noted changes, once: it
-- sees to all layers of the transaction.
create function publish_changes() returns trigger language plpgsql
	security definer set search_path = public, postgis, extensions, pg_temp as $$
declare
	c       change;
	v       layer_version;
	speaks  timestamptz;
	sum     bigint;
begin
	for c in select * from change where xact = pg_current_xact_id() and pending order by layer collate "C" loop
		insert into layer_version (layer) values (c.layer) on conflict do nothing;
		select * into v from layer_version where layer = c.layer for update;
		-- What lay at the edge and went or moved may have been all that lay there.
		if c.recount or c.before is not null and ((c.before[1])[0] <= v.west or (c.before[1])[1] <= v.south or (c.before[0])[0] >= v.east or (c.before[0])[1] >= v.north) is not false then
			perform recount(c.layer);
		else
			if c.genuine and v.synthetic and not c.synthetic then
				execute format('select exists (select from %s and f.synthetic)', table_of(c.layer)) into v.synthetic;
			end if;
			update layer_version set count = v.count + c.more, synthetic = v.synthetic or c.synthetic,
				west = least(v.west, (c.after[1])[0]), south = least(v.south, (c.after[1])[1]),
				east = greatest(v.east, (c.after[0])[0]), north = greatest(v.north, (c.after[0])[1])
			where layer = c.layer;
		end if;
		-- Cases speak until the end of the last day that has one, in their city's
		-- time zone; the rest until the import, or now.
		if table_of(c.layer) like 'event %' then
			select (date_trunc('day', l.at at time zone l.zone) + interval '1 day' - interval '1 second') at time zone l.zone into speaks
			from (select e.at, coalesce((select a.time_zone from area a where a.number = e.area / 100000000000 * 100000000000), 'Asia/Shanghai') as zone
				from event e where e.layer = c.layer order by e.at desc limit 1) l;
		else
			speaks := greatest(v.as_of, coalesce(c.as_of, now()));
		end if;
		update layer_version set as_of = speaks, changed_at = now(), version = v.version + case when c.version is null then 1 else 0 end
		where layer = c.layer returning version into v.version;
		-- Who gave numbers himself must not get them twice.
		update numbering set next_fid = c.top_fid + 1 where layer = c.layer and next_fid <= c.top_fid;
		if c.whole then
			delete from changed_row where change = c.number;
			c.named := 0;
		end if;
		select coalesce(max(total), 0) + c.named + 1 into sum from change where layer = c.layer and total > 0 and number <> c.number;
		update change set version = v.version, pending = false, total = sum, recount = false, more = 0, before = null, after = null,
			synthetic = false, genuine = false, top_fid = null where number = c.number;
		with gone as (delete from change where layer = c.layer and total > 0 and total < sum - 10000 returning number)
		delete from changed_row r using gone where r.change = gone.number;
		perform pg_notify('sitmap_layer', c.layer || ' ' || v.version);
	end loop;
	return null;
end $$;
create constraint trigger publish_new after insert on change deferrable initially deferred
	for each row execute function publish_changes();
create constraint trigger publish_again after update on change deferrable initially deferred
	for each row when (new.pending and not old.pending) execute function publish_changes();

-- watch makes a table of features of the kind tell of its changes. A partition
-- needs it too, since a statement may name it instead of its parent.
create function watch(watched regclass, kind text) returns void language plpgsql as $$
begin
	if exists (select from pg_trigger where tgrelid = watched and tgname = 'note_inserted') then
		return;
	end if;
	execute format('create trigger note_inserted after insert on %1$s referencing new table as new_rows for each statement execute function note_rows(%2$L);
		create trigger note_updated after update on %1$s referencing old table as old_rows new table as new_rows for each statement execute function note_rows(%2$L);
		create trigger note_deleted after delete on %1$s referencing old table as old_rows for each statement execute function note_rows(%2$L);
		create trigger note_emptied after truncate on %1$s for each statement execute function note_emptied(%2$L)', watched, kind);
end $$;
select watch('area', 'area'), watch('feature', 'feature'), watch('event', 'event');

create trigger note_inserted after insert on event_log referencing new table as new_rows
	for each statement execute function note_layers('rows');
create trigger note_inserted after insert on code_list referencing new table as new_rows
	for each statement execute function note_layers('whole');
create trigger note_updated after update on code_list referencing old table as old_rows new table as new_rows
	for each statement execute function note_layers('whole');
create trigger note_deleted after delete on code_list referencing old table as old_rows
	for each statement execute function note_layers('whole');

-- States were computed from rounded boxes before.
select recount(layer) from layer_version;
