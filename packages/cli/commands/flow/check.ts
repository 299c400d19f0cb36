import type { Diagnostic } from '@deskhand/robin';
import type { Call, Command } from '../../command.ts';
import { flag, texts } from '../../command.ts';
import type { ExitCode } from '../../exit-code.ts';
import { failureOf } from '../../failure.ts';
import { usageFailure } from '../../terminal/errors.ts';
import { type Colour, paint } from '../../terminal/terminal.ts';
import { openScript, type ScriptFile } from './files.ts';
import { shownText } from './shown-text.ts';
import { pathsOf } from './windows-paths.ts';

const colours: Readonly<Record<Diagnostic['severity'], Colour>> = { error: 'red', warning: 'yellow', info: 'blue' };

export const check: Command = {
  name: 'flow check',
  summary: 'Check desktop flows without running them.',
  arguments: [{ syntax: '<file...>', description: 'Robin files, or - for standard input' }],
  options: [
    { syntax: '--strict', description: 'what the designer accepts, and nothing else' },
    { syntax: '--lenient', description: 'what people have: repaired where that is safe, and said (the default)' },
    {
      syntax: '--input <name>',
      description: 'an input that a copy from the designer does not declare',
      repeated: true,
    },
    {
      syntax: '--windows-path <from=to>',
      description: 'a Windows folder and the one that will stand for it',
      repeated: true,
    },
  ],
  examples: [
    'deskhand flow check invoices.robin',
    'deskhand flow check examples/*.robin --strict',
    'deskhand flow check *.robin --json',
  ],
  exitCodes: [0, 1, 2],
  run: async (call) => {
    const strict = flag(call, 'strict');
    if (strict && flag(call, 'lenient')) throw usageFailure('A check is strict or lenient, not both.', '--strict');
    const { checkScript } = await import('./check-script.ts');
    const checkedFor = {
      mode: strict ? 'strict' : 'lenient',
      inputs: texts(call, 'input'),
      pathMapping: pathsOf(texts(call, 'windowsPath')),
    } as const;
    let worst: ExitCode = 0;
    for (const file of call.arguments) {
      const diagnostics = diagnosticsOf(file, (script) => checkScript(script, checkedFor).diagnostics);
      call.output.line({ file, diagnostics }, () => diagnostics.map((one) => asText(call, file, one)).join(''));
      worst = Math.max(worst, exitOf(diagnostics)) as ExitCode;
    }
    if (worst === 0)
      call.output.hint(
        `${call.arguments.length === 1 ? 'The flow is' : `All ${call.arguments.length} flows are`} clean.`,
      );
    return worst;
  },
};

/** A file that cannot be read is a finding like another, so that the files after it are still checked. */
function diagnosticsOf(file: string, find: (script: string) => readonly Diagnostic[]): readonly Diagnostic[] {
  let script: ScriptFile;
  try {
    script = openScript(file);
  } catch (error) {
    const { what, because, code } = failureOf(error);
    const message = because === undefined ? what : `${what.replace(/\.$/, '')}: ${because}.`;
    return [{ severity: 'error', code, message, line: 1, column: 1 }];
  }
  const findings = find(script.text);
  return script.damage === undefined ? findings : [script.damage, ...findings];
}

function exitOf(diagnostics: readonly Diagnostic[]): ExitCode {
  if (diagnostics.some(({ severity }) => severity === 'error')) return 2;
  return diagnostics.some(({ severity }) => severity === 'warning') ? 1 : 0;
}

function asText({ terminal }: Call, file: string, { severity, code, message, line, column }: Diagnostic): string {
  const shown = shownText(message.replaceAll('\n', ' '));
  return `${file}:${line}:${column}: ${paint(terminal, colours[severity], severity)}: ${shown} (${code})\n`;
}
