-- The only state of Deskhand. Times are timestamptz by the database's clock; ids are short random texts.

create table installation (
  only_row boolean primary key default true check (only_row),
  -- Restored backups and copies get a new epoch; gateways remember the highest commit they saw of it (start once, item 6).
  epoch text not null,
  setup_code_hash bytea,
  setup_code_expires_at timestamptz,
  settings jsonb not null default '{}'
);
create sequence commit_counter;

create table account (
  id text primary key,
  name text not null,
  email text not null,
  password_hash text,
  roles text[] not null,
  disabled boolean not null default false,
  os_accounts text[] not null default '{}',
  created_at timestamptz not null default now(),
  last_sign_in_at timestamptz
);
create unique index account_email on account (lower(email));

create table sign_in (
  token_hash bytea primary key,
  account_id text not null references account on delete cascade,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  origin text not null
);
create index sign_in_account on sign_in (account_id);

create table api_token (
  id text primary key,
  token_hash bytea not null unique,
  account_id text not null references account on delete cascade,
  name text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz
);
create index api_token_account on api_token (account_id);

create table gateway_cluster (
  id text primary key,
  name text not null,
  owner_id text references account on delete set null,
  run_on_all_gateways boolean not null default false,
  selection text not null default 'random' check (selection in ('random', 'leastBusy')),
  start_deadline_ms bigint not null default 10800000,
  account_rule text not null default 'same' check (account_rule in ('same', 'serviceAccounts')),
  service_accounts text[] not null default '{}',
  shared_with text[] not null default '{}',
  public_key text,
  -- The cluster's private key under its recovery key: opaque here, for members that bring the recovery key.
  encrypted_key text,
  -- Rises with every change that could make a plan wrong: offers, moves, priorities, members and their facts. Submits and
  -- ends only add to what a plan may do, so they leave it alone and never wait for one another; each is followed by a plan.
  queue_version bigint not null default 0,
  top_counter bigint not null default 0,
  created_at timestamptz not null default now()
);
create unique index gateway_cluster_name on gateway_cluster (lower(name));

create table enrolment_token (
  token_hash bytea primary key,
  cluster_id text not null references gateway_cluster on delete cascade,
  created_by text references account on delete set null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table gateway (
  id text primary key,
  cluster_id text not null references gateway_cluster,
  name text not null,
  owner_id text references account on delete set null,
  public_key text not null unique,
  session_host text not null check (session_host in ('linux', 'virtual', 'windows')),
  version text not null,
  member_order integer not null,
  enabled boolean not null default true,
  quarantined boolean not null default false,
  policy_override text,
  capacity_override integer,
  link_number bigint not null default 0,
  pending_link_number bigint,
  -- Which replica holds the link, null when none does.
  linked_to text,
  journal_id text,
  facts jsonb,
  journal_fault text,
  last_seen_at timestamptz,
  unreachable_since timestamptz,
  enrolled_at timestamptz not null default now(),
  removed_at timestamptz
);
create unique index gateway_name on gateway (cluster_id, lower(name)) where removed_at is null;

create table connection (
  id text primary key,
  name text not null,
  cluster_id text not null references gateway_cluster,
  owner_id text references account on delete set null,
  account_name text not null,
  -- Normal form on the cluster's machines: what the same-user rule compares.
  machine_user text not null,
  sealed_password text,
  seal_context text not null default 'connection' check (seal_context in ('connection', 'try')),
  password_version integer not null default 0,
  sealed_to text,
  when_session_blocked text not null default 'fail' check (when_session_blocked in ('fail', 'wait')),
  notifications boolean not null default true,
  shared_with text[] not null default '{}',
  created_at timestamptz not null default now(),
  rotated_at timestamptz,
  deleted_at timestamptz
);

create table desktop_flow (
  id text primary key,
  name text not null,
  description text not null default '',
  owner_id text not null references account,
  co_owners text[] not null default '{}',
  users text[] not null default '{}',
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index desktop_flow_name on desktop_flow (owner_id, lower(name)) where deleted_at is null;

create table desktop_flow_version (
  flow_id text not null references desktop_flow on delete cascade,
  version integer not null,
  script text not null,
  inputs jsonb not null,
  outputs jsonb not null,
  problems integer not null,
  saved_by text not null references account,
  saved_at timestamptz not null default now(),
  primary key (flow_id, version)
);

create sequence run_request_number;

create table run (
  id text primary key,
  request_number bigint not null unique default nextval('run_request_number'),
  flow_id text not null references desktop_flow,
  flow_version integer not null,
  connection_id text not null references connection,
  cluster_id text not null references gateway_cluster,
  submitted_by text not null references account,
  mode text not null check (mode in ('attended', 'unattended')),
  priority text not null check (priority in ('high', 'normal')),
  top_rank bigint,
  state text not null check (state in
    ('queued', 'offered', 'starting', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled', 'timedOut', 'uncertain')),
  phase text check (phase in ('signingIn', 'downloading')),
  -- The fencing token: raised by every offer, checked in the same statement that changes the state.
  attempt integer not null default 0,
  gateway_id text references gateway,
  journal_id text,
  -- Copied from the connection at submit, so that the queue's classes need no join.
  machine_user text not null,
  when_session_blocked text not null,
  inputs jsonb not null,
  outputs jsonb not null default '{}',
  error jsonb,
  -- True for an ended run that a machine may still be working on: it keeps its account and slot until the gateway reports.
  holds_machine boolean not null default false,
  cancel_because text check (cancel_because in ('cancelled', 'timedOut')),
  requested_at timestamptz not null default now(),
  start_deadline_at timestamptz not null,
  execution_timeout_ms bigint not null,
  offered_at timestamptz,
  acquired_at timestamptz,
  signing_in_at timestamptz,
  downloading_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  signed_out_at timestamptz,
  resubmit_of text references run,
  last_action_at timestamptz,
  log_seq integer not null default 0,
  log_lines_lost integer not null default 0,
  last_reasons jsonb
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

-- The queue order of the product, as an index: moved to top first, then priority, then request number.
create index run_queue_order on run
  (cluster_id, machine_user, mode, when_session_blocked, (coalesce(top_rank, 0)) desc, (case priority when 'high' then 0 else 1 end), request_number)
  where state = 'queued';
create index run_queue_line on run
  (cluster_id, (coalesce(top_rank, 0)) desc, (case priority when 'high' then 0 else 1 end), request_number) where state = 'queued';
create index run_start_deadline on run (start_deadline_at) where state in ('queued', 'offered');
create index run_in_hand on run (gateway_id) where state in ('offered', 'starting', 'running', 'cancelling') or holds_machine;
create index run_of_flow on run (flow_id, request_number desc);
create index run_of_submitter on run (submitted_by, request_number desc);
create index run_of_connection on run (connection_id) where state in ('queued', 'offered', 'starting', 'running', 'cancelling');
create index run_ended on run (ended_at) where ended_at is not null;

-- What is wider than a cluster is a constraint: one run for a user on a machine, add-ons as rows with one holder.
create unique index run_one_per_user on run (gateway_id, machine_user)
  where state in ('offered', 'starting', 'running', 'cancelling') or holds_machine;
create table add_on_slot (
  number integer primary key,
  run_id text unique references run
);

create table run_event (
  id bigint generated always as identity primary key,
  run_id text not null references run on delete cascade,
  attempt integer not null,
  event text not null,
  detail text not null,
  actor text not null,
  at timestamptz not null default now()
);
create index run_event_run on run_event (run_id, id);

create table run_log (
  run_id text not null references run on delete cascade,
  attempt integer not null,
  seq integer not null,
  line jsonb not null,
  is_problem boolean not null,
  primary key (run_id, attempt, seq)
);
create index run_log_problem on run_log (run_id, attempt, seq) where is_problem;

create table run_screenshot (
  run_id text not null references run on delete cascade,
  number integer not null,
  attempt integer not null,
  caption text not null,
  png bytea not null,
  at timestamptz not null default now(),
  primary key (run_id, number)
);

-- What a member answered to an offer, until its facts change or the back-off ends.
create table decline (
  gateway_id text not null references gateway on delete cascade,
  class_key text not null,
  because jsonb not null,
  facts_version bigint not null,
  -- Length of the present pause, from which the next one is made.
  backoff_ms integer not null,
  until timestamptz not null,
  primary key (gateway_id, class_key)
);

create table idempotency_key (
  account_id text not null references account on delete cascade,
  key text not null,
  body_hash bytea not null,
  run_id text not null references run on delete cascade,
  created_at timestamptz not null default now(),
  primary key (account_id, key)
);

create table audit_log (
  number bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  verb text not null,
  object text not null,
  detail jsonb not null,
  origin text not null
);
create index audit_log_object on audit_log (object, number);
create rule audit_log_no_update as on update to audit_log do instead nothing;
create rule audit_log_no_delete as on delete to audit_log do instead nothing;
