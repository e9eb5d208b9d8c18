// What a client of the graph asks for, as the settings of a recipe.
import type { FeedbackSource, Role } from '../log/event.ts';
import { type ConflictRule, type PairKind, type Recipe, readRecipe } from './recipe.ts';

type Optional<Value> = Value | null | undefined;

export type DatasetFilter = {
  topic?: Optional<string>;
  asOf?: Optional<number>;
  models?: Optional<readonly string[]>;
  from?: Optional<Date>;
  to?: Optional<Date>;
  sources?: Optional<readonly FeedbackSource[]>;
  tags?: Optional<readonly string[]>;
  minRaters?: Optional<number>;
  scoreThreshold?: Optional<number>;
  conflict?: Optional<ConflictRule>;
  pairs?: Optional<readonly PairKind[]>;
  replies?: Optional<Recipe['replies']>;
  turns?: Optional<Recipe['turns']>;
  roles?: Optional<readonly Role[]>;
  keepSystem?: Optional<boolean>;
  maxCharacters?: Optional<number>;
  deduplicate?: Optional<boolean>;
  includeStopped?: Optional<boolean>;
  redact?: Optional<boolean>;
  pseudonymise?: Optional<boolean>;
  provenance?: Optional<boolean>;
};

const numeral = (value: Optional<number>) => (value == null ? undefined : String(value));

/** @throws AppError INVALID_INPUT that names what can't be */
export function recipeOf(filter: DatasetFilter): Recipe {
  const { asOf, sources, from, to, minRaters, scoreThreshold, keepSystem, ...same } = filter;
  const { maxCharacters, includeStopped, ...named } = same;
  const settings = {
    ...named,
    ...{ 'as-of': numeral(asOf), source: sources, from: from?.toISOString(), to: to?.toISOString() },
    ...{ 'min-raters': numeral(minRaters), 'score-threshold': numeral(scoreThreshold) },
    ...{ 'max-characters': numeral(maxCharacters), 'include-stopped': includeStopped },
    system: keepSystem === false ? 'drop' : 'keep',
  };
  // null says no more than nothing does.
  return readRecipe(Object.fromEntries(Object.entries(settings).filter(([, value]) => value != null)));
}
