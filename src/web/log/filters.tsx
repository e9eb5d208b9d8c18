// The filters of the log: topic, event types, conversation.
import { Toggle } from '@base-ui/react/toggle';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTopics } from '../api/queries.ts';
import { IconButton } from '../ui/button.tsx';
import { Select } from '../ui/select.tsx';
import { type LogView, typeOptions } from './address.ts';
import styles from './log.module.css';

type FiltersProps = { view: LogView; onChange: (part: Partial<LogView>) => void };

function ConversationField({ view: { conversationId }, onChange }: FiltersProps) {
  const [text, setText] = useState(conversationId ?? '');
  useEffect(() => setText(conversationId ?? ''), [conversationId]);
  return (
    <form
      className={styles.conversation}
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ conversationId: text.trim() || undefined, offset: undefined });
      }}
    >
      <input
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="Conversation id"
        aria-label="Conversation id"
        spellCheck={false}
      />
      {conversationId !== undefined && (
        <IconButton
          label="All conversations"
          icon={<X />}
          onClick={() => onChange({ conversationId: undefined })}
        />
      )}
    </form>
  );
}

export function Filters({ view, onChange }: FiltersProps) {
  const topics = useTopics(view.topic);
  const toggled = (type: LogView['types'][number]) =>
    view.types.includes(type) ? view.types.filter((other) => other !== type) : [...view.types, type];
  return (
    <div className={styles.filters}>
      <Select
        label="Topic"
        value={view.topic}
        options={topics.map((topic) => ({ value: topic, label: topic }))}
        onChange={(topic) => onChange({ topic, conversationId: undefined, offset: undefined })}
      />
      <fieldset className={styles.types}>
        <legend className="visually-hidden">Event types</legend>
        {typeOptions.map(({ value: type, label }) => (
          <Toggle
            key={type}
            className={styles.typeToggle}
            data-type={type}
            pressed={view.types.includes(type)}
            onPressedChange={() => onChange({ types: toggled(type) })}
          >
            {label}
          </Toggle>
        ))}
      </fieldset>
      <ConversationField view={view} onChange={onChange} />
    </div>
  );
}
