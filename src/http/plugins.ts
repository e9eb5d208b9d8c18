// What Afterword adds to Yoga: limits before anything runs, one list of codes, and streams that end as they should.
import { GraphQLError, parse } from 'graphql';
import { isAsyncIterable, type Plugin, type YogaInitialContext } from 'graphql-yoga';
import { AppError } from '../errors.ts';
import type { Context } from '../graphql/context.ts';
import { checkLimits, maxTokens } from '../graphql/limits.ts';
import { type CarrierContext, createSubscribe } from './connections/admit-subscription.ts';
import type { Connections } from './connections/connections.ts';
import { useEventStream } from './event-stream.ts';
import type { ToJson } from './response-json.ts';

type Mask = (error: unknown) => GraphQLError;

function useLimits(mask: Mask): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => parse(source, { ...options, maxTokens: maxTokens }));
    },
    onExecute({ args, setResultAndStopExecution }) {
      try {
        checkLimits(args);
      } catch (error) {
        setResultAndStopExecution({ errors: [mask(error)] });
      }
    },
  };
}

/** Yoga would start the source, find that the request takes no stream, and leave the source open. */
function useAcceptedStreams(mask: Mask): Plugin<YogaInitialContext> {
  const error = new AppError(
    'INVALID_INPUT',
    'A subscription is answered as an event stream: send Accept: text/event-stream, or follow over WebSocket.',
  );
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const accept = args.contextValue.request.headers.get('accept');
      if (accept === null || /text\/event-stream|text\/\*|\*\/\*/.test(accept)) return;
      setResultAndStopExecution({ errors: [mask(error)] });
    },
  };
}

function useOwnSubscribe(connections: Connections, mask: Mask): Plugin<Context & CarrierContext> {
  const subscribe = createSubscribe(connections, mask);
  return {
    onSubscribe({ args, setSubscribeFn }) {
      setSubscribeFn(() => subscribe(args));
    },
  };
}

/** What Yoga found wrong before anything ran, such as the syntax, has codes of its own. */
function useErrorCodes(mask: Mask): Plugin {
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (requestParser === undefined) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          if (!(error instanceof SyntaxError || error instanceof GraphQLError)) throw error;
          // Not JSON, which is a fault of HTTP and not of GraphQL: 400, whatever is accepted.
          const extensions = { code: 'INVALID_INPUT', http: { status: 400 } };
          throw new GraphQLError(error.message, { extensions });
        }
      });
    },
    onResultProcess({ result, setResult }) {
      if (Array.isArray(result) || isAsyncIterable(result) || result.errors === undefined) return;
      setResult({ ...result, errors: result.errors.map(mask) });
    },
  };
}

/** GraphiQL has all that it needs in its page: it may load nothing else, and no page of another site may frame it. */
const pagePolicy =
  "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; base-uri 'none'; frame-ancestors 'none'";

/** Proxies must pass a stream on as it comes, and keep none of it. */
const useHeaders: Plugin = {
  onResponse({ response: { headers } }) {
    const type = headers.get('content-type') ?? '';
    if (type.startsWith('text/html')) headers.set('Content-Security-Policy', pagePolicy);
    if (!type.startsWith('text/event-stream')) return;
    headers.set('Cache-Control', 'no-cache, no-transform');
    headers.set('X-Accel-Buffering', 'no');
    // Yoga says `none`, which is no coding.
    headers.delete('Content-Encoding');
  },
};

/** @param mask makes of whatever was thrown what clients are told */
export function createPlugins(options: { connections: Connections; mask: Mask; toJson: ToJson }) {
  const { connections, mask, toJson } = options;
  return [
    useOwnSubscribe(connections, mask),
    useLimits(mask),
    useAcceptedStreams(mask),
    useErrorCodes(mask),
    useEventStream(toJson),
    useHeaders,
  ];
}
