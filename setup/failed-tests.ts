import { stripVTControlCharacters } from 'node:util';

/** As much of Vitest's JSON report as is read here. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly TestFile[];
}

interface TestFile {
  readonly name: string;
  readonly status: string;
  /** Why a file could not be loaded. */
  readonly message?: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages?: readonly string[] | null;
  }[];
}

const MESSAGE_LINES_MAX = 6;

/**
 * What failed, a name and the first lines of its reason each: the last thing that is printed of thousands of tests is what
 * a person who reads only the end needs.
 */
export function failedTests({ testResults }: TestReport, root: string): readonly string[] {
  return testResults.flatMap((file) => {
    const path = file.name.startsWith(root) ? file.name.slice(root.length) : file.name;
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return file.status === 'failed' ? [entry(path, file.message)] : [];
    return failed.map(({ fullName, failureMessages }) => entry(`${path} › ${fullName}`, failureMessages?.[0]));
  });
}

function entry(what: string, message = ''): string {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return [what, ...lines.slice(0, MESSAGE_LINES_MAX).map((line) => `    ${line.trim()}`)].join('\n');
}
