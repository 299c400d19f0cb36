-- A gateway's row is written at each of its heartbeats: with room in its page the new version needs no entry in an index, and
-- old versions go before thousands of gateways have made many of them.
alter table gateway set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- What a cluster's gateways have in hand is asked at each plan.
create index gateway_of_cluster on gateway (cluster_id);
