// The field for a prompt. Enter sends it, Shift+Enter starts a new line.
import { ArrowUp, Square } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { IconButton } from '../ui/button.tsx';
import styles from './composer.module.css';

type ComposerProps = {
  /** Names the conversation of the draft: another key empties the field. */
  draftKey: string;
  onSend: (content: string) => void;
  /** Undefined if no reply is being generated. */
  onStop: (() => void) | undefined;
  canSend: boolean;
  /** Shown below the text: the choice of model. */
  children: ReactNode;
};

export function Composer({ draftKey, onSend, onStop, canSend, children }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: a draft belongs to one conversation
  useEffect(() => {
    setText('');
    if (matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, [draftKey]);

  function send(event?: FormEvent): void {
    event?.preventDefault();
    if (!canSend || text.trim() === '') return;
    onSend(text);
    setText('');
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  return (
    <form className={styles.composer} onSubmit={send} aria-label="New message">
      <textarea
        ref={field}
        rows={1}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder="Write a message"
        aria-label="Message"
        enterKeyHint="send"
      />
      <div className={styles.row}>
        {children}
        {onStop === undefined ? (
          <IconButton
            type="submit"
            label="Send"
            icon={<ArrowUp />}
            className={styles.send}
            disabled={!canSend || text.trim() === ''}
          />
        ) : (
          <IconButton label="Stop" icon={<Square />} className={styles.send} onClick={onStop} />
        )}
      </div>
    </form>
  );
}
