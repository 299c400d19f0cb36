import { Button, Field, Input } from '@fluentui/react-components';
import { useState } from 'react';
import { ActionButton } from '../../ui/action-button.tsx';
import { Modal } from '../../ui/dialog.tsx';
import { ProblemView } from '../../ui/states.tsx';

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
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const save = async () => {
    setBusy(true);
    try {
      await onRename(name.trim());
      onClose();
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };
  return (
    <Modal
      title={`Rename ${before}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep as it is</Button>
          <ActionButton
            appearance="primary"
            busy={busy}
            disabledReason={name.trim() === '' ? 'Give the cluster a name.' : null}
            onClick={() => void save()}
          >
            Rename cluster
          </ActionButton>
        </>
      }
    >
      <Field label="Name of the cluster" required hint="Runs, connections and machines stay as they are.">
        <Input value={name} maxLength={NAME_LENGTH_MAX} onChange={(_event, { value }) => setName(value)} />
      </Field>
      {refusal !== null && <ProblemView error={refusal} />}
    </Modal>
  );
}
