// Above the thread: what it is called, and how it is ended. On a phone the list of conversations opens from here.
import { CircleStop, PanelLeft, SquarePen } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { ConversationSnapshot } from '../../log/fold/fold.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Drawer } from '../ui/drawer.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { useIsNarrow } from '../ui/use-media.ts';
import { end } from './actions.ts';
import styles from './chat.module.css';
import { ConversationList } from './conversation-list.tsx';

function ListDrawer({ currentId }: { currentId: string | undefined }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Drawer
      title="Conversations"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={<IconButton label="Conversations" icon={<PanelLeft />} data-tooltip-side="end" />}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: a link that was followed closes it */}
      <div
        className={styles.drawer}
        onClick={(event) => event.target instanceof Element && event.target.closest('a') && setOpen(false)}
      >
        <ConversationList currentId={currentId} />
      </div>
    </Drawer>
  );
}

export function ConversationBar({
  id,
  snapshot,
}: {
  id: string | undefined;
  snapshot: ConversationSnapshot | undefined;
}) {
  const isNarrow = useIsNarrow();
  const [, navigate] = useLocation();
  const ending = useAction(end);
  if (!isNarrow && snapshot === undefined) return null;
  return (
    <div className={styles.bar}>
      {isNarrow && <ListDrawer currentId={id} />}
      {snapshot === undefined ? (
        <span className={styles.title}>New conversation</span>
      ) : (
        <h1 className={styles.title}>{snapshot.title ?? 'Conversation'}</h1>
      )}
      {ending.error !== null && <ErrorNotice error={ending.error} />}
      {snapshot !== undefined && snapshot.endedAt === null && (
        <Confirm
          title="End this conversation?"
          action="End it"
          onConfirm={() => ending.run(snapshot.id)}
          trigger={
            <Button look="quiet" className={styles.end}>
              <CircleStop aria-hidden />
              End
            </Button>
          }
        >
          It takes no more messages then. Everything that was said stays, and replies can still be rated.
        </Confirm>
      )}
      {isNarrow && (
        <IconButton
          label="New conversation"
          icon={<SquarePen />}
          data-tooltip-side="below"
          onClick={() => navigate('/')}
        />
      )}
    </div>
  );
}
