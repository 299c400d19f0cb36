import { Field, Input } from '@fluentui/react-components';

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly isDisabled: boolean;
  readonly onChange: (value: number) => void;
}

/** A whole number from 0; what is not one changes nothing, and the server says where a number is too large. */
export function NumberField({ label, value, isDisabled, onChange }: NumberFieldProps) {
  return (
    <Field label={label}>
      <Input
        type="number"
        min={0}
        value={String(value)}
        disabled={isDisabled}
        onChange={(_event, { value: written }) => {
          const number = Number(written);
          if (Number.isInteger(number) && number >= 0) onChange(number);
        }}
      />
    </Field>
  );
}
