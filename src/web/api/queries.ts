// What several pages ask, cached in one place.
import { QueryClient, useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { ask, RequestError } from './ask.ts';
import { onStatusChange, readStatus } from './connection.ts';
import { ModelsDocument, ViewerDocument } from './operations.ts';

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server has refused it refuses again.
      retry: (failures, error) => !(error instanceof RequestError) && failures < 5,
      retryDelay: (failures) => Math.min(300 * 2 ** failures, 4_000),
    },
  },
});

export function useViewer() {
  return useQuery({
    queryKey: ['viewer'],
    queryFn: ({ signal }) => ask(ViewerDocument, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => ask(ModelsDocument, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
    select: ({ models }) => models.nodes,
  });
}

export const useConnectionStatus = () => useSyncExternalStore(onStatusChange, readStatus);
