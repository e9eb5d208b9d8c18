// Feedback as Open WebUI exports it: a rating, and the chat as it stood then.
type Fields = Record<string, unknown>;

export const prompt = {
  id: 'p',
  parentId: null,
  childrenIds: ['a', 'b'],
  role: 'user',
  content: 'How many?',
  timestamp: 1_764_000_000,
};
export const answer = {
  id: 'a',
  parentId: 'p',
  childrenIds: [],
  role: 'assistant',
  content: 'Three.',
  model: 'zephyr',
  done: true,
  timestamp: 1_764_000_001,
};
export const other = { ...answer, id: 'b', content: 'Eleven.', model: 'llama' };

/** @param messages of the tree, as the snapshot has them */
export function entry({
  id = 'f1',
  data = {},
  meta = {},
  messages = [prompt, answer],
}: {
  id?: string;
  data?: Fields;
  meta?: Fields;
  messages?: (Fields & { id: string })[];
} = {}): Fields {
  return {
    id,
    user_id: 'ada-id',
    version: 0,
    type: 'rating',
    data: {
      rating: 1,
      model_id: 'zephyr',
      sibling_model_ids: null,
      reason: '',
      comment: '',
      tags: [],
      details: { rating: null },
      ...data,
    },
    meta: { model_id: 'zephyr', message_id: 'a', message_index: 2, chat_id: 'chat-1', arena: false, ...meta },
    snapshot: {
      chat: {
        id: 'chat-1',
        user_id: 'ada-id',
        title: 'Letters',
        created_at: 1_764_000_000,
        chat: {
          title: 'Letters',
          models: ['zephyr'],
          history: { currentId: 'a', messages: Object.fromEntries(messages.map((one) => [one.id, one])) },
        },
      },
    },
    created_at: 1_764_000_100,
    updated_at: 1_764_000_100,
  };
}
