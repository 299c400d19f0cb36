import { Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { FormDialog } from '../../ui/form-dialog.tsx';

const NAME_LENGTH_MAX = 120;

interface RenameDialogProps {
  /** The name that the cluster has now. */
  readonly name: string;
  /** Throws what the server refused with. */
  readonly onRename: (name: string) => Promise<void>;
  readonly onClose: () => void;
}

export function RenameDialog({ name: before, onRename, onClose }: RenameDialogProps) {
  const [name, setName] = useState(before);
  return (
    <FormDialog
      title={`Rename ${before}`}
      saveLabel="Rename cluster"
      whyNot={name.trim() === '' ? 'Give the cluster a name.' : null}
      save={() => onRename(name.trim())}
      onClose={onClose}
    >
      <Field label="Name of the cluster" required hint="Runs, connections and machines stay as they are.">
        <Input value={name} maxLength={NAME_LENGTH_MAX} onChange={(_event, { value }) => setName(value)} />
      </Field>
    </FormDialog>
  );
}
