import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = 'size=2g';
const BOOT_WAIT_MS = 180_000;

/** This machine's own files as another machine that boots with systemd: what it writes stays in memory, and outlives its reboots. */
export interface BootedMachine {
  /** The machine's root as seen from here. */
  readonly root: string;
  /** Runs a shell text at the end of the next boots, once each boot, as root; `poweroff` in it ends that boot. */
  atBoot(text: string): void;
  /** From power on until it has powered off; answers what its console said. */
  boot(): Promise<string>;
  /** A program in the machine's files while it is not booted. */
  run(command: readonly string[], input: string): string;
  remove(): void;
}

export function makeBootedMachine(nspawn: string): BootedMachine {
  const folder = mkdtempSync(join(tmpdir(), 'dh-booted-'));
  const root = join(folder, 'root');
  execFileSync('mount', ['-t', 'tmpfs', '-o', MEMORY, 'tmpfs', folder]);
  for (const name of ['root', 'upper', 'work']) mkdirSync(join(folder, name));
  const layers = `lowerdir=/,upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')}`;
  execFileSync('mount', ['-t', 'overlay', '-o', layers, 'overlay', root]);
  const common = ['--quiet', '-D', root, '--register=no', '--keep-unit', `--machine=${folder.split('/').pop() ?? 'm'}`];
  return {
    root,
    atBoot: (text) => {
      writeFileSync(join(root, 'etc/deskhand-at-boot.sh'), `${text}\n`);
      const unit = join(root, 'etc/systemd/system/deskhand-at-boot.service');
      const start = '[Service]\nType=oneshot\nExecStart=/bin/sh /etc/deskhand-at-boot.sh\n';
      writeFileSync(unit, `[Unit]\nAfter=multi-user.target\n${start}[Install]\nWantedBy=multi-user.target\n`);
      const wanted = join(root, 'etc/systemd/system/multi-user.target.wants/deskhand-at-boot.service');
      rmSync(wanted, { force: true });
      symlinkSync('/etc/systemd/system/deskhand-at-boot.service', wanted);
    },
    boot: async () => {
      const args = [...common, '--boot', 'systemd.unit=multi-user.target'];
      const child = spawn(nspawn, args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], timeout: BOOT_WAIT_MS });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += String(chunk)));
      await once(child, 'close');
      return said;
    },
    run: (command, input) => execFileSync(nspawn, [...common, '--pipe', ...command], { input, encoding: 'utf8' }),
    remove: () => {
      execFileSync('umount', [root]);
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
