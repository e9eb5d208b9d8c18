// Queries that several pages share, and the client that caches all of them.
import { QueryClient, useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { onStatusChange, readStatus } from './connection.ts';
import { ModelsDocument, TopicsDocument, ViewerDocument } from './operations.ts';
import { RequestError, request } from './request.ts';

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A request that the server refused would be refused again.
      retry: (failures, error) => !(error instanceof RequestError) && failures < 5,
      retryDelay: (failures) => Math.min(300 * 2 ** failures, 4_000),
    },
  },
});

export function useViewer() {
  return useQuery({
    queryKey: ['viewer'],
    queryFn: ({ signal }) => request(ViewerDocument, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => request(ModelsDocument, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
    select: ({ models }) => models.nodes,
  });
}

/** Names of all topics with events, and the current one, which may have none. */
export function useTopics(current: string): string[] {
  const { data } = useQuery({
    queryKey: ['topics'],
    queryFn: ({ signal }) => request(TopicsDocument, {}, signal),
  });
  return [...new Set([current, ...(data?.topics.map(({ name }) => name) ?? [])])].sort();
}

export const useConnectionStatus = () => useSyncExternalStore(onStatusChange, readStatus);
