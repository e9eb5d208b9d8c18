// What most tests begin with: a conversation, a prompt, a reply that is followed to its end.
import * as operations from '../../src/client/operations.ts';
import type { Carrier, GraphQLClient } from './graphql-client.ts';

export async function startConversation(
  client: GraphQLClient,
  input: Partial<operations.StartConversationInput> = {},
): Promise<string> {
  const { startConversation: payload } = await client.run(operations.StartConversationDocument, {
    input: { model: 'model-a', ...input },
  });
  return payload.conversation.id;
}

/** @returns the id of the reply, which is being produced */
export async function sendMessage(
  client: GraphQLClient,
  input: operations.SendMessageInput,
): Promise<string> {
  const { sendMessage: payload } = await client.run(operations.SendMessageDocument, { input });
  return payload.reply.id;
}

type GenerationEvent = operations.GenerationSubscription['generation'];
export type ReplyMessage = Extract<GenerationEvent, { __typename: 'GenerationEnd' }>['message'];

export type FollowedReply = { text: string; reasoning: string; pieces: number; end: ReplyMessage };

/** Follows a reply to its end. @throws Error where a piece does not continue its channel */
export async function followReply(
  client: GraphQLClient,
  carrier: Carrier,
  place: { messageId: string; after?: number; afterReasoning?: number },
): Promise<FollowedReply> {
  const after = { TEXT: place.after ?? 0, REASONING: place.afterReasoning ?? 0 };
  const follow = client.follow(carrier, operations.GenerationDocument, {
    messageId: place.messageId,
    after: after.TEXT,
    afterReasoning: after.REASONING,
  });
  const said = { TEXT: '', REASONING: '' };
  let pieces = 0;
  try {
    for await (const { generation } of follow) {
      if (generation.__typename === 'GenerationEnd') {
        return { text: said.TEXT, reasoning: said.REASONING, pieces, end: generation.message };
      }
      const { channel } = generation;
      if (generation.__typename === 'GenerationRewind') throw new Error(`${channel} was taken back.`);
      if (generation.offset !== after[channel] + said[channel].length) {
        throw new Error(`A gap before ${generation.offset} of ${channel}.`);
      }
      said[channel] += generation.text;
      pieces += 1;
    }
  } finally {
    await follow.leave();
  }
  throw new Error('The subscription ended without GenerationEnd.');
}
