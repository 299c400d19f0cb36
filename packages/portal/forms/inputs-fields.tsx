import type { FlowParameter } from '@deskhand/protocol/http/flows.ts';
import { Field, Input, Switch, Textarea } from '@fluentui/react-components';
import { LockClosed16Regular } from '@fluentui/react-icons';
import { kindOf, labelOf, type Typed } from './input-values.ts';

interface InputsFieldsProps {
  readonly parameters: readonly FlowParameter[];
  readonly typed: Typed;
  readonly problems: Readonly<Record<string, string>>;
  readonly onChange: (name: string, value: string | boolean) => void;
  /** Sealed inputs of an earlier run, each kept when its field stays empty. */
  readonly kept?: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** One field for each input of a flow, by its type. */
export function InputsFields({ parameters, typed, problems, onChange, kept = NOTHING }: InputsFieldsProps) {
  if (parameters.length === 0) return <p className="faint">This flow takes no inputs.</p>;
  return parameters.map((parameter) => {
    const problem = problems[parameter.name];
    const value = typed[parameter.name];
    return (
      <Field
        key={parameter.name}
        label={labelOf(parameter)}
        required={!parameter.optional && parameter.default === null && !kept.has(parameter.name)}
        hint={hintOf(parameter, kept.has(parameter.name))}
        {...(problem ? { validationState: 'error' as const, validationMessage: problem } : {})}
      >
        <InputControl parameter={parameter} value={value} onChange={(next) => onChange(parameter.name, next)} />
      </Field>
    );
  });
}

interface InputControlProps {
  readonly parameter: FlowParameter;
  readonly value: string | boolean | undefined;
  readonly onChange: (value: string | boolean) => void;
}

function InputControl({ parameter, value, onChange }: InputControlProps) {
  const kind = kindOf(parameter);
  if (kind === 'boolean')
    return (
      <Switch
        checked={value === true}
        label={value === true ? 'True' : 'False'}
        onChange={(_event, { checked }) => onChange(checked)}
      />
    );
  const text = typeof value === 'string' ? value : '';
  if (kind === 'json' && !parameter.sensitive)
    return <Textarea className="mono" value={text} onChange={(_event, data) => onChange(data.value)} rows={3} />;
  return (
    <Input
      type={parameter.sensitive ? 'password' : 'text'}
      autoComplete="off"
      inputMode={kind === 'number' ? 'decimal' : 'text'}
      value={text}
      onChange={(_event, data) => onChange(data.value)}
      {...(parameter.sensitive ? { contentBefore: <LockClosed16Regular aria-hidden /> } : {})}
    />
  );
}

function hintOf(parameter: FlowParameter, isKept: boolean): string {
  const secret = parameter.sensitive
    ? `Sensitive: sealed in this browser, only the gateways can open it.${isKept ? ' Leave it empty to use what the earlier run had.' : ''}`
    : '';
  return [parameter.description, parameter.sensitive ? '' : parameter.type, secret].filter(Boolean).join(' · ');
}
