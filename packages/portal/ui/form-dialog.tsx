import { Button } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { ActionButton } from './action-button.tsx';
import { Modal } from './dialog.tsx';
import { ProblemView } from './states.tsx';
import { useSending } from './use-sending.ts';

interface FormDialogProps {
  readonly title: string;
  readonly saveLabel: string;
  /** What the button says that changes nothing: what is new is discarded, what exists is kept as it is. */
  readonly leaveLabel?: 'Keep as it is' | 'Discard';
  readonly whyNot?: string | null;
  /** Throws what the server refused with; afterwards the dialog closes. */
  readonly save: () => Promise<void>;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A form that is sent as a whole: it closes when it was, and shows the refusal below its fields when it was not. */
export function FormDialog({ save, onClose, children, ...words }: FormDialogProps) {
  const { title, saveLabel, leaveLabel = 'Keep as it is', whyNot = null, wide = false } = words;
  const { busy, refusal, send } = useSending();
  const saveAndClose = async () => {
    if (await send(save)) onClose();
  };
  return (
    <Modal
      title={title}
      wide={wide}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{leaveLabel}</Button>
          <ActionButton appearance="primary" busy={busy} disabledReason={whyNot} onClick={() => void saveAndClose()}>
            {saveLabel}
          </ActionButton>
        </>
      }
    >
      {children}
      {refusal !== null && <ProblemView error={refusal} />}
    </Modal>
  );
}
