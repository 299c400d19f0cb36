/** What plans depend on changes together with the version that plans commit against; `$1` is the gateway. */
export const bumpCluster =
  'update gateway_cluster set queue_version = queue_version + 1 where id = (select cluster_id from gateway where id = $1)';

/** The same for many at once: once for each row of `from`, whose only column names a cluster. Locked in one order. */
export const bumpClusters = (from: string): string => `
  update gateway_cluster k set queue_version = k.queue_version + n.times from (
    select c.id, b.times from gateway_cluster c
      join (select cluster_id, count(*) as times from (${from}) changed(cluster_id) group by cluster_id) b on b.cluster_id = c.id
    order by c.id for no key update of c) n
  where k.id = n.id`;
