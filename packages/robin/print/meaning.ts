import type { Flow } from '../syntax/nodes.ts';

/** What a flow says, without where it says it: for telling whether two texts mean the same. */
export const meaningOf = (flow: Flow): string =>
  JSON.stringify([flow.container, flow.header, flow.subflows, flow.trailer], (key, value: unknown) =>
    positions.has(key) ? undefined : value,
  );

const positions: ReadonlySet<string> = new Set(['line', 'column']);
