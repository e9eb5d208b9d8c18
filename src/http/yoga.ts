// GraphQL Yoga and its settings: GraphQL over HTTP and server-sent events, and the pipeline that WebSockets share.
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { GraphQLError } from 'graphql';
import { createYoga, type YogaInitialContext, type YogaServerInstance } from 'graphql-yoga';
import { schema } from '../api/schema.ts';
import type { Context, Services } from '../graphql/context.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { CarrierContext } from './connections/admit-subscription.ts';
import type { Connections } from './connections/connections.ts';
import { createPlugins } from './plugins.ts';
import type { ToJson } from './response-json.ts';

/** What a carrier adds: a WebSocket its viewer, its connection and the signal of the operation, a request its response. */
export type ServerContext = CarrierContext & { viewer?: Viewer | undefined; signal?: AbortSignal };
export type Yoga = YogaServerInstance<ServerContext, Context>;

const welcome = `# Afterword: talk to a model, rate its reply, and read the events in the log.
# Press the play button and choose an operation.

query Start {
  viewer { username roles }
  models { nodes { id isDefault } }
  topics { name nextOffset }
}

mutation Begin {
  startConversation(input: { model: "MODEL" }) { conversation { id } }
}

# Variables: {"conversation": "the id from Begin"}
mutation Ask($conversation: ID!) {
  sendMessage(input: { conversationId: $conversation, content: "how many r's are in strawberry?" }) { reply { id } }
}

# Variables: {"reply": "the id from Ask"}
subscription Follow($reply: ID!) {
  generation(messageId: $reply) {
    ... on GenerationDelta { text end }
    ... on GenerationEnd { message { status content timings { firstTokenMs totalMs } } }
  }
}

mutation Like($reply: ID!) {
  rateMessage(input: { messageId: $reply, rating: LIKE }) { feedback { rating } }
}

query Log {
  events(first: 20) { nodes { offset type payload } }
}
`;

/** @param options.mask turns whatever was thrown into the error that clients get */
export function createGraphQL(options: {
  services: Services;
  connections: Connections;
  authenticate: Authenticate;
  mask: (error: unknown) => GraphQLError;
  toJson: ToJson;
}): Yoga {
  const { services, connections, authenticate, mask, toJson } = options;
  const context = async (initial: YogaInitialContext & ServerContext): Promise<Context> => ({
    viewer: initial.viewer ?? (await authenticate(initial.request.headers.get('authorization'))),
    services,
    lastEventId: initial.request.headers.get('last-event-id') || undefined,
    signal: initial.signal ?? initial.request.signal,
  });
  return createYoga<ServerContext, Context>({
    schema,
    context,
    logging: false,
    landingPage: false,
    healthCheckEndpoint: '/health/graphql',
    multipart: false,
    maxRequestBodySize: false,
    cors: false,
    maskedErrors: { maskError: mask },
    graphiql: {
      title: 'Afterword',
      defaultQuery: welcome.replace('MODEL', services.models[0] ?? ''),
      subscriptionsProtocol: 'WS',
    },
    renderGraphiQL,
    plugins: createPlugins({ connections, mask, toJson }),
  });
}
