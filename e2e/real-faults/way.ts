import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Where a connection is passed on to; undefined when there is nobody to take it. */
export type Target = { readonly port: number } | { readonly path: string };

/**
 * A way between two programs that can be cut, so that both ends know, and stalled, so that neither does: bytes that arrive
 * meanwhile are lost, and the connections of then never work again, as when a cable was pulled.
 */
export interface Way {
  readonly port: number;
  cut(): void;
  stall(): void;
  mend(): void;
  close(): void;
}

interface Pair {
  readonly ends: readonly [Socket, Socket];
  isStalled: boolean;
}

export async function openWay(target: () => Target | undefined): Promise<Way> {
  const pairs = new Set<Pair>();
  let state: 'open' | 'cut' | 'stalled' = 'open';
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const wanted = target();
    if (state === 'cut' || wanted === undefined) return void near.destroy();
    const far = connect({ ...wanted, allowHalfOpen: true });
    const pair: Pair = { ends: [near, far], isStalled: state === 'stalled' };
    pairs.add(pair);
    passOn(pair, near, far, () => pairs.delete(pair));
    passOn(pair, far, near, () => pairs.delete(pair));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const destroyAll = (): void => {
    for (const { ends } of pairs) for (const end of ends) end.destroy();
    pairs.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      state = 'cut';
      destroyAll();
    },
    stall: () => {
      state = 'stalled';
      for (const pair of pairs) pair.isStalled = true;
    },
    mend: () => {
      state = 'open';
    },
    close: () => {
      destroyAll();
      server.close();
    },
  };
}

function passOn(pair: Pair, from: Socket, to: Socket, forget: () => void): void {
  from.setNoDelay(true);
  from.on('error', () => undefined);
  from.on('data', (bytes) => {
    if (!pair.isStalled && !to.destroyed) to.write(bytes);
  });
  from.on('end', () => {
    if (!pair.isStalled) to.end();
  });
  from.on('close', () => {
    forget();
    if (!pair.isStalled) to.destroy();
  });
}
