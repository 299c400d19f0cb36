import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cgroup2Root, cgroupContainment, makeCgroup } from './containment.ts';

const root = process.getuid?.() === 0 ? cgroup2Root() : undefined;

/** Enters the cgroup in the moment that it is empty, as a program does whose start was under way. */
const LATE = `
import os, sys, time
cgroup = sys.argv[1]
print("ready", flush=True)
while "populated 0" not in open(cgroup + "/cgroup.events").read(): pass
open(cgroup + "/cgroup.procs", "w").write(str(os.getpid()))
time.sleep(60)
`;
const ENTERED = 'echo $$ > "$0/cgroup.procs" && echo in && exec sleep 60';
const TIMES = 20;

describe.runIf(root === undefined)('a session held by a cgroup', () => {
  test('needs root and a cgroup2 tree that may be written', () => undefined);
});

describe.runIf(root !== undefined)('a session held by a cgroup', () => {
  test('ends also when a program enters while it is being ended', async () => {
    for (let index = 0; index < TIMES; index += 1) {
      const cgroup = `${root ?? ''}/deskhand-late-${process.pid}.${index}`;
      expect(makeCgroup(cgroup)).toBe(true);
      const early = spawn('sh', ['-c', ENTERED, cgroup], { stdio: ['ignore', 'pipe', 'ignore'] });
      await once(early.stdout, 'data');
      const late = spawn('python3', ['-c', LATE, cgroup], { stdio: ['ignore', 'pipe', 'ignore'] });
      const ended = once(late, 'exit');
      await once(late.stdout, 'data');
      expect(await cgroupContainment(cgroup).end()).toBe(true);
      expect(existsSync(cgroup)).toBe(false);
      // It was ended with the others, or found nothing to enter.
      await ended;
    }
  });
});
