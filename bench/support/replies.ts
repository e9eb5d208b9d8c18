// Starts replies for the benchmarks of streaming: the scripted model tells them apart by the number in the prompt.
import { z } from 'zod';
import { askGraphql } from './graphql.ts';

export const promptOf = (generation: number): string => `generation ${generation}`;

const startDocument = 'mutation { startConversation(input: { model: "bench" }) { conversation { id } } }';
const startedSchema = z.object({
  startConversation: z.object({ conversation: z.object({ id: z.string() }) }),
});
const sendDocument = `mutation ($id: ID!, $content: String!) {
  sendMessage(input: { conversationId: $id, content: $content }) { reply { id } }
}`;
const sentSchema = z.object({ sendMessage: z.object({ reply: z.object({ id: z.string() }) }) });

/** @returns id of the reply, for which the model has not written anything yet */
export async function startReply(url: string, generation: number): Promise<string> {
  const started = startedSchema.parse(await askGraphql(url, startDocument, {}));
  const { id } = started.startConversation.conversation;
  const sent = sentSchema.parse(await askGraphql(url, sendDocument, { id, content: promptOf(generation) }));
  return sent.sendMessage.reply.id;
}
