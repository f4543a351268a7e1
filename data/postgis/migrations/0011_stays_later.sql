-- Stays are written less often than the fixes they are made of: up to which
-- message they speak. Whoever goes on writing makes the rest of them anew from
-- the buffer.
alter table position_cursor add column stays bigint not null default 0;
update position_cursor set stays = number;
