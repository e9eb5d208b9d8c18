// The plugins that Afterword adds to Yoga: limits before anything runs, one list of error codes, and our own event streams.
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
      setParseFn((source, options) => parse(source, { ...options, maxTokens }));
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

/** Yoga would start the source, notice that the request does not accept a stream, and leave the source open. */
function useAcceptedStreams(mask: Mask): Plugin<YogaInitialContext> {
  const error = new AppError(
    'INVALID_INPUT',
    'Over HTTP, a subscription is answered as an event stream. Send Accept: text/event-stream, or subscribe over WebSocket.',
  );
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const accept = args.contextValue.request.headers.get('accept');
      if (accept === null || /text\/event-stream|text\/\*|\*\/\*/.test(accept)) return;
      setResultAndStopExecution({ errors: [mask(error)] });
    },
  };
}

function useSubscribe(connections: Connections, mask: Mask): Plugin<Context & CarrierContext> {
  const subscribe = createSubscribe(connections, mask);
  return {
    onSubscribe({ args, setSubscribeFn }) {
      setSubscribeFn(() => subscribe(args));
    },
  };
}

/** Errors that Yoga finds before anything runs, such as those of syntax, come with other codes than ours. */
function useErrorCodes(mask: Mask): Plugin {
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (requestParser === undefined) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          if (!(error instanceof SyntaxError || error instanceof GraphQLError)) throw error;
          // The body is not JSON, which is an error of HTTP and not of GraphQL: 400, whatever the client accepts.
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

/** GraphiQL has everything it needs in its page: it may load nothing from elsewhere, and no other site may frame it. */
const graphiqlPolicy =
  "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; base-uri 'none'; frame-ancestors 'none'";

/** Proxies must forward a stream immediately, and store none of it. */
const useHeaders: Plugin = {
  onResponse({ response: { headers } }) {
    const type = headers.get('content-type') ?? '';
    if (type.startsWith('text/html')) headers.set('Content-Security-Policy', graphiqlPolicy);
    if (!type.startsWith('text/event-stream')) return;
    headers.set('Cache-Control', 'no-cache, no-transform');
    headers.set('X-Accel-Buffering', 'no');
    // Yoga sends `none`, which is not a content coding.
    headers.delete('Content-Encoding');
  },
};

/** @param options.mask turns whatever was thrown into the error that clients get */
export function createPlugins(options: { connections: Connections; mask: Mask; toJson: ToJson }) {
  const { connections, mask, toJson } = options;
  return [
    useSubscribe(connections, mask),
    useLimits(mask),
    useAcceptedStreams(mask),
    useErrorCodes(mask),
    useEventStream(toJson),
    useHeaders,
  ];
}
