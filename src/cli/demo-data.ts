// `demo-data`: writes a believable month of conversations and feedback of simulated users through the API of a server.
import { setTimeout } from 'node:timers/promises';
import { ModelsDocument, type TypedDocumentString } from '../client/operations.ts';
import { type Config, parseConfig, readEnvironment } from '../config.ts';
import { simulateMonth } from '../simulation/month.ts';
import { type Send, writeConversation } from '../simulation/write.ts';
import { type Command, readArgs, readWholeNumber, UsageError } from './command.ts';

const usage = `Usage: npm run demo:data -- [OPTION…]

Writes a month of conversations, ratings, comments, corrections and choices of simulated users into a topic of a running
server, so that the dashboard has something to show. Everything goes through the public API, and messages and
conversations have the metadata {"simulated": true}. The same seed on the same day writes nothing twice.

  --url URL        the server (default: at HOST and PORT, such as http://127.0.0.1:4000)
  --token TOKEN    a bearer token with the role SERVICE or ADMIN, if the server requires authentication
  --topic NAME     the topic (default: simulated)
  --seed TEXT      what the month is generated from: another seed, another month (default: afterword)
  --per-day COUNT  roughly how many conversations start on a weekday (default: 24)

Exit codes: 0 the data is written, 1 the server is unavailable or refused something, 2 invalid arguments.
`;

const maxConcurrent = 8;
const maxAttempts = 5;

type Body<Result> = { data?: Result | null; errors?: { message: string; extensions?: { code?: string } }[] };

/** Where a server with this configuration can be reached from this machine. */
function serverUrlOf({ host, port }: Config): string {
  if (port === 0) throw new UsageError('PORT is 0, which is any free port: give the server with --url.');
  // A server that listens on all addresses can be reached by the loopback address.
  const reachable = new Map([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '::1'],
  ]);
  const address = reachable.get(host) ?? host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function readUrl(url: string | undefined): string {
  if (url === undefined) return serverUrlOf(parseConfig(readEnvironment()));
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new UsageError(`--url ${JSON.stringify(url)} is not a URL such as http://127.0.0.1:4000.`);
}

function createSend(url: string, token: string | undefined): Send {
  async function sendOnce<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result> {
    const response = await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query: document.toString(), variables }),
    });
    const { data, errors }: Body<Result> = await response.json();
    if (data == null || errors !== undefined)
      throw new Error(errors?.[0]?.message ?? `The server answered ${response.status}.`);
    return data;
  }
  return async (document, variables) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await sendOnce(document, variables);
      } catch (error) {
        // A TypeError of fetch: there was no answer. Retrying is safe, since the ids are chosen here.
        if (!(error instanceof TypeError) || attempt === maxAttempts) throw error;
        await setTimeout(100 * 2 ** attempt);
      }
    }
  };
}

async function findDefaultModel(send: Send, url: string): Promise<string> {
  try {
    const { models } = await send(ModelsDocument, {});
    return models.nodes[0]?.id ?? 'simulated';
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Error(
      `There is no server at ${url}: start one with npm start in another terminal, or give another --url.`,
    );
  }
}

function nextMidnight(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

async function run(args: string[]): Promise<number> {
  const { values } = readArgs(args, {
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      topic: { type: 'string', default: 'simulated' },
      seed: { type: 'string', default: 'afterword' },
      'per-day': { type: 'string', default: '24' },
    },
  });
  const { token, topic, seed } = values;
  const perDay = readWholeNumber('--per-day', values['per-day']);
  const url = readUrl(values.url);
  const send = createSend(url, token);
  const model = await findDefaultModel(send, url);
  const month = simulateMonth({ seed, until: nextMidnight(new Date()), perDay });
  // Of today, only what can have happened by now.
  const past = month.filter(({ rounds }) => rounds.every(({ at }) => at.getTime() <= Date.now()));
  const pending = past.values();
  const writePending = async () => {
    for (const conversation of pending) await writeConversation(send, topic, model, conversation);
  };
  await Promise.all(Array.from({ length: maxConcurrent }, writePending));
  const replyCount = past.flatMap(({ rounds }) => rounds.flatMap(({ replies }) => replies)).length;
  process.stdout.write(
    `${past.length} conversations with ${replyCount} replies are in the topic ${topic}: ${new URL(`/dashboard?topic=${topic}`, url).href}\n`,
  );
  return 0;
}

export const demoDataCommand: Command = {
  summary: 'writes a month of simulated conversations and feedback into a topic',
  usage,
  run,
};
