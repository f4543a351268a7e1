-- A pass goes from the first to the last fix of a unit in a grid and cell, with no
-- more than two minutes between two. On a border a unit may be now here and now
-- there, so that passes of a unit overlap, and two may begin at one moment.
alter table pass drop constraint pass_pkey;
alter table pass add primary key (unit, from_at, grid, cell);

-- Passes are read by their end; who came by a grid is kept in memory.
drop index pass_grid_to_at_idx;
