// The bar above the thread: its title, and the button that ends it. On a phone it also opens the list of conversations.
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
import { endConversation } from './actions.ts';
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
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: closes when a link in it is followed */}
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
  const endAction = useAction(endConversation);
  if (!isNarrow && snapshot === undefined) return null;
  return (
    <div className={styles.bar}>
      {isNarrow && <ListDrawer currentId={id} />}
      {snapshot === undefined ? (
        <span className={styles.title}>New conversation</span>
      ) : (
        <h1 className={styles.title}>{snapshot.title ?? 'Conversation'}</h1>
      )}
      {endAction.error !== null && <ErrorNotice error={endAction.error} />}
      {snapshot !== undefined && snapshot.endedAt === null && (
        <Confirm
          title="End this conversation?"
          action="End conversation"
          onConfirm={() => endAction.run(snapshot.id)}
          trigger={
            <Button look="quiet" className={styles.end}>
              <CircleStop aria-hidden />
              End
            </Button>
          }
        >
          No more messages can be added. The conversation is kept, and its replies can still be rated.
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
