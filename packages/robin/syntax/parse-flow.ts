import { createReporter, type Diagnostic, type Mode } from './diagnostic.ts';
import { FlowBuilder } from './flow-builder.ts';
import { lex } from './lex.ts';
import { FLOW_TEXT_CHARS_MAX } from './limits.ts';
import type { Flow } from './nodes.ts';
import { readRow } from './read-row.ts';
import type { Token } from './token.ts';

export interface ParsedFlow {
  readonly flow: Flow;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads any text. Never throws: what is wrong is said in the diagnostics, with line, column and remedy. */
export function parseFlow(text: string, options: { readonly mode?: Mode } = {}): ParsedFlow {
  const report = createReporter(options.mode ?? 'lenient');
  const tokens = text.length > FLOW_TEXT_CHARS_MAX ? unread(text) : lex(text, report);
  if (tokens.length === 1 && text.length > FLOW_TEXT_CHARS_MAX) {
    const message = `The text is longer than ${FLOW_TEXT_CHARS_MAX} characters; split the flow and call its parts.`;
    report.error({ line: 1, column: 1 }, 'flow-too-large', message);
  }
  const flow = new FlowBuilder(tokens, report).build(readRow);
  return { flow, diagnostics: [...report.diagnostics].sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** The text of a parsed flow, character by character as it was read. */
export const printLossless = (flow: Flow): string => flow.tokens.map((token) => token.leading + token.text).join('');

const unread = (text: string): Token[] => [{ kind: 'end', leading: text, text: '', line: 1, column: 1 }];
