// The parameters of a generation, in their three forms: as clients send them, for the model, and as the log records them.
import { checkText } from '../conversation/validate-text.ts';
import { AppError } from '../errors.ts';
import type { Optional } from '../lib/optional.ts';
import type { RecordedParameters } from '../log/event.ts';
import type { GenerationParameters } from './provider/provider.ts';

/** As clients send them. Null means not set. */
export type ParametersInput = {
  temperature?: Optional<number>;
  maxTokens?: Optional<number>;
  topP?: Optional<number>;
  stop?: Optional<readonly string[]>;
  seed?: Optional<number>;
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
    throw new AppError('LIMIT_EXCEEDED', `stop has ${stop.length} entries: use at most 4.`);
  }
  return stop.map((text) => checkText('stop', text, { bytes: 1_000 }));
}

/** @throws AppError INVALID_INPUT or LIMIT_EXCEEDED if one is out of range */
export function checkParameters(input: Optional<ParametersInput>): GenerationParameters {
  const { temperature, maxTokens, topP, stop, seed } = input ?? {};
  return {
    ...(temperature == null ? {} : { temperature: checkRange('temperature', temperature, [0, 2]) }),
    ...(maxTokens == null ? {} : { maxTokens: checkRange('maxTokens', maxTokens, [1, 10_000_000]) }),
    ...(topP == null ? {} : { topP: checkRange('topP', topP, [0, 1]) }),
    ...(stop == null ? {} : { stop: checkStop(stop) }),
    ...(seed == null ? {} : { seed }),
  };
}

/** As the log records them. */
export function recorded(parameters: GenerationParameters): RecordedParameters {
  const { maxTokens, topP, ...sameNames } = parameters;
  return {
    ...sameNames,
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(topP === undefined ? {} : { top_p: topP }),
  };
}

/** The parameters of an earlier reply, to use them again. */
export function fromRecorded(parameters: RecordedParameters): GenerationParameters {
  const { temperature, max_tokens, top_p, stop, seed } = parameters;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(max_tokens === undefined ? {} : { maxTokens: max_tokens }),
    ...(top_p === undefined ? {} : { topP: top_p }),
    ...(stop === undefined ? {} : { stop }),
    ...(seed === undefined ? {} : { seed }),
  };
}
