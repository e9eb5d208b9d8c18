// One conversation: its bar, its thread, and the composer or, once it has ended, its rating.
import { useCallback, useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import type { MessageSnapshot } from '../../log/fold/fold.ts';
import { queryClient } from '../api/queries.ts';
import { buttonClass } from '../ui/button.tsx';
import { EmptyState, ErrorNotice, Loading } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { prepare, regenerateReply, stopGeneration } from './actions.ts';
import styles from './chat.module.css';
import { Composer } from './composer.tsx';
import { ConversationBar } from './conversation-bar.tsx';
import { ConversationEnd } from './conversation-end.tsx';
import { ModelChoice, useChosenModels } from './model-choice.tsx';
import { OutgoingView } from './outgoing-view.tsx';
import { readThread, type ThreadItem } from './thread.ts';
import { ThreadView } from './thread-view.tsx';
import { useConversation } from './use-conversation.ts';
import { type OutgoingState, useOutgoing } from './use-outgoing.ts';
import { Welcome } from './welcome.tsx';

const none: readonly MessageSnapshot[] = [];

const stopAll = async (replies: readonly MessageSnapshot[]): Promise<void> => {
  await Promise.all(replies.map(({ id }) => stopGeneration(id)));
};

/** The prompt that is being sent, if it belongs to this conversation and has not arrived in it yet. */
function findPending(
  id: string | undefined,
  state: OutgoingState | undefined,
  messages: readonly MessageSnapshot[],
): OutgoingState | undefined {
  if (state === undefined || messages.some((message) => message.id === state.outgoing.id)) return undefined;
  const { conversationId, isNew } = state.outgoing;
  const belongsHere = id === undefined ? isNew && !state.isSent : id === conversationId;
  return belongsHere ? state : undefined;
}

export function ConversationView({
  id,
  messageId,
}: {
  id: string | undefined;
  messageId: string | undefined;
}) {
  const [, navigate] = useLocation();
  const conversation = useConversation(id, messageId);
  const snapshot = conversation.kind === 'ready' ? conversation.snapshot : undefined;
  const messages = snapshot?.messages ?? none;
  const { choice, choose } = conversation;
  const items = useMemo(() => readThread(messages, choice), [messages, choice]);
  const models = useChosenModels(snapshot?.model.id);
  const isEnded = snapshot !== undefined && snapshot.endedAt !== null;

  const outgoing = useOutgoing((conversationId) => {
    if (conversationId !== id) navigate(`/?conversation=${conversationId}`);
    void queryClient.invalidateQueries({ queryKey: ['conversations'] });
  });
  const action = useAction((act: () => Promise<void>) => act());
  const pending = findPending(id, outgoing.state, messages);
  const streaming = (items.at(-1)?.siblings ?? none).filter(({ status }) => status === 'streaming');

  const { send } = outgoing;
  const sendPrompt = (content: string, parentId: string | null) =>
    send(prepare({ conversationId: id, parentId, model: models.chosen, rivalModel: models.rival, content }));
  const leafId = items.at(-1)?.message.id ?? null;
  const onChoose = useCallback(
    (item: ThreadItem, chosenId: string) => choose(item.message.parentId, chosenId),
    [choose],
  );
  const onRegenerate = (replyId: string) => action.run(() => regenerateReply(replyId));

  return (
    <main className={styles.main} id="content" tabIndex={-1}>
      <ConversationBar id={id} snapshot={snapshot} />
      {id === undefined && pending === undefined && (
        <Welcome onSend={(content) => sendPrompt(content, null)} />
      )}
      {id !== undefined && conversation.kind === 'loading' && <Loading label="Loading the conversation" />}
      {conversation.kind === 'missing' && <Missing />}
      {conversation.kind === 'failed' && <ErrorNotice error={conversation.error} />}
      {(snapshot !== undefined || pending !== undefined) && (
        <ThreadView
          conversationKey={id ?? ''}
          topic={snapshot?.topic ?? 'default'}
          items={items}
          onEdit={isEnded ? undefined : (item, content) => sendPrompt(content, item.message.parentId)}
          onRegenerate={isEnded ? undefined : onRegenerate}
          onChoose={onChoose}
        >
          {pending !== undefined && (
            <OutgoingView
              state={pending}
              onRetry={() => send(pending.outgoing)}
              onDiscard={outgoing.discard}
            />
          )}
        </ThreadView>
      )}
      <div className={styles.foot}>
        {action.error !== null && <ErrorNotice error={action.error} onRetry={action.reset} />}
        {isEnded ? (
          <ConversationEnd snapshot={snapshot} />
        ) : (
          conversation.kind !== 'missing' && (
            <Composer
              draftKey={id ?? 'new'}
              canSend={
                models.chosen !== '' && streaming.length === 0 && (id === undefined || snapshot !== undefined)
              }
              onSend={(content) => sendPrompt(content, leafId)}
              onStop={streaming.length === 0 ? undefined : () => action.run(() => stopAll(streaming))}
            >
              <ModelChoice {...models} />
            </Composer>
          )
        )}
      </div>
    </main>
  );
}

function Missing() {
  return (
    <EmptyState title="Conversation not found">
      <p>It may belong to someone else, or its address may be incomplete.</p>
      <Link href="/" className={buttonClass('primary')}>
        Start a new conversation
      </Link>
    </EmptyState>
  );
}
