// Asks a model: appends the prompt with its empty reply, and has the reply produced in the background.
import type pg from 'pg';
import { type ConversationServices, checkModelOnOffer, messageEvent } from '../conversation/commands.ts';
import { checkFilled, checkText } from '../conversation/text.ts';
import { AppError } from '../errors.ts';
import { mayReadAll, mayWriteForOthers, type Viewer } from '../identity/viewer.ts';
import type { RecordedParameters } from '../log/event.ts';
import { chosenId, derivedId, referencedId } from '../log/identifier.ts';
import type { GenerationParameters } from './model.ts';
import type { Generations } from './run.ts';

export type GenerationServices = ConversationServices & { pool: pg.Pool; generations: Generations };

type Optional<T> = T | null | undefined;

/** As GraphQL gives them: null means not set. */
export type ParametersInput = {
  temperature?: Optional<number>;
  maxTokens?: Optional<number>;
  topP?: Optional<number>;
  stop?: Optional<readonly string[]>;
  seed?: Optional<number>;
};

export type SendMessageInput = {
  conversationId: string;
  content: string;
  id?: Optional<string>;
  replyId?: Optional<string>;
  parentId?: Optional<string>;
  model?: Optional<string>;
  parameters?: Optional<ParametersInput>;
};

function checkRange(name: string, value: number, [low, high]: [number, number]): number {
  if (value >= low && value <= high) return value;
  throw new AppError(
    'INVALID_INPUT',
    `${name} ${value} is out of range: give a number from ${low} to ${high}.`,
  );
}

function checkStop(stop: readonly string[]): string[] {
  if (stop.length > 4) {
    throw new AppError('LIMIT_EXCEEDED', `stop has ${stop.length} entries; at most 4 are taken.`);
  }
  return stop.map((text) => checkText('stop', text, { bytes: 1_000 }));
}

function checkParameters(input: Optional<ParametersInput>): GenerationParameters {
  const { temperature, maxTokens, topP, stop, seed } = input ?? {};
  return {
    ...(temperature == null ? {} : { temperature: checkRange('temperature', temperature, [0, 2]) }),
    ...(maxTokens == null ? {} : { maxTokens: checkRange('maxTokens', maxTokens, [1, 10_000_000]) }),
    ...(topP == null ? {} : { topP: checkRange('topP', topP, [0, 1]) }),
    ...(stop == null ? {} : { stop: checkStop(stop) }),
    ...(seed == null ? {} : { seed }),
  };
}

function recorded(parameters: GenerationParameters): RecordedParameters {
  const { maxTokens, topP, ...rest } = parameters;
  return {
    ...rest,
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(topP === undefined ? {} : { top_p: topP }),
  };
}

async function modelOf(pool: pg.Pool, viewer: Viewer, conversationId: string): Promise<string> {
  const { rows } = await pool.query<{ model_id: string }>({
    name: 'model_of_conversation',
    text: 'SELECT model_id FROM conversation WHERE id = $1 AND (username = $2 OR $3)',
    values: [conversationId, viewer.username, mayReadAll(viewer)],
  });
  if (rows[0] !== undefined) return rows[0].model_id;
  throw new AppError('NOT_FOUND', `There is no conversation ${conversationId}.`);
}

/**
 * Appends the prompt and its reply, all or none, and begins to produce the reply. Repeated with the same id, it
 * answers as before and asks the model nothing.
 */
export async function sendMessage(
  services: GenerationServices,
  viewer: Viewer,
  input: SendMessageInput,
): Promise<{ messageId: string; replyId: string }> {
  if (services.generations.isDraining) {
    throw new AppError(
      'UPSTREAM_FAILED',
      'This server is shutting down: repeat the request, with the same ids, in a moment.',
    );
  }
  const conversationId = referencedId('conversation', input.conversationId);
  const messageId = chosenId('id', input.id);
  const replyId = input.replyId == null ? derivedId(messageId, 'reply') : chosenId('replyId', input.replyId);
  const content = checkFilled('content', input.content, { bytes: services.maxMessageBytes });
  const parameters = checkParameters(input.parameters);
  const model = checkModelOnOffer(
    services.models,
    input.model ?? (await modelOf(services.pool, viewer, conversationId)),
  );
  const appended = await services.writer.append({
    actor: viewer.username,
    isPrivileged: mayWriteForOthers(viewer),
    events: [
      messageEvent(
        { id: messageId, conversationId, role: 'user', content },
        input.parentId === undefined ? {} : { parent_id: input.parentId },
      ),
      messageEvent(
        { id: replyId, conversationId, role: 'assistant', content: '' },
        { parent_id: messageId, model, parameters: recorded(parameters), status: 'streaming' },
      ),
    ],
  });
  if (!appended.some(({ isReplay }) => isReplay)) {
    services.generations.start({ messageId: replyId, model, parameters });
  }
  return { messageId, replyId };
}

const stopPollMs = 100;
const stopWaitMs = 5_000;

/**
 * Stops a reply and keeps its text; one that has ended stays as it is. Resolves when the end is in the log, or,
 * where another node produces the reply and is slow, after five seconds.
 */
export async function stopGeneration(
  services: GenerationServices,
  viewer: Viewer,
  messageId: string,
): Promise<string> {
  const id = referencedId('message', messageId);
  const readStatus = async () => {
    const { rows } = await services.pool.query<{ role: string; status: string }>({
      name: 'status_of_message',
      text: `SELECT m.role, m.status FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
        WHERE m.id = $1 AND (c.username = $2 OR $3)`,
      values: [id, viewer.username, mayWriteForOthers(viewer)],
    });
    return rows[0];
  };
  const message = await readStatus();
  if (message === undefined) throw new AppError('NOT_FOUND', `There is no message ${id}.`);
  if (message.role !== 'assistant') {
    throw new AppError('INVALID_INPUT', `Message ${id} is not a reply: there is nothing to stop.`);
  }
  if (message.status !== 'streaming' || (await services.generations.stop(id))) return id;
  const deadline = Date.now() + stopWaitMs;
  while (Date.now() < deadline && (await readStatus())?.status === 'streaming') {
    // Again each time: a reply that began just now has no lease to mark yet.
    await services.pool.query('UPDATE generation SET stop_requested = true WHERE message_id = $1', [id]);
    await new Promise((resolve) => setTimeout(resolve, stopPollMs));
  }
  return id;
}
