-- The version of the link that a gateway agreed on last: what it does not know is not asked of it.
alter table gateway add column link_version integer not null default 1;

-- The newest check of each connection on the members of its cluster, which are asked one after another.
create table preflight_round (
  connection_id text primary key references connection on delete cascade,
  round_id text not null,
  begun_by text not null,
  begun_at timestamptz not null,
  ended_at timestamptz
);
create index preflight_under_way on preflight_round (begun_at) where ended_at is null;

-- What each member said last. A password that was wrong stays known as wrong for as long as it is the same.
create table preflight_result (
  connection_id text not null references connection on delete cascade,
  gateway_id text not null references gateway on delete cascade,
  round_id text not null,
  password_version integer not null,
  asked_at timestamptz not null,
  answered_at timestamptz,
  answer text,
  is_directory_account boolean not null default false,
  primary key (connection_id, gateway_id)
);
