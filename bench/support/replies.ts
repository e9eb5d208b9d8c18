// Begins replies as the benchmarks of streaming need them: the model knows each by the number in its prompt.
import { z } from 'zod';
import { askGraphql } from './graphql.ts';

export const promptOf = (place: number): string => `generation ${place}`;

const startDocument = 'mutation { startConversation(input: { model: "bench" }) { conversation { id } } }';
const startedSchema = z.object({
  startConversation: z.object({ conversation: z.object({ id: z.string() }) }),
});
const sendDocument = `mutation ($id: ID!, $content: String!) {
  sendMessage(input: { conversationId: $id, content: $content }) { reply { id } }
}`;
const sentSchema = z.object({ sendMessage: z.object({ reply: z.object({ id: z.string() }) }) });

/** @returns the id of the reply, which waits for the model */
export async function beginReply(url: string, place: number): Promise<string> {
  const started = startedSchema.parse(await askGraphql(url, startDocument, {}));
  const { id } = started.startConversation.conversation;
  const sent = sentSchema.parse(await askGraphql(url, sendDocument, { id, content: promptOf(place) }));
  return sent.sendMessage.reply.id;
}
