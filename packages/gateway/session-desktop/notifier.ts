import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { SessionNotifier } from '../ports/session-host.ts';
import type { HelperReport } from '../session-helper/helper-messages.ts';
import { endGroup } from './program-run.ts';

const SHOW_TIMEOUT_MS = 8_000;
const TEXT_CHARACTERS_MAX = 2_000;

/** Popups through one long-lived helper in the session, started with the first of them. */
export class HelperNotifier implements SessionNotifier {
  private helper: ChildProcess | undefined;
  private readonly listeners: (() => void)[] = [];
  private readonly waiting: ((report: HelperReport) => void)[] = [];
  private closed = false;
  private readonly start: () => ChildProcess;
  private readonly log: (line: string) => void;

  constructor(start: () => ChildProcess, log: (line: string) => void) {
    this.start = start;
    this.log = log;
  }

  async show(notification: Parameters<SessionNotifier['show']>[0]): Promise<void> {
    if (this.closed) return;
    const helper = (this.helper ??= this.open());
    const text = {
      ...notification,
      title: notification.title.slice(0, TEXT_CHARACTERS_MAX),
      body: notification.body.slice(0, TEXT_CHARACTERS_MAX),
    };
    const report = await new Promise<HelperReport>((resolve) => {
      const late = setTimeout(
        () => resolve({ type: 'failed', message: 'the notification helper does not answer' }),
        SHOW_TIMEOUT_MS,
      );
      this.waiting.push((one) => {
        clearTimeout(late);
        resolve(one);
      });
      helper.stdin?.write(`${JSON.stringify(text)}\n`);
    });
    if (report.type === 'failed') this.log(`No popup "${text.title}" in the session: ${report.message}`);
  }

  onStop(listener: () => void): void {
    this.listeners.push(listener);
  }

  close(): void {
    this.closed = true;
    if (this.helper === undefined) return;
    this.helper.stdin?.end();
    endGroup(this.helper, 'SIGTERM');
  }

  private open(): ChildProcess {
    const helper = this.start();
    // A helper that has died is told by its end, not by what could not be written to it.
    helper.stdin?.on('error', () => undefined);
    if (helper.stdout !== null) createInterface({ input: helper.stdout }).on('line', (line) => this.hear(line));
    helper.on('close', () => {
      this.helper = undefined;
      for (const answer of this.waiting.splice(0)) answer({ type: 'failed', message: 'the notification helper ended' });
    });
    return helper;
  }

  private hear(line: string): void {
    const report = parseReport(line);
    if (report?.type === 'stop') for (const listener of this.listeners) listener();
    else if (report !== undefined) this.waiting.shift()?.(report);
  }
}

function parseReport(line: string): HelperReport | undefined {
  try {
    const report = JSON.parse(line) as HelperReport;
    return ['shown', 'stop', 'failed'].includes(report.type) ? report : undefined;
  } catch {
    return undefined;
  }
}
