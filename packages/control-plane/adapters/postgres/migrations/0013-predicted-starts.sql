-- How long the runs of a flow held their slot, as a lognormal: what predicted starts are made from.
create table flow_duration (
  flow_id text not null references desktop_flow on delete cascade,
  mode text not null check (mode in ('attended', 'unattended')),
  count integer not null,
  log_mean float8 not null,
  log_variance float8 not null,
  measured_at timestamptz not null,
  primary key (flow_id, mode)
);
create index run_measured on run (flow_id, mode, ended_at desc, request_number desc)
  where acquired_at is not null and state in ('succeeded', 'failed', 'timedOut');

-- What was predicted first for a waiting run: only to be compared with its start, never shown as if it were true now.
create table run_prediction (
  run_id text primary key references run on delete cascade,
  cluster_id text not null,
  predicted_at timestamptz not null,
  -- False for one that waited for a while already.
  at_submit boolean not null,
  earliest_at timestamptz not null,
  median_at timestamptz not null,
  latest_at timestamptz not null,
  at_risk_since timestamptz
);
create index run_prediction_newest on run_prediction (cluster_id, predicted_at desc) where at_submit;
