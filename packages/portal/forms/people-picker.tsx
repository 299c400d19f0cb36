import type { Account } from '@deskhand/protocol/http/accounts.ts';
import { Checkbox } from '@fluentui/react-components';

interface PeoplePickerProps {
  readonly label: string;
  readonly people: readonly Account[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

/** Who something is shared with; everybody stands in the list, so that nobody has to be remembered. */
export function PeoplePicker({ label, people, chosen, onChange }: PeoplePickerProps) {
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <fieldset className="people">
      <legend className="strong">{label}</legend>
      {people.length === 0 && <p className="faint">There is nobody else yet.</p>}
      {people.map((person) => (
        <Checkbox
          key={person.id}
          checked={chosen.has(person.id)}
          onChange={() => toggle(person.id)}
          label={`${person.name} (${person.email})${person.disabled ? ', disabled' : ''}`}
        />
      ))}
    </fieldset>
  );
}
