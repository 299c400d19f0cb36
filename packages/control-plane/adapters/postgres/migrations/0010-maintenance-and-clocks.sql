-- Since when an admin works on a machine, and why; nothing new is offered to it meanwhile.
alter table gateway
  add column maintenance_since timestamptz,
  add column maintenance_note text not null default '';

-- How far the machine's clock was ahead at the last heartbeat, below zero behind; null until a gateway has told its time.
alter table gateway add column clock_skew_ms bigint;
