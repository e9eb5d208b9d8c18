// What an export is made by: every filter and rule, read from texts, as the command line and a URL give them, or with
// lists, as GraphQL does. Together with the log it decides every byte of the export.
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { feedbackSourceSchema, roleSchema } from '../../log/event.ts';
import { checkTopic, defaultTopic } from '../../log/topic-name.ts';

export const conflictRules = ['majority', 'drop', 'keep-all'] as const;
export const pairKinds = ['preference', 'rating', 'correction'] as const;
export const replyRules = ['all', 'not-disliked', 'liked'] as const;
export const systemRules = ['keep', 'drop'] as const;
export const turnRules = ['thread', 'last'] as const;
export type ConflictRule = (typeof conflictRules)[number];
export type PairKind = (typeof pairKinds)[number];

const splitNames = /^[a-z][a-z0-9_-]{0,39}$/;

/** Text is split at its commas; a list is taken as it is, so that what it names may have commas. */
function listOf<Output>(item: z.ZodType<Output, string>) {
  const parts = z
    .string()
    .transform((text) => (text.trim() === '' ? [] : text.split(',').map((part) => part.trim())));
  return z
    .union([z.array(z.string()), parts])
    .pipe(z.array(item).min(1, 'must name at least one; where all may be, it is left out'));
}

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number from 0')
  .transform(Number);
const share = z
  .string()
  .regex(/^(0|1|0?\.\d+|0\.\d+|1\.0+)$/, 'must be a number from 0 to 1')
  .transform(Number);
const instant = z.iso
  .datetime({ offset: true, error: 'must be an instant such as 2026-11-23T18:00:00Z' })
  .transform((text) => new Date(text));
const flag = z
  .union([z.boolean(), z.enum(['true', 'false', ''], 'must be true or false')])
  .transform((given) => given === true || given === 'true' || given === '')
  .default(false);

const splits = listOf(
  z
    .string()
    .regex(/^[^=]+=[\d.]+$/, 'must be names with shares, such as train=0.9,eval=0.1')
    .transform((text) => {
      const [name = '', part] = text.split('=');
      return { name, share: Number(part) };
    })
    .refine(({ name }) => splitNames.test(name), 'must have names of lower-case letters, digits, - and _')
    .refine((split) => split.share > 0 && split.share <= 1, 'must have shares above 0, up to 1'),
)
  .refine(
    (all) => Math.abs(all.reduce((sum, split) => sum + split.share, 0) - 1) < 1e-9,
    'must have shares that add up to 1',
  )
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must name each part once');

const described = {
  topic: z.string().default(defaultTopic).describe('NAME|the topic'),
  'as-of': wholeNumber.optional().describe('OFFSET|as the log stood at this offset (default: the newest)'),
  models: listOf(z.string().min(1, 'names an empty one'))
    .optional()
    .describe('A,B|only replies of these models'),
  from: instant.optional().describe('TIME|only replies from this instant on'),
  to: instant.optional().describe('TIME|only replies before this instant'),
  source: listOf(feedbackSourceSchema)
    .optional()
    .describe(
      'A,B|whose feedback counts: end_user, reviewer, judge (default: end_user; of events and conversations all)',
    ),
  tags: listOf(z.string().min(1, 'names an empty one'))
    .optional()
    .describe('A,B|only feedback with one of these tags'),
  'min-raters': wholeNumber
    .optional()
    .describe('N|only what so many authors agree on (default: 1; of threads 0)'),
  'score-threshold': share
    .optional()
    .describe('X|where an author gave no rating, a score from X on is a like and one below it a dislike'),
  conflict: z
    .enum(conflictRules)
    .default('majority')
    .describe('RULE|where authors contradict each other: majority (a tie is dropped), drop, or keep-all'),
  pairs: listOf(z.enum(pairKinds))
    .default([...pairKinds])
    .describe('A,B|where pairs come from: preference, rating, correction (default: all)'),
  replies: z
    .enum(replyRules)
    .default('not-disliked')
    .describe(
      'WHICH|of threads: up to their first reply that was disliked, or over which a sibling was chosen (not-disliked), up to the last liked one (liked), or all',
    ),
  roles: listOf(roleSchema)
    .default(['system', 'user', 'assistant'])
    .describe('A,B|only messages of these roles (default: system,user,assistant)'),
  system: z.enum(systemRules).default('keep').describe('keep|drop|system prompts (default: keep)'),
  turns: z
    .enum(turnRules)
    .default('thread')
    .describe('WHICH|the whole thread before a reply, or only the last prompt: thread (default) or last'),
  'max-characters': wholeNumber.optional().describe('N|no record whose texts have more characters'),
  deduplicate: flag.describe('|of records that are exactly the same only the first'),
  'include-stopped': flag.describe('|also replies that were stopped'),
  redact: flag.describe(
    '|replace e-mail addresses, phone and card numbers, IP addresses and keys by placeholders',
  ),
  usernames: flag.describe('|let usernames out as they are'),
  pseudonymise: flag.describe('|usernames as hashes that only PSEUDONYM_KEY can make again'),
  provenance: flag.describe('|say in each record where it comes from'),
  split: splits.optional().describe('A=X,B=Y|parts and their shares, such as train=0.9,eval=0.1'),
  by: z
    .enum(['conversation', 'user'])
    .default('conversation')
    .describe('WHAT|what stays on one side of a split: conversation (default) or user'),
};

const recipeSchema = z.strictObject(described);
export type Recipe = z.output<typeof recipeSchema>;
export type RecipeName = keyof Recipe;

/** Each setting: its name, what it takes (nothing: it is switched on), and what it does. */
export const recipeSettings = Object.entries(described).map(([name, schema]) => {
  const [takes = '', ...does] = (schema.description ?? '').split(/\|(?=[^|]*$)/);
  return { name, takes, does: does.join('') };
});

function problemOf(recipe: Recipe): string | undefined {
  if (recipe.usernames && recipe.pseudonymise) return 'Give usernames or pseudonymise, not both.';
  if (recipe.from !== undefined && recipe.to !== undefined && recipe.from >= recipe.to) {
    return `from ${recipe.from.toISOString()} is not before to ${recipe.to.toISOString()}: nothing is between.`;
  }
  if (!recipe.roles.includes('assistant'))
    return 'roles lacks assistant: there would be no reply to learn from.';
  return undefined;
}

/**
 * Reads the settings from texts, and lists from lists of texts, too.
 * @param given by the names of the settings; undefined counts as not given
 * @throws AppError INVALID_INPUT that names what can't be
 */
export function readRecipe(given: Record<string, unknown>): Recipe {
  const { data, error } = recipeSchema.safeParse(given);
  const issue = error?.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(described).join(', ');
    throw new AppError(
      'INVALID_INPUT',
      `There is no ${JSON.stringify(issue.keys[0])}: choose from ${known}.`,
    );
  }
  if (issue !== undefined || data === undefined) {
    const name = String(issue?.path[0]);
    const value = JSON.stringify(given[name])?.slice(0, 100);
    const reason =
      issue?.code === 'invalid_value' ? `choose from ${issue.values.join(', ')}` : issue?.message;
    throw new AppError('INVALID_INPUT', `${name} ${value} can't be: ${reason}.`);
  }
  checkTopic(data.topic);
  const problem = problemOf(data);
  if (problem !== undefined) throw new AppError('INVALID_INPUT', problem);
  return data;
}
