// Asks a scripted model once, through the real client, and tells all that came of it.
import { createOpenAIClient } from '../../src/generation/provider/openai.ts';
import type { ModelClientOptions, ModelRequest } from '../../src/generation/provider/provider.ts';
import type { ScriptedModel } from './scripted-model.ts';

/** A key that no message of any failure may show. */
export const apiKey = 'sk-secret-of-the-test';

export type AskOptions = {
  request?: Partial<ModelRequest>;
  client?: Partial<ModelClientOptions>;
  onText?: (text: string) => void;
};

/** Never rejects, so that a test can look at the pieces that came before a failure. */
export async function askModel(model: ScriptedModel, { request, client, onText }: AskOptions = {}) {
  const pieces: string[] = [];
  const thoughts: string[] = [];
  const options = { baseUrl: model.url, apiKey, timeoutMs: 4_000, idleTimeoutMs: 4_000, ...client };
  const asked: ModelRequest = {
    model: 'zephyr',
    messages: [{ role: 'user', content: 'hi' }],
    parameters: {},
    signal: new AbortController().signal,
    ...request,
  };
  const outcome = await createOpenAIClient(options)
    .generate(asked, (channel, piece) => {
      if (channel === 'text') pieces.push(piece);
      else thoughts.push(piece);
      onText?.(piece);
    })
    .then(
      (result) => ({ result, error: undefined }),
      (error: unknown) => ({ result: undefined, error }),
    );
  const message = outcome.error instanceof Error ? outcome.error.message : '';
  const code: unknown = outcome.error instanceof Error ? Reflect.get(outcome.error, 'code') : undefined;
  return { ...outcome, pieces, text: pieces.join(''), reasoning: thoughts.join(''), message, code };
}
