import { expect, test } from 'vitest';
import { minutes, seconds, smallCluster } from './small-cluster.ts';

/**
 * Found by seed 1217: a session ended after the gateway had reported its machine on a new link, and before the server had
 * answered the report. Nothing can be told then, and nobody told it afterwards: for the server the machine stayed busy.
 */
const breaks = Array.from({ length: 13 }, (_, index) => 54 + index / 2);

test.each(breaks)('a link that breaks %d s after a submit leaves its machine free for the next', async (breakS) => {
  const options = { gateways: 1, slotsEach: 1, runsLastMs: minutes(1), networkDelayMs: 400 };
  const cluster = await smallCluster(options);
  const runs = await cluster.submit(2);
  await cluster.pass(seconds(breakS));
  cluster.linkBreaks('gateway-1');
  await cluster.pass(minutes(4));
  expect(cluster.states(runs)).toEqual({ succeeded: 2 });
});
