/**
 * `npm run booted`: the gateway as a service of a machine that boots with systemd. Not part of `npm test`, because it needs root,
 * systemd-nspawn and a kernel that lets a container mount; where one of them is missing it says so and fails.
 */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStack } from '../stack/stack.ts';
import { makeBootedMachine } from './booted-machine.ts';

const clone = fileURLToPath(new URL('../..', import.meta.url));
const gateway = `${process.execPath} --disable-warning=ExperimentalWarning ${join(clone, 'packages/gateway/main.ts')}`;
const data = '/var/lib/deskhand-gateway-booted';
const evidence = '/var/deskhand-evidence';
/** Waits inside the machine until the process of the service says that it is linked, a minute at most. */
const isLinked = `grep '"isUp":true' ${data}/link-standing.json | grep -q "\\"pid\\":$(systemctl show -p MainPID --value deskhand-gateway)}"`;
const untilLinked = `for i in $(seq 600); do ${isLinked} 2>/dev/null && break; sleep 0.1; done`;
const facts = [
  'systemctl is-active deskhand-gateway',
  'systemctl is-enabled deskhand-gateway',
  'systemctl show -p MainPID --value deskhand-gateway',
  `cat ${data}/link-standing.json`,
];
const tell = (boot: string): string => `{ ${facts.join('; echo; ')}; } > ${evidence}-${boot} 2>&1`;

function nspawnHere(): string {
  if (process.getuid?.() !== 0) throw new Error('This needs root.');
  try {
    return (
      process.env['NSPAWN'] ?? execFileSync('sh', ['-c', 'command -v systemd-nspawn'], { encoding: 'utf8' }).trim()
    );
  } catch {
    throw new Error('systemd-nspawn is missing: apt-get install -y systemd-container');
  }
}

const nspawn = nspawnHere();
const stack = await startStack({ sessionHost: 'virtual' });
const machine = makeBootedMachine(nspawn);
try {
  const cluster = await stack.client.createCluster({ body: { name: 'Booted' } });
  const { token } = await stack.client.createEnrolmentToken({ params: { id: cluster.id } });
  const enrol = `${gateway} enrol --server ${stack.address} --name booted --token-stdin --data ${data} --join-wait 0`;
  machine.run(['/bin/sh', '-c', `cd / && ${enrol}`], `${token}\n`);

  machine.atBoot(
    [
      `${gateway} install-service --data ${data}`,
      untilLinked,
      tell('first'),
      `${gateway} restart --data ${data} > ${evidence}-restart 2>&1`,
      `kill -9 $(systemctl show -p MainPID --value deskhand-gateway); sleep 4; ${untilLinked}`,
      tell('killed'),
      'systemctl poweroff',
    ].join('\n'),
  );
  await machine.boot();
  const read = (boot: string): readonly string[] => {
    const path = join(machine.root, `${evidence}-${boot}`);
    return existsSync(path)
      ? readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
      : [];
  };
  const first = read('first');
  assert.deepEqual(first.slice(0, 2), ['active', 'enabled'], `after install-service: ${first.join(' · ')}`);
  console.log('PASS  install-service starts the gateway, and it is linked');
  assert.match(read('restart').join(' '), /"restarted":true/);
  console.log('PASS  gateway restart at the machine ends when it is linked again');
  const killed = read('killed');
  assert.equal(killed[0], 'active', `after kill -9: ${killed.join(' · ')}`);
  assert.notEqual(killed[2], first[2], 'a killed gateway is another process');
  console.log('PASS  a killed gateway is started again by systemd');

  rmSync(join(machine.root, data, 'link-standing.json'));
  machine.atBoot([untilLinked, tell('second'), 'systemctl poweroff'].join('\n'));
  await machine.boot();
  const second = read('second');
  assert.deepEqual(second.slice(0, 2), ['active', 'enabled'], `after a reboot: ${second.join(' · ')}`);
  assert.match(second.at(-1) ?? '', /"isUp":true/);
  const { items } = await stack.client.listGateways({ query: { cluster: cluster.id } });
  assert.equal(items[0]?.version, '0.1.0');
  assert.notEqual(items[0]?.lastSeenAt, null);
  console.log('PASS  after a reboot the gateway is there by itself, and linked');
} finally {
  machine.remove();
  await stack.close();
}
