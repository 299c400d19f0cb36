import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Any load balancer: connections go to one place after the other, and past a place where nobody listens. */
export interface Balancer {
  readonly address: string;
  close(): Promise<void>;
}

export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  let turn = 0;
  const open = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (outer) => {
    open.add(outer);
    outer.on('error', () => outer.destroy());
    outer.on('close', () => open.delete(outer));
    turn += 1;
    dial(outer, [...ports.slice(turn % ports.length), ...ports.slice(0, turn % ports.length)]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function dial(outer: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) return void outer.destroy();
  const inner = connect({ host: '127.0.0.1', port });
  const next = (): void => dial(outer, others);
  inner.once('error', next);
  inner.once('connect', () => {
    inner.off('error', next);
    inner.on('error', () => outer.destroy());
    inner.on('close', () => outer.destroySoon());
    outer.on('close', () => inner.destroy());
    outer.pipe(inner).pipe(outer);
  });
}
