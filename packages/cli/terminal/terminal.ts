/** The terminal as commands see it. A plain value, so that a test reads what a person would have seen. */
export interface Terminal {
  /** Data: what a pipe receives. */
  readonly out: (text: string) => void;
  /** Everything else: progress, hints, errors. */
  readonly error: (text: string) => void;
  readonly outIsTerminal: boolean;
  readonly errorIsTerminal: boolean;
  readonly width: number;
  readonly colour: boolean;
  /** Whether signs outside ASCII can be shown. */
  readonly unicode: boolean;
}

export type ColourChoice = 'auto' | 'always' | 'never';

/** FORCE_COLOR, then the flag, then NO_COLOR, then TERM=dumb, then whether anybody looks at a terminal. */
export function wantsColour(
  environment: Readonly<Record<string, string | undefined>>,
  choice: ColourChoice,
  isTerminal: boolean,
): boolean {
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0';
  if (choice !== 'auto') return choice === 'always';
  if (environment.NO_COLOR) return false;
  return environment.TERM !== 'dumb' && isTerminal;
}

export function hasUnicode(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || 'C.UTF-8';
  return /utf-?8/i.test(locale);
}

const COLUMNS_DEFAULT = 80;

export function openTerminal(choice: ColourChoice): Terminal {
  const { stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    error: (text) => void stderr.write(text),
    outIsTerminal: stdout.isTTY,
    errorIsTerminal: stderr.isTTY,
    width: stdout.columns || COLUMNS_DEFAULT,
    colour: wantsColour(env, choice, stdout.isTTY && stderr.isTTY),
    unicode: hasUnicode(env),
  };
}

const codes = { red: 31, green: 32, yellow: 33, blue: 34, grey: 90, bold: 1 } as const;
export type Colour = keyof typeof codes;

/** Colour supports a word that says the same; it never stands alone. */
export const paint = (terminal: Terminal, colour: Colour, text: string): string =>
  terminal.colour ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;

export const sign = (terminal: Terminal, good: boolean): string =>
  terminal.unicode ? (good ? '✓' : '✕') : good ? 'ok' : 'x';
