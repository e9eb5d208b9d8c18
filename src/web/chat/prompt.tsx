// A prompt of the user, and the editor that sends a changed prompt as a new branch.
import { Pencil } from 'lucide-react';
import { type FormEvent, memo, useState } from 'react';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import styles from './message.module.css';
import { Siblings } from './siblings.tsx';
import type { ThreadItem } from './thread.ts';

type PromptProps = {
  item: ThreadItem;
  /** Undefined if the conversation has ended. */
  onEdit: ((item: ThreadItem, content: string) => void) | undefined;
  onChoose: (item: ThreadItem, messageId: string) => void;
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
        // biome-ignore lint/a11y/noAutofocus: the user has just asked to edit
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label="Edited message"
      />
      <p>The conversation continues from here in a new branch. The old branch is kept.</p>
      <div className={styles.row}>
        <Button type="submit" look="primary" disabled={!canSend}>
          Send as new branch
        </Button>
        <Button look="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

export const Prompt = memo(function Prompt({ item, onEdit, onChoose }: PromptProps) {
  const [isEditing, setEditing] = useState(false);
  const { content } = item.message;
  if (isEditing && onEdit !== undefined) {
    return (
      <Editor
        content={content}
        onCancel={() => setEditing(false)}
        onSend={(text) => {
          setEditing(false);
          onEdit(item, text);
        }}
      />
    );
  }
  return (
    <article className={styles.prompt} aria-label="Your message">
      <h2 className="visually-hidden">Your message</h2>
      <p className={styles.bubble}>{content}</p>
      <div className={styles.actions}>
        <Siblings item={item} noun="message" onChoose={(id) => onChoose(item, id)} />
        <CopyButton text={content} label="Copy message" />
        {onEdit !== undefined && (
          <IconButton label="Edit in a new branch" icon={<Pencil />} onClick={() => setEditing(true)} />
        )}
      </div>
    </article>
  );
});
