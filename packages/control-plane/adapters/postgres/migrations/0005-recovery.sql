-- After a restore the database has a new epoch, and each cluster is offered nothing until every member has reported its
-- journal or an admin has accepted the risk for it (start once, item 6).
alter table installation
  add column former_epochs text[] not null default '{}',
  add column recovery jsonb;

-- Since when a gateway's journal is awaited; null while nothing is.
alter table gateway add column journal_awaited_since timestamptz;

-- What a restored database does not know: runs that only a gateway's journal names.
create table journal_only_run (
  gateway_id text not null references gateway on delete cascade,
  run_id text not null,
  attempt integer not null,
  flow_name text,
  mode text,
  account_name text,
  requested_by text,
  started_at timestamptz,
  phase text not null,
  outcome text,
  error_code text,
  noted_at timestamptz not null default now(),
  primary key (gateway_id, run_id, attempt)
);
