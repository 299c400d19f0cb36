-- Lines that the runner found no room for never had a number; log_lines_lost counts numbers that never came.
alter table run add column log_lines_unnumbered integer not null default 0;
