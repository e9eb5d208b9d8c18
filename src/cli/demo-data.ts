// `demo-data`: a believable month of conversations and feedback of simulated users, through the API of a running server.
import { setTimeout } from 'node:timers/promises';
import { ModelsDocument, type TypedDocumentString } from '../client/operations.ts';
import { simulateMonth } from '../simulation/month.ts';
import { type Send, writeConversation } from '../simulation/write.ts';
import { type Command, readArgs, readWholeNumber } from './command.ts';

const usage = `Usage: npm run demo:data -- [OPTIONS]

Fills a topic of a running server with a month of conversations, ratings, comments, corrections and choices of simulated
users, so that the dashboard has something to show. They are marked with {"simulated": true} in their metadata, and
written through the public API. The same seed on the same day writes nothing twice.

  --url URL        where the server is; http://127.0.0.1:4000 where not given
  --token TOKEN    a bearer token of a SERVICE or an ADMIN, where the server asks for one
  --topic NAME     the topic; simulated where not given
  --seed TEXT      another seed makes another month; afterword where not given
  --per-day COUNT  about how many conversations begin on a weekday; 24 where not given
`;

/** Conversations at once. */
const lanes = 8;
const attempts = 5;

type Body<Result> = { data?: Result | null; errors?: { message: string; extensions?: { code?: string } }[] };

function createSend(url: string, token: string | undefined): Send {
  async function once<Result, Variables>(
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
        return await once(document, variables);
      } catch (error) {
        // Everything may be sent again: the ids are chosen here. What the server refuses, it refuses again.
        if (!(error instanceof TypeError) || attempt === attempts) throw error;
        await setTimeout(100 * 2 ** attempt);
      }
    }
  };
}

async function modelOf(send: Send, url: string): Promise<string> {
  try {
    const { models } = await send(ModelsDocument, {});
    return models.nodes[0]?.id ?? 'simulated';
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Error(
      `There is no server at ${url}: start one with npm start in another terminal, or name it with --url.`,
    );
  }
}

function midnight(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

async function run(args: string[]): Promise<number> {
  const { values } = readArgs(args, {
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:4000' },
      token: { type: 'string' },
      topic: { type: 'string', default: 'simulated' },
      seed: { type: 'string', default: 'afterword' },
      'per-day': { type: 'string', default: '24' },
    },
  });
  const { url, token, topic, seed } = values;
  const send = createSend(url, token);
  const model = await modelOf(send, url);
  const until = midnight(new Date());
  const month = simulateMonth({ seed, until, perDay: readWholeNumber('--per-day', values['per-day']) });
  // Of today only what can have happened by now.
  const happened = month.filter(({ rounds }) => rounds.every(({ at }) => at.getTime() <= Date.now()));
  const waiting = happened.values();
  const lane = async () => {
    for (const conversation of waiting) await writeConversation(send, topic, model, conversation);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const replies = happened.flatMap(({ rounds }) => rounds.flatMap(({ replies }) => replies)).length;
  process.stdout.write(
    `${happened.length} conversations with ${replies} replies are in the topic ${topic}: ${new URL(`/dashboard?topic=${topic}`, url).href}\n`,
  );
  return 0;
}

export const demoDataCommand: Command = {
  summary: 'fills a topic with a month of simulated conversations and feedback',
  usage,
  run,
};
