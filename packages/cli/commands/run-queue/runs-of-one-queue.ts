import type { ApiClient } from '@deskhand/protocol/http/client.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { findRun } from '../runs/find-run.ts';

/** The runs that were named, and the cluster in whose run queue all of them wait: its order is changed as a whole. */
export async function runsOfOneQueue(
  api: ApiClient,
  written: readonly string[],
): Promise<{ readonly clusterId: string; readonly runs: string[] }> {
  const runs = await Promise.all(written.map((one) => findRun(api, one)));
  const [clusterId, ...others] = new Set(runs.map((run) => run.cluster.id));
  if (clusterId === undefined || others.length > 0)
    throw usageFailure('These runs wait in different clusters.', 'name the runs of one cluster at a time');
  return { clusterId, runs: runs.map((run) => run.id) };
}
