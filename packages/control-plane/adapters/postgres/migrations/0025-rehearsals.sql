-- Only a Windows rule is rehearsed; that a machine is what it is never needed a setting.
update gateway set policy_override = null where policy_override in ('linux', 'virtual');
