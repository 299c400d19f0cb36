import { spawn } from 'node:child_process';
import { onOneLine } from '@deskhand/domain/session/text-to-show.ts';
import { acceptExit } from './helper-messages.ts';
import { inLines } from './line-breaks.ts';

const TEXT_CHARACTERS_MAX = 1_000;
/** A line that is wider than the screen would take the buttons off it. */
const LINE_CHARACTERS_MAX = 60;
const ZENITY_TIMED_OUT = 5;

/** Asks the person at the screen; silence for `seconds` counts as no. */
export function acceptDialog(purpose: string, seconds: number): Promise<number> {
  const text = inLines(onOneLine(purpose).slice(0, TEXT_CHARACTERS_MAX), LINE_CHARACTERS_MAX);
  const dialog = spawn(
    'zenity',
    [
      '--question',
      '--no-markup',
      '--no-wrap',
      '--title=Deskhand',
      `--text=${text}`,
      '--ok-label=Accept',
      '--cancel-label=Refuse',
      '--default-cancel',
      `--timeout=${seconds}`,
    ],
    { stdio: 'ignore' },
  );
  process.on('SIGTERM', () => dialog.kill('SIGTERM'));
  return new Promise((resolve) => {
    dialog.on('error', () => resolve(acceptExit.cannotAsk));
    dialog.on('exit', (code) => resolve(meaningOf(code)));
  });
}

function meaningOf(code: number | null): number {
  if (code === 0) return acceptExit.accepted;
  if (code === 1) return acceptExit.refused;
  return code === ZENITY_TIMED_OUT ? acceptExit.unanswered : acceptExit.cannotAsk;
}
