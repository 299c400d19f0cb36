/**
 * Carries bytes between a Unix socket and an address, so that a test outside a network namespace reaches a server inside
 * it: `relay.ts SOCKET HOST PORT`, started inside.
 */
import { connect, createServer } from 'node:net';

const [path = '', host = '', port = ''] = process.argv.slice(2);
const server = createServer((outer) => {
  const inner = connect({ host, port: Number(port) });
  for (const [from, to] of [
    [outer, inner],
    [inner, outer],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroySoon());
  }
});
server.listen(path, () => process.stdout.write('ready\n'));
process.stdin.resume().once('end', () => process.exit(0));
