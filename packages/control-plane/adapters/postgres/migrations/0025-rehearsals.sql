-- Only a Windows rule is rehearsed; that a machine is what it is never needed a setting.
update gateway set policy_override = null where policy_override in ('linux', 'virtual');
-- A server of the release before knows those two still, while both are up.
alter table gateway add constraint gateway_rehearsal
  check (policy_override in ('single-session', 'multi-session', 'multi-session-rds'));
