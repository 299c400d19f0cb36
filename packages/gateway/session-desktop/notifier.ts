import type { ChildProcess } from 'node:child_process';
import type { SessionNotifier } from '../ports/session-host.ts';
import { NotifyHelper } from './notify-helper.ts';

const STOP = { key: 'stop', label: 'Stop' } as const;

/** The popups of one run; a desktop without a notification service costs a log line. */
export class HelperNotifier implements SessionNotifier {
  private readonly helper: NotifyHelper;
  private readonly log: (line: string) => void;

  constructor(start: () => ChildProcess, log: (line: string) => void) {
    this.helper = new NotifyHelper(start);
    this.log = log;
  }

  async show({ stopButton, ...text }: Parameters<SessionNotifier['show']>[0]): Promise<void> {
    const trouble = await this.helper.show({ ...text, buttons: stopButton ? [STOP] : [], isQuestion: false });
    if (trouble !== null) this.log(`No popup "${text.title}" in the session: ${trouble}`);
  }

  onStop(listener: () => void): void {
    this.helper.onPress((key) => {
      if (key === STOP.key) listener();
    });
  }

  close(): void {
    this.helper.close({ takesAway: false });
  }
}
