import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { HelperNotification, HelperReport } from '../session-helper/helper-messages.ts';
import { endGroup } from './program-run.ts';

const SHOW_TIMEOUT_MS = 8_000;
const TEXT_CHARACTERS_MAX = 2_000;
/** As long a helper may take to take its buttons off the screen. */
const TAKE_AWAY_MS = 2_000;

/** Popups through one long-lived helper in a session, started with the first of them. */
export class NotifyHelper {
  private helper: ChildProcess | undefined;
  private readonly listeners: ((key: string) => void)[] = [];
  private readonly waiting: ((report: HelperReport) => void)[] = [];
  private closed = false;
  private readonly start: () => ChildProcess;

  constructor(start: () => ChildProcess) {
    this.start = start;
  }

  /** Null when it is on the screen or nobody wants it any more, else why not. */
  async show(notification: HelperNotification): Promise<string | null> {
    if (this.closed) return null;
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
    return report.type === 'failed' ? report.message : null;
  }

  onPress(listener: (key: string) => void): void {
    this.listeners.push(listener);
  }

  /** With `takesAway` it is given the time to take what it shows off the screen. */
  close({ takesAway }: { readonly takesAway: boolean }): void {
    this.closed = true;
    const { helper } = this;
    if (helper === undefined) return;
    helper.stdin?.end();
    if (takesAway) setTimeout(() => endGroup(helper, 'SIGTERM'), TAKE_AWAY_MS).unref();
    else endGroup(helper, 'SIGTERM');
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
    if (report?.type === 'pressed') for (const listener of this.listeners) listener(report.key);
    else if (report !== undefined) this.waiting.shift()?.(report);
  }
}

function parseReport(line: string): HelperReport | undefined {
  try {
    const report = JSON.parse(line) as HelperReport;
    return ['shown', 'pressed', 'failed'].includes(report.type) ? report : undefined;
  } catch {
    return undefined;
  }
}
