// What the model answers: it follows from the prompt alone, so that every reply can be held against it.
import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../support/random.ts';
import { delta, done, finish, head, type Script, wait } from '../support/script.ts';
import type { RecordedRequest } from '../support/scripted-model.ts';

export const promptOf = (number: number) => `prompt ${number}`;

/** Tokens that are all different, of one to four bytes a character, most of them short. */
export function tokensOf(number: number): string[] {
  const random = createRandom(number);
  const isLong = random.below(10) === 0;
  const count = isLong ? 20 + random.below(40) : 5 + random.below(120);
  return Array.from({ length: count }, (_, index) => {
    const filling = isLong ? 'abcdefgh'.repeat(random.below(400)) : '';
    return `${number}.${index}${filling}é🌍 `;
  });
}

export const textOf = (number: number) => tokensOf(number).join('');

export function answer({ body }: RecordedRequest): Script {
  const number = Number(body.messages?.at(-1)?.content?.split(' ').at(-1));
  const pauseMs = 5 + createRandom(number + 1).below(50);
  const tokens = tokensOf(number).flatMap((token) => [delta(token), wait(() => delay(pauseMs))]);
  return [head(200), ...tokens, finish(), done];
}
