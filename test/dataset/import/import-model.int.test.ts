// The laws of the import over random histories of the reference's kind: they come out as the model says, the same in
// both formats, and nothing comes of importing them again.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { added, asJson, ended, printed, type Said, started, updated } from '../../support/ensign.ts';
import { EnsignModel, feedbackIn } from '../../support/ensign-model.ts';
import { contentsOf, createImporter, type Importer } from '../../support/imported.ts';
import { everything } from '../../support/log.ts';
import { propertyTimeoutMs, randomRuns } from '../../support/scale.ts';

let database: TestDatabase;
let importer: Importer;
beforeAll(async () => {
  database = await createTestDatabase();
  importer = createImporter(database.url);
});
afterAll(async () => {
  await importer.close();
  await database.close();
});

// A few ids for all, so that most lines meet what others did.
const conversation = fc.constantFrom('chat 1', 'chat 2', '01J7PTGBKBEYJHJAMZ9Q9EE9SD');
const message = fc.constantFrom('1', '2', '3');
const text = fc.oneof(
  fc.constantFrom('', ' ', 'it\'s "quoted"\\', 'two\nlines'),
  fc.string({ unit: 'grapheme' }).filter((drawn) => !drawn.includes('\0')),
);
const rating = fc.oneof(fc.constantFrom('', '', 'like', 'dislike', null), fc.constantFrom(0, 0.25, 1));
const feedback = fc.oneof<fc.MaybeWeightedArbitrary<string | null>[]>(
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.option(text) },
);
const role = fc.constantFrom('user', 'assistant', 'assistant');
const odd = fc.dictionary(
  fc.constantFrom('tokens', 'nested'),
  fc.jsonValue({ maxDepth: 2, noUnicodeString: true }),
  { maxKeys: 1 },
);

const drawnLine: fc.Arbitrary<Said> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .tuple(conversation, fc.constantFrom('', 'ada'), odd)
      .map(([id, username, more]) => started(id, { username, ...more })),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(conversation, message, fc.record({ role, rating, feedback, content: text }), odd)
      .map(([place, id, fields, more]) => added(place, id, { ...fields, ...more })),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(conversation, message, fc.record({ rating, feedback }))
      .map(([place, id, fields]) => updated(place, id, fields)),
  },
  { weight: 1, arbitrary: conversation.map((id) => ended(id)) },
);
// A start or a message that comes twice contradicts the first one: its number makes it another.
const history = fc
  .array(drawnLine, { maxLength: 40, size: 'max' })
  .map((said) =>
    said.map((one, line) => (/^(start|add)/.test(one.type) ? { ...one, data: { ...one.data, line } } : one)),
  );

const feedbackRows = `SELECT coalesce(c.metadata ->> 'ensign_id', c.id) AS conversation, m.metadata ->> 'ensign_id' AS message,
    f.username, f.rating::text, f.score, f.comment
  FROM feedback AS f JOIN message AS m ON m.id = f.message_id JOIN conversation AS c ON c.id = m.conversation_id`;

/** Without the lines that are bad: some of them are good when they come again, after what they refer to. */
function withoutBad(said: Said[]): Said[] {
  const { bad } = new EnsignModel(said);
  return bad.length === 0 ? said : withoutBad(said.filter((_, index) => !bad.includes(index + 1)));
}

const clear = () => database.client.query('TRUNCATE topic, event, conversation, message, feedback');

async function isAsModelled(said: Said[]): Promise<void> {
  await clear();
  const { added: count, known, bad, ...model } = new EnsignModel(said);
  const imported = await importer.importLines(said.map(printed));
  const lines = imported.bad.map((reason) => Number.parseInt(reason, 10));
  expect({ ...imported, bad: lines }).toEqual({ added: count, known, bad });
  expect(new Set((await database.client.query(feedbackRows)).rows)).toEqual(
    new Set(feedbackIn(model.conversations)),
  );
}

async function isTheSameAgain(said: Said[]): Promise<void> {
  const { client } = database;
  await clear();
  await importer.importLines(said.map(printed));
  const [all, contents] = [await everything(client), await contentsOf(client)];
  const mixed = said.map((one, line) => (line % 3 === 0 ? printed(one) : asJson(one)));
  expect(await importer.importLines(mixed)).toMatchObject({ added: 0, bad: [] });
  expect(await everything(client)).toEqual(all);
  await clear();
  await importer.importLines(said.slice(0, said.length / 2).map(asJson));
  await importer.importLines(said.map(asJson));
  expect(await contentsOf(client)).toEqual(contents);
}

async function property(said: Said[]): Promise<void> {
  await isAsModelled(said);
  await isTheSameAgain(withoutBad(said));
}

it('random histories are imported as the model says, in either format, again, and in two goes', {
  timeout: propertyTimeoutMs,
}, async () => {
  await fc.assert(fc.asyncProperty(history, property), randomRuns({ small: 8, large: 25, seed: 20_261_123 }));
});
