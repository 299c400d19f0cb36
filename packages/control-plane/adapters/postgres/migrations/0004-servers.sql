-- Several servers on one database. Both tables hold nothing that outlives a crash of PostgreSQL, so they cost no
-- write-ahead log: a server that finds itself forgotten joins again.
create unlogged table replica (
  id text primary key,
  -- Of the advisory lock that the server holds for as long as it is connected.
  lock_number integer generated always as identity unique,
  seen_at timestamptz not null default clock_timestamp()
);
-- Work by the clock is done by whoever comes first when it is due.
create unlogged table turn (
  work text primary key,
  next_at timestamptz not null
);
