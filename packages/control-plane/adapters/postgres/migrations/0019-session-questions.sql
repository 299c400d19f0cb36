-- Whether people whose sessions keep a run from starting are asked to sign out, and again after nobody answered.
alter table gateway_cluster
  add column negotiation text not null default 'off' check (negotiation in ('off', 'ask-once', 'ask-again'));

-- One question to the person of one session about one run. Any server carries on what is open.
create table session_question (
  id text primary key,
  cluster_id text not null references gateway_cluster on delete cascade,
  gateway_id text not null references gateway on delete cascade,
  session_id text not null,
  machine_user text not null,
  run_id text not null references run on delete cascade,
  state text not null,
  asked_at timestamptz not null,
  answered_at timestamptz,
  -- The moment that the person agreed to.
  sign_out_at timestamptz,
  ended_at timestamptz,
  -- Why it could not be shown, or the session not be signed out.
  trouble text
);
-- Two servers that look at the same moment ask once.
create unique index session_question_open on session_question (gateway_id, session_id) where ended_at is null;
create index session_question_newest on session_question (cluster_id, asked_at desc);
create index session_question_run on session_question (run_id);
