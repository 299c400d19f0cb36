-- Whether the screens that runs of this cluster work on may be watched; what is seen is stored nowhere.
alter table gateway_cluster add column live_view boolean not null default false;
