-- Plans that were committed, with what they were made from: what answers why one run went before another. Each row holds
-- those that one server made of a queue shortly after one another; nothing that starts a run reads it.
create table planning_decisions (
  id bigint generated always as identity primary key,
  cluster_id text not null references gateway_cluster on delete cascade,
  first_at timestamptz not null,
  last_at timestamptz not null,
  decisions integer not null,
  -- The version of the program that decided.
  program text not null,
  -- JSON, deflated by whoever writes it.
  body bytea not null
);
create index planning_decisions_of_cluster on planning_decisions (cluster_id, last_at);
create index planning_decisions_age on planning_decisions (last_at);
