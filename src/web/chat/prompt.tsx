// A prompt: what the person wrote, and its edit into a branch of its own.
import { Pencil } from 'lucide-react';
import { type FormEvent, memo, useState } from 'react';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import styles from './message.module.css';
import { Siblings } from './siblings.tsx';
import type { Turn } from './thread.ts';

type PromptProps = {
  turn: Turn;
  /** Undefined where the conversation takes no more prompts. */
  onEdit: ((turn: Turn, content: string) => void) | undefined;
  onChoose: (turn: Turn, messageId: string) => void;
};

type EditorProps = { content: string; onSend: (content: string) => void; onCancel: () => void };

function Editor({ content, onSend, onCancel }: EditorProps) {
  const [text, setText] = useState(content);
  const canSend = text.trim() !== '' && text !== content;
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (canSend) onSend(text);
  }
  return (
    <form
      className={styles.editor}
      onSubmit={submit}
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
      aria-label="Edit the message"
    >
      <textarea
        // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label="Edited message"
      />
      <p>The conversation goes on from here in a branch of its own; the old one stays.</p>
      <div className={styles.row}>
        <Button type="submit" look="primary" disabled={!canSend}>
          Send as a branch
        </Button>
        <Button look="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

export const Prompt = memo(function Prompt({ turn, onEdit, onChoose }: PromptProps) {
  const [isEditing, setEditing] = useState(false);
  const { content } = turn.message;
  if (isEditing && onEdit !== undefined) {
    return (
      <Editor
        content={content}
        onCancel={() => setEditing(false)}
        onSend={(text) => {
          setEditing(false);
          onEdit(turn, text);
        }}
      />
    );
  }
  return (
    <article className={styles.prompt} aria-label="Your message">
      <h2 className="visually-hidden">Your message</h2>
      <p className={styles.bubble}>{content}</p>
      <div className={styles.actions}>
        <Siblings turn={turn} noun="message" onChoose={(id) => onChoose(turn, id)} />
        <CopyButton text={content} label="Copy message" />
        {onEdit !== undefined && (
          <IconButton label="Edit into a branch" icon={<Pencil />} onClick={() => setEditing(true)} />
        )}
      </div>
    </article>
  );
});
