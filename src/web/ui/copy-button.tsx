// Copies a text to the clipboard, and confirms it for a moment.
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './button.tsx';

const shownMs = 1_500;

export function CopyButton({
  text,
  label,
  onCopied,
}: {
  text: string;
  label: string;
  onCopied?: () => void;
}) {
  const [copiedAt, setCopiedAt] = useState<number>();
  useEffect(() => {
    if (copiedAt === undefined) return;
    const timer = setTimeout(() => setCopiedAt(undefined), shownMs);
    return () => clearTimeout(timer);
  }, [copiedAt]);

  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setCopiedAt(Date.now());
    onCopied?.();
  }

  return (
    <IconButton
      label={copiedAt === undefined ? label : 'Copied'}
      icon={copiedAt === undefined ? <Copy /> : <Check />}
      onClick={() => void copy()}
    />
  );
}
