import { Button, Spinner, Tooltip } from '@fluentui/react-components';
import type { ReactElement, ReactNode } from 'react';

interface ActionButtonProps {
  readonly children: ReactNode;
  readonly onClick?: () => void;
  readonly icon?: ReactElement;
  readonly appearance?: 'primary' | 'secondary' | 'subtle';
  readonly size?: 'small' | 'medium';
  readonly type?: 'button' | 'submit';
  /** Why it cannot be pressed now; the button stays in place and says so. */
  readonly disabledReason?: string | null;
  readonly busy?: boolean;
}

/** A button that keeps its place, label and width while it is busy, and says why when it may not be pressed. */
export function ActionButton(props: ActionButtonProps) {
  const { children, onClick, icon, appearance = 'secondary', type = 'button', size = 'medium' } = props;
  const { disabledReason, busy = false } = props;
  const blocked = Boolean(disabledReason) || busy;
  const button = (
    <Button
      type={type}
      size={size}
      appearance={appearance}
      disabledFocusable={blocked}
      aria-busy={busy}
      {...(icon ? { icon: busy ? <Spinner size="extra-tiny" aria-hidden /> : icon } : {})}
      onClick={(event) => {
        if (blocked) event.preventDefault();
        else onClick?.();
      }}
    >
      {children}
    </Button>
  );
  if (!disabledReason) return button;
  return (
    <Tooltip content={disabledReason} relationship="description" withArrow>
      {button}
    </Tooltip>
  );
}
