-- A machine that asks the members of a cluster for its key. Holds what may be public: a commitment, its opening, and the
-- cluster's key as ciphertext for the newcomer.
create table join_request (
  id text primary key,
  cluster_id text not null references gateway_cluster on delete cascade,
  token_hash bytea not null unique references enrolment_token on delete cascade,
  name text not null,
  public_key text not null,
  commitment text not null,
  state text not null default 'waiting' check (state in ('waiting', 'answered', 'revealed', 'confirmed', 'refused')),
  expires_at timestamptz not null,
  answered_by text references gateway on delete set null,
  answer text,
  opening jsonb,
  sealed_key text
);
create index join_request_cluster on join_request (cluster_id);

-- What a gateway signs to prove itself outside its link.
create table gateway_challenge (
  nonce text primary key,
  gateway_id text not null references gateway on delete cascade,
  expires_at timestamptz not null
);
create index gateway_challenge_gateway on gateway_challenge (gateway_id);
