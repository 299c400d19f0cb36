-- The newest question to each gateway how its machine is, and the newest answer: a report stays until the next one comes.
create table machine_check (
  gateway_id text primary key references gateway on delete cascade,
  request_id text not null,
  asked_by text not null,
  asked_at timestamptz not null,
  answered_id text,
  answered_at timestamptz,
  report jsonb
);

-- How a machine was found to be when a run failed at its fault. Goes with the run.
create table run_machine_check (
  run_id text primary key references run on delete cascade,
  attempt integer not null,
  noted_at timestamptz not null,
  report jsonb not null
);
