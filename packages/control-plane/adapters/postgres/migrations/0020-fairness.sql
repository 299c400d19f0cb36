-- What an admin chose for the order of a run queue: ageing, shares and lanes. Null: nothing of it.
alter table gateway_cluster add column fairness jsonb;
