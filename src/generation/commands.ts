// The commands that start and stop replies. Each start appends an empty reply, after its prompt or beside another
// reply, and the reply is produced in the background.
import type pg from 'pg';
import { z } from 'zod';
import type { ConversationServices } from '../conversation/commands.ts';
import { checkModelOnOffer } from '../conversation/offered-models.ts';
import { checkFilled } from '../conversation/validate-text.ts';
import { AppError } from '../errors.ts';
import { mayReadAll, mayWriteForOthers, type Viewer } from '../identity/viewer.ts';
import type { Optional } from '../lib/optional.ts';
import { chosenId, derivedId, referencedId } from '../lib/ulid.ts';
import { type NewEvent, parametersSchema, roleSchema } from '../log/event.ts';
import { messageEvent } from '../log/new-event.ts';
import type { Relay } from '../relay/relay.ts';
import { checkParameters, fromRecorded, type ParametersInput, recorded } from './parameters.ts';
import type { Admission } from './produce/admission.ts';
import type { GenerationJob } from './produce/generate-reply.ts';
import type { Generations } from './produce/generations.ts';
import { requestStop } from './produce/stop-requests.ts';

export type GenerationServices = ConversationServices & {
  pool: pg.Pool;
  generations: Generations;
  admission: Admission;
  relay: Relay;
};

export type SendMessageInput = {
  conversationId: string;
  content: string;
  id?: Optional<string>;
  replyId?: Optional<string>;
  /** Undefined: the newest message of the conversation. Null: none, the prompt starts a thread of its own. */
  parentId?: Optional<string>;
  model?: Optional<string>;
  parameters?: Optional<ParametersInput>;
};

export type RegenerateReplyInput = {
  messageId: string;
  replyId?: Optional<string>;
  model?: Optional<string>;
  parameters?: Optional<ParametersInput>;
};

async function modelOf(pool: pg.Pool, viewer: Viewer, conversationId: string): Promise<string> {
  const { rows } = await pool.query<{ model_id: string }>({
    name: 'model_of_conversation',
    text: 'SELECT model_id FROM conversation WHERE id = $1 AND (username = $2 OR $3)',
    values: [conversationId, viewer.username, mayReadAll(viewer)],
  });
  if (rows[0] !== undefined) return rows[0].model_id;
  throw new AppError('NOT_FOUND', `There is no conversation ${conversationId}.`);
}

function refuseWhileDraining({ generations }: GenerationServices): void {
  if (!generations.isDraining) return;
  throw new AppError(
    'UPSTREAM_FAILED',
    'This server is shutting down: repeat the request, with the same ids, in a moment.',
  );
}

type ReplyParent = { conversationId: string; parentId: string };

/** The event that adds an empty reply, which is still to be produced. */
function replyEvent(
  { messageId, model, parameters }: GenerationJob,
  { conversationId, parentId }: ReplyParent,
): NewEvent {
  return messageEvent(
    { messageId, conversationId },
    {
      role: 'assistant',
      content: '',
      timestamp: new Date().toISOString(),
      parent_id: parentId,
      model,
      parameters: recorded(parameters),
      status: 'streaming',
    },
  );
}

/**
 * Appends the events, all or none, and starts to produce the reply. It does so even if they were in the log already:
 * the node that appended them may have died before it could start.
 */
async function appendAndStart(
  services: GenerationServices,
  viewer: Viewer,
  { events, job, conversationId }: { events: NewEvent[]; job: GenerationJob; conversationId: string },
): Promise<void> {
  const isPrivileged = mayWriteForOthers(viewer);
  const release = await services.admission.admit(viewer, { id: job.messageId, conversationId });
  try {
    await services.writer.append({ actor: viewer.username, isPrivileged, events });
    services.generations.start(job);
  } finally {
    release();
  }
}

/**
 * Appends the prompt and its reply, all or none, and starts to produce the reply. A repetition with the same id returns
 * the same result and does not ask the model again.
 */
export async function sendMessage(
  services: GenerationServices,
  viewer: Viewer,
  input: SendMessageInput,
): Promise<{ messageId: string; replyId: string }> {
  refuseWhileDraining(services);
  const conversationId = referencedId('conversation', input.conversationId);
  const messageId = chosenId('id', input.id);
  const replyId = input.replyId == null ? derivedId(messageId, 'reply') : chosenId('replyId', input.replyId);
  const content = checkFilled('content', input.content, { bytes: services.maxMessageBytes });
  const parameters = checkParameters(input.parameters);
  const model = checkModelOnOffer(
    services.models,
    input.model ?? (await modelOf(services.pool, viewer, conversationId)),
  );
  const prompt = messageEvent(
    { messageId, conversationId },
    {
      role: 'user',
      content,
      timestamp: new Date().toISOString(),
      ...(input.parentId === undefined ? {} : { parent_id: input.parentId }),
    },
  );
  const job = { messageId: replyId, model, parameters };
  const events = [prompt, replyEvent(job, { conversationId, parentId: messageId })];
  await appendAndStart(services, viewer, { events, job, conversationId });
  return { messageId, replyId };
}

const replacedSchema = z.object({
  role: roleSchema,
  conversation_id: z.string(),
  parent_id: z.string().nullable(),
  model: z.string(),
  parameters: parametersSchema.nullable(),
});

/** What a regenerated reply takes from the one that it is to stand beside. */
async function readReplaced(pool: pg.Pool, viewer: Viewer, id: string) {
  const { rows } = await pool.query({
    name: 'read_replaced',
    text: `SELECT m.role, m.conversation_id, m.parent_id, coalesce(m.model_id, c.model_id) AS model, m.parameters
      FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
      WHERE m.id = $1 AND (c.username = $2 OR $3)`,
    values: [id, viewer.username, mayWriteForOthers(viewer)],
  });
  if (rows.length === 0) throw new AppError('NOT_FOUND', `There is no message ${id}.`);
  return replacedSchema.parse(rows[0]);
}

/**
 * Appends a sibling of the given reply and starts to produce it: from the same thread and, unless the input says
 * otherwise, with the same model and parameters. A repetition with the same replyId returns the same result and does
 * not ask the model again.
 */
export async function regenerateReply(
  services: GenerationServices,
  viewer: Viewer,
  input: RegenerateReplyInput,
): Promise<{ replyId: string }> {
  refuseWhileDraining(services);
  const replacedId = referencedId('message', input.messageId);
  const messageId = chosenId('replyId', input.replyId);
  const newParameters = input.parameters == null ? undefined : checkParameters(input.parameters);
  const replaced = await readReplaced(services.pool, viewer, replacedId);
  if (replaced.role !== 'assistant') {
    throw new AppError(
      'INVALID_INPUT',
      `Message ${replacedId} is not a reply: name a message of the assistant, or send a new message.`,
    );
  }
  if (replaced.parent_id === null) {
    throw new AppError(
      'INVALID_INPUT',
      `The reply ${replacedId} does not follow a message: there is nothing to ask the model.`,
    );
  }
  const model = checkModelOnOffer(services.models, input.model ?? replaced.model);
  const job = { messageId, model, parameters: newParameters ?? fromRecorded(replaced.parameters ?? {}) };
  const { conversation_id: conversationId, parent_id: parentId } = replaced;
  const events = [replyEvent(job, { conversationId, parentId })];
  await appendAndStart(services, viewer, { events, job, conversationId });
  return { replyId: messageId };
}

const stopPollMs = 100;
const stopWaitMs = 5_000;

/**
 * Stops a reply and keeps its text; a reply that has ended is left unchanged. Resolves when the end is in the log, or
 * after five seconds if another node produces the reply and is slow.
 */
export async function stopGeneration(
  services: Pick<GenerationServices, 'pool' | 'generations' | 'relay'>,
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
  if (message.status !== 'streaming') return id;
  const deadline = Date.now() + stopWaitMs;
  // Repeated: a reply that has just been appended may not have started yet, here or on another node.
  while (!(await services.generations.stop(id)) && Date.now() < deadline) {
    await requestStop(services, id);
    await new Promise((resolve) => setTimeout(resolve, stopPollMs));
    if ((await readStatus())?.status !== 'streaming') break;
  }
  return id;
}
