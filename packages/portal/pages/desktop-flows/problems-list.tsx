import type { Diagnostic } from '@deskhand/protocol/http/flows.ts';
import { DismissCircle16Filled, type FluentIcon, Info16Regular, Warning16Filled } from '@fluentui/react-icons';
import { formatCount } from '../../ui/format.ts';
import type { Tone } from '../../ui/run-state.ts';

const looks: Record<Diagnostic['severity'], { readonly icon: FluentIcon; readonly tone: Tone; readonly word: string }> =
  {
    error: { icon: DismissCircle16Filled, tone: 'bad', word: 'Error' },
    warning: { icon: Warning16Filled, tone: 'waiting', word: 'Warning' },
    info: { icon: Info16Regular, tone: 'quiet', word: 'Note' },
  };

interface ProblemsListProps {
  readonly diagnostics: readonly Diagnostic[];
  readonly onGoTo: (line: number) => void;
}

/** All diagnostics by line; each leads to its place. */
export function ProblemsList({ diagnostics, onGoTo }: ProblemsListProps) {
  if (diagnostics.length === 0) return null;
  return (
    <ul className="problems" aria-label="Problems">
      {diagnostics.map((diagnostic) => {
        const { icon: Icon, tone, word } = looks[diagnostic.severity];
        return (
          <li key={`${diagnostic.line}:${diagnostic.column}:${diagnostic.code}:${diagnostic.message}`}>
            <button type="button" onClick={() => onGoTo(diagnostic.line)}>
              <span className="state" data-tone={tone} title={word}>
                <Icon role="img" aria-label={word} />
              </span>
              <span className="num faint">
                {diagnostic.line}:{diagnostic.column}
              </span>
              <span className="wrap">{diagnostic.message}</span>
              <code className="faint small">{diagnostic.code}</code>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

export const errorsIn = (diagnostics: readonly Diagnostic[]): number =>
  diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;

export function ProblemsSummary({
  diagnostics,
  checking,
}: {
  readonly diagnostics: readonly Diagnostic[];
  readonly checking: boolean;
}) {
  const errors = errorsIn(diagnostics);
  const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === 'warning').length;
  const tone: Tone = errors > 0 ? 'bad' : warnings > 0 ? 'waiting' : 'good';
  const words =
    errors + warnings === 0
      ? 'No problems'
      : [errors > 0 && formatCount(errors, 'error'), warnings > 0 && formatCount(warnings, 'warning')]
          .filter(Boolean)
          .join(', ');
  return (
    <span className="state small" data-tone={checking ? 'quiet' : tone} role="status">
      {checking ? 'Checking…' : words}
    </span>
  );
}
