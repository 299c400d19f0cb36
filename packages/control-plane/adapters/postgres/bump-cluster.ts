/** What plans depend on changes together with the version that plans commit against; `$1` is the gateway. */
export const bumpCluster =
  'update gateway_cluster set queue_version = queue_version + 1 where id = (select cluster_id from gateway where id = $1)';
