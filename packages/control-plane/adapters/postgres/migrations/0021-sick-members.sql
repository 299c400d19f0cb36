-- A member that fails runs which others do not is set aside, and tried with canary sign-ins until enough of them succeed.
alter table gateway
  add column set_aside_since timestamptz,
  add column canaries_passed integer not null default 0,
  add column canary_pause_ms bigint not null default 0,
  add column canary_due_at timestamptz,
  add column canary_run_id text,
  -- What was acquired before it was put back says nothing about the machine as it is now.
  add column put_back_at timestamptz;

-- Set for a canary sign-in: which member it is for. Null for every run of somebody.
alter table run add column canary_of text references gateway;
create index run_canary_waiting on run (cluster_id) where canary_of is not null and state = 'queued';
-- The newest unattended runs of a member that are over.
create index run_outcome on run (gateway_id, ended_at desc, request_number desc)
  where mode = 'unattended' and acquired_at is not null and ended_at is not null and canary_of is null;

create table gateway_event (
  id bigint generated always as identity primary key,
  gateway_id text not null references gateway on delete cascade,
  event text not null,
  detail text not null,
  actor text not null,
  -- Of a canary sign-in; its run may be gone before.
  run_id text,
  at timestamptz not null default now()
);
create index gateway_event_of on gateway_event (gateway_id, id);
create index gateway_event_age on gateway_event (at);
create index gateway_set_aside on gateway (canary_due_at) where set_aside_since is not null;
-- Few among all runs: those that failed before their flow began.
create index run_early_failure on run (ended_at)
  where mode = 'unattended' and state = 'failed' and acquired_at is not null and started_at is null and canary_of is null;
create index run_refused on run (gateway_id, connection_id)
  where mode = 'unattended' and state = 'failed' and acquired_at is not null and started_at is null;
