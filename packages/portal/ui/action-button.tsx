import { Button, type ButtonProps, Spinner, Tooltip } from '@fluentui/react-components';

type Props = ButtonProps & {
  /** Why it cannot be pressed now; the button stays in place and says so. */
  readonly disabledReason?: string | null;
  readonly busy?: boolean;
};

/** A button that keeps its place, label and width while it is busy, and says why when it may not be pressed. */
export function ActionButton({ disabledReason, busy = false, children, icon, onClick, ...rest }: Props) {
  const blocked = Boolean(disabledReason) || busy;
  const button = (
    <Button
      {...(rest as Omit<ButtonProps, 'as'>)}
      disabledFocusable={blocked}
      {...(icon || busy ? { icon: busy ? <Spinner size="extra-tiny" aria-hidden /> : icon } : {})}
      onClick={blocked ? (event: { preventDefault(): void }) => event.preventDefault() : (onClick as never)}
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
