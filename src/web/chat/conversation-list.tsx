// The viewer's conversations, newest first, with a search through titles and messages.
import { useInfiniteQuery } from '@tanstack/react-query';
import { MessageSquarePlus, Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { ConversationsDocument, type ConversationsQuery } from '../api/operations.ts';
import { useViewer } from '../api/queries.ts';
import { request } from '../api/request.ts';
import { Button, buttonClass, classes } from '../ui/button.tsx';
import { EmptyState, ErrorNotice, Loading } from '../ui/notice.tsx';
import { fullTime, shortTime } from '../ui/time.ts';
import { titleOf } from './actions.ts';
import styles from './conversation-list.module.css';

type Conversation = ConversationsQuery['conversations']['nodes'][number];

const debounceMs = 250;

function useDebounced(value: string): string {
  const [debounced, setDebounced] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(value), debounceMs);
    return () => clearTimeout(timer);
  }, [value]);
  return debounced;
}

function useConversations(search: string) {
  const username = useViewer().data?.viewer.username ?? null;
  return useInfiniteQuery({
    queryKey: ['conversations', username, search],
    queryFn: ({ pageParam, signal }) =>
      request(
        ConversationsDocument,
        { username, search: search || null, first: 30, after: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ conversations: { pageInfo } }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
    placeholderData: (previous) => previous,
  });
}

function nameOf({ title, messages }: Conversation): string {
  const prompt = messages.nodes.find(({ role }) => role === 'USER');
  return title ?? (titleOf(prompt?.content ?? '') || 'Empty conversation');
}

function Item({ conversation, isCurrent }: { conversation: Conversation; isCurrent: boolean }) {
  const { id, startedAt, endedAt } = conversation;
  return (
    <li>
      <Link
        href={`/?conversation=${id}`}
        className={styles.item}
        aria-current={isCurrent ? 'page' : undefined}
      >
        <span className={styles.name}>{nameOf(conversation)}</span>
        <span className={styles.about}>
          <time dateTime={startedAt} title={fullTime(startedAt)}>
            {shortTime(startedAt)}
          </time>
          {endedAt !== null && <span>ended</span>}
        </span>
      </Link>
    </li>
  );
}

function SearchResults({ search, currentId }: { search: string; currentId: string | undefined }) {
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } =
    useConversations(search);
  if (isPending) return <Loading label="Loading conversations" />;
  if (data === undefined) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const conversations = data.pages.flatMap((page) => page.conversations.nodes);
  if (conversations.length === 0) {
    return (
      <EmptyState title={search === '' ? 'No conversations yet' : 'Nothing found'}>
        <p>
          {search === ''
            ? 'Your conversations will be listed here.'
            : 'No conversation contains these words. The search covers titles and messages.'}
        </p>
      </EmptyState>
    );
  }
  return (
    <>
      <ul className={styles.items}>
        {conversations.map((conversation) => (
          <Item key={conversation.id} conversation={conversation} isCurrent={conversation.id === currentId} />
        ))}
      </ul>
      {hasNextPage && (
        <Button look="quiet" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show older conversations
        </Button>
      )}
    </>
  );
}

export function ConversationList({ currentId }: { currentId: string | undefined }) {
  const [search, setSearch] = useState('');
  const debounced = useDebounced(search.trim());
  return (
    <nav className={styles.list} aria-label="Conversations">
      <Link href="/" className={classes(buttonClass(), styles.new)}>
        <MessageSquarePlus aria-hidden />
        New conversation
      </Link>
      <div className={styles.search}>
        <Search aria-hidden />
        <input
          type="search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          placeholder="Search"
          aria-label="Search conversations"
        />
      </div>
      <div className={styles.found}>
        <SearchResults search={debounced} currentId={currentId} />
      </div>
    </nav>
  );
}
