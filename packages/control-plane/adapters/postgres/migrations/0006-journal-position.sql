-- How far each gateway's journal had come when it was last heard of (start once, item 5; decision 10). The position counts
-- only while `journal_position_link` is the newest link: a server of the release before lets a link begin without it.
alter table gateway
  add column journal_position bigint,
  add column journal_position_link bigint;

-- How far it had come when the run was acquired, and by which attempt: the release before leaves both as they are.
alter table run
  add column journal_position bigint,
  add column journal_position_attempt integer;
