// The settings of an export: every filter and rule. Read from texts (the command line, a URL) or with lists (GraphQL).
// Together with the log they decide every byte of the export.
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

const partName = /^[a-z][a-z0-9_-]{0,39}$/;

/** Splits a text at its commas. Takes a list unchanged, so that its items may contain commas. */
function listOf<Output>(item: z.ZodType<Output, string>) {
  const commaSeparated = z
    .string()
    .transform((text) => (text.trim() === '' ? [] : text.split(',').map((part) => part.trim())));
  return z
    .union([z.array(z.string()), commaSeparated])
    .pipe(z.array(item).min(1, 'must name at least one; leave it out to allow all'));
}

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number from 0')
  .transform(Number);
const fraction = z
  .string()
  .regex(/^(0|1|0?\.\d+|0\.\d+|1\.0+)$/, 'must be a number from 0 to 1')
  .transform(Number);
const instant = z.iso
  .datetime({ offset: true, error: 'must be an instant such as 2026-11-23T18:00:00Z' })
  .transform((text) => new Date(text));
const flag = z
  .union([z.boolean(), z.enum(['true', 'false', ''], 'must be true or false')])
  .transform((value) => value === true || value === 'true' || value === '')
  .default(false);

const splits = listOf(
  z
    .string()
    .regex(/^[^=]+=[\d.]+$/, 'must be names with shares, such as train=0.9,eval=0.1')
    .transform((text) => {
      const [name = '', share] = text.split('=');
      return { name, share: Number(share) };
    })
    .refine(({ name }) => partName.test(name), 'must have names of lower-case letters, digits, - and _')
    .refine(({ share }) => share > 0 && share <= 1, 'must have shares above 0, up to 1'),
)
  .refine(
    (parts) => Math.abs(parts.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9,
    'must have shares that add up to 1',
  )
  .refine(
    (parts) => new Set(parts.map(({ name }) => name)).size === parts.length,
    'must name each part once',
  );

/** Each setting with its help: its value, a bar, and its meaning. Without a value before the bar it is a flag. */
const settings = {
  topic: z.string().default(defaultTopic).describe(`NAME|the topic (default: ${defaultTopic})`),
  'as-of': wholeNumber.optional().describe('OFFSET|export the log as of this offset (default: the newest)'),
  models: listOf(z.string().min(1, 'contains an empty name'))
    .optional()
    .describe('A,B|only replies of these models'),
  from: instant.optional().describe('TIME|only replies from this instant on'),
  to: instant.optional().describe('TIME|only replies before this instant'),
  source: listOf(feedbackSourceSchema)
    .optional()
    .describe(
      'A,B|only feedback of these sources: end_user, reviewer, judge (default: end_user; for events and conversations all)',
    ),
  tags: listOf(z.string().min(1, 'contains an empty name'))
    .optional()
    .describe('A,B|only feedback with one of these tags'),
  'min-raters': wholeNumber
    .optional()
    .describe('N|only records that at least N authors agree on (default: 1; for threads 0)'),
  'score-threshold': fraction
    .optional()
    .describe('X|count a score without a rating: from X on as a like, below X as a dislike'),
  conflict: z
    .enum(conflictRules)
    .default('majority')
    .describe(
      'RULE|if authors contradict each other: majority (drops a tie), drop, or keep-all (default: majority)',
    ),
  pairs: listOf(z.enum(pairKinds))
    .default([...pairKinds])
    .describe('A,B|what to make pairs of: preference, rating, correction (default: all)'),
  replies: z
    .enum(replyRules)
    .default('not-disliked')
    .describe(
      'WHICH|how much of a thread: until a reply was disliked or a sibling was preferred (not-disliked), until the last liked reply (liked), or all (default: not-disliked)',
    ),
  roles: listOf(roleSchema)
    .default(['system', 'user', 'assistant'])
    .describe('A,B|only messages with these roles (default: system,user,assistant)'),
  system: z
    .enum(systemRules)
    .default('keep')
    .describe('keep|drop|keep or drop system prompts (default: keep)'),
  turns: z
    .enum(turnRules)
    .default('thread')
    .describe(
      'WHICH|the prompt of a reply: the whole thread before it (thread), or only its end (last) (default: thread)',
    ),
  'max-characters': wholeNumber.optional().describe('N|only records with at most N characters of content'),
  deduplicate: flag.describe('|write equal records once'),
  'include-stopped': flag.describe('|also export replies that were stopped'),
  redact: flag.describe(
    '|replace e-mail addresses, phone and card numbers, IP addresses and keys by placeholders',
  ),
  usernames: flag.describe('|export usernames unchanged'),
  pseudonymise: flag.describe('|replace usernames by hashes with the key PSEUDONYM_KEY'),
  provenance: flag.describe('|add to each record where it comes from'),
  split: splits.optional().describe('A=X,B=Y|parts and their shares, such as train=0.9,eval=0.1'),
  by: z
    .enum(['conversation', 'user'])
    .default('conversation')
    .describe('WHAT|what a split keeps in one part: conversation or user (default: conversation)'),
};

const recipeSchema = z.strictObject(settings);
export type Recipe = z.output<typeof recipeSchema>;

/** The settings for help texts. `value` is '' for a flag. */
export const recipeSettings = Object.entries(settings).map(([name, schema]) => {
  const [value = '', ...meaning] = (schema.description ?? '').split(/\|(?=[^|]*$)/);
  return { name, value, meaning: meaning.join('') };
});

/** What is wrong between settings that are each valid. */
function contradictionIn(recipe: Recipe): string | undefined {
  if (recipe.usernames && recipe.pseudonymise) {
    return 'usernames and pseudonymise exclude each other: give one of them.';
  }
  if (recipe.from !== undefined && recipe.to !== undefined && recipe.from >= recipe.to) {
    return `from ${recipe.from.toISOString()} is not before to ${recipe.to.toISOString()}: swap them.`;
  }
  if (!recipe.roles.includes('assistant')) {
    return 'roles does not include assistant: without replies there is nothing to learn from.';
  }
  return undefined;
}

/**
 * Reads the settings. Each value is a text, a list of texts, or for a flag a boolean.
 * @param values by the names of the settings; undefined counts as omitted
 * @throws AppError INVALID_INPUT that names the setting and its value
 */
export function readRecipe(values: Record<string, unknown>): Recipe {
  const { data, error } = recipeSchema.safeParse(values);
  const issue = error?.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const names = Object.keys(settings).join(', ');
    throw new AppError(
      'INVALID_INPUT',
      `There is no setting ${JSON.stringify(issue.keys[0])}: choose from ${names}.`,
    );
  }
  if (issue !== undefined || data === undefined) {
    const name = String(issue?.path[0]);
    const value = JSON.stringify(values[name])?.slice(0, 100);
    const reason =
      issue?.code === 'invalid_value' ? `choose from ${issue.values.join(', ')}` : issue?.message;
    throw new AppError('INVALID_INPUT', `${name} ${value} is not valid: ${reason}.`);
  }
  checkTopic(data.topic);
  const contradiction = contradictionIn(data);
  if (contradiction !== undefined) throw new AppError('INVALID_INPUT', contradiction);
  return data;
}
