// A topic with conversations that were rated, chosen among, and corrected: what exports are made of.
import type pg from 'pg';
import { newId } from '../../src/lib/ulid.ts';
import { add, append, type Item, reply, start, update } from './log.ts';

export type RatedLog = {
  topic: string;
  /** A prompt with three replies: the first was chosen over the second, and the third was liked by one, disliked by two. */
  compared: { conversation: string; prompt: string; replies: [string, string, string] };
  /** Two turns: the first reply was corrected, the second liked. */
  corrected: { conversation: string; replies: [string, string] };
};

const by = (username: string, source = 'end_user') => ({ username, source });

/** One append each, as someone who may write for anyone. */
async function appendAll(client: pg.ClientBase, items: Item[]): Promise<void> {
  for (const item of items) {
    const [answer] = await append(client, { ...item, privileged: true });
    if (answer?.refusal !== undefined) throw new Error(`Refused: ${answer.refusal}: ${answer.detail}`);
  }
}

async function addCompared(client: pg.ClientBase, topic: string): Promise<RatedLog['compared']> {
  const [conversation, prompt, first, second, third] = [newId(), newId(), newId(), newId(), newId()];
  await appendAll(client, [
    start(conversation, { topic }),
    add(conversation, prompt, { content: 'How many r are in strawberry?' }),
    reply(conversation, first, { content: 'Three.', parent_id: prompt }),
    reply(conversation, second, { content: 'Eleven.', parent_id: prompt }),
    reply(conversation, third, { content: 'Two.', parent_id: prompt, model: 'other' }),
    update(first, { ...by('ada'), preferred_over: [second] }),
    update(third, { ...by('ada'), rating: 'like' }),
    update(third, { ...by('bob'), rating: 'dislike' }),
    update(third, { ...by('cy'), rating: 'dislike' }),
    update(first, { ...by('bob'), rating: 'like' }),
  ]);
  return { conversation, prompt, replies: [first, second, third] };
}

async function addCorrected(client: pg.ClientBase, topic: string): Promise<RatedLog['corrected']> {
  const [conversation, system, first, second] = [newId(), newId(), newId(), newId()];
  await appendAll(client, [
    start(conversation, { topic }),
    add(conversation, system, { role: 'system', content: 'Be brief.' }),
    add(conversation, newId(), { content: 'What is the capital of Austria?' }),
    reply(conversation, first, { content: 'Graz' }),
    add(conversation, newId(), { content: 'And of France?' }),
    reply(conversation, second, { content: 'Paris' }),
    update(first, { ...by('ada'), rating: 'dislike', correction: 'Vienna', tags: ['wrong'] }),
    update(second, { ...by('ada'), rating: 'like' }),
  ]);
  return { conversation, replies: [first, second] };
}

export async function addRatedLog(client: pg.ClientBase, topic: string): Promise<RatedLog> {
  const compared = await addCompared(client, topic);
  return { topic, compared, corrected: await addCorrected(client, topic) };
}
