import { Button } from '@fluentui/react-components';
import { Checkmark16Regular, Copy16Regular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';

const CONFIRMATION_MS = 2_000;

interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
  readonly iconOnly?: boolean;
  readonly appearance?: 'secondary' | 'subtle' | 'primary';
}

export function CopyButton({ text, label, iconOnly = false, appearance = 'subtle' }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMATION_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <Button
      size="small"
      appearance={appearance}
      icon={copied ? <Checkmark16Regular /> : <Copy16Regular />}
      onClick={copy}
      {...(iconOnly ? { 'aria-label': label, title: label } : {})}
    >
      {iconOnly ? null : copied ? 'Copied' : label}
    </Button>
  );
}
