// The laws of the import over random histories of the reference: the log holds what a simple model predicts, both formats
// give the same, and importing a file again adds nothing.
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

// Few different ids, so that most lines refer to what others did.
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
      .map(([conversationId, id, fields, more]) => added(conversationId, id, { ...fields, ...more })),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(conversation, message, fc.record({ rating, feedback }))
      .map(([conversationId, id, fields]) => updated(conversationId, id, fields)),
  },
  { weight: 1, arbitrary: conversation.map((id) => ended(id)) },
);
// The number of the line makes a second start, or a second message with the same id, contradict the first.
const history = fc
  .array(drawnLine, { maxLength: 40, size: 'max' })
  .map((lines) =>
    lines.map((one, line) => (/^(start|add)/.test(one.type) ? { ...one, data: { ...one.data, line } } : one)),
  );

const feedbackRows = `SELECT coalesce(c.metadata ->> 'ensign_id', c.id) AS conversation, m.metadata ->> 'ensign_id' AS message,
    f.username, f.rating::text, f.score, f.comment
  FROM feedback AS f JOIN message AS m ON m.id = f.message_id JOIN conversation AS c ON c.id = m.conversation_id`;

/** The history without bad lines: a bad line may be good in a second import, after what it refers to. */
function withoutBad(lines: Said[]): Said[] {
  const { bad } = new EnsignModel(lines);
  return bad.length === 0 ? lines : withoutBad(lines.filter((_, index) => !bad.includes(index + 1)));
}

const clear = () => database.client.query('TRUNCATE topic, event, conversation, message, feedback');

async function expectAsModelled(lines: Said[]): Promise<void> {
  await clear();
  const { added: count, known, bad, ...model } = new EnsignModel(lines);
  const imported = await importer.importLines(lines.map(printed));
  const badLines = imported.bad.map((reason) => Number.parseInt(reason, 10));
  expect({ ...imported, bad: badLines }).toEqual({ added: count, known, bad });
  expect(new Set((await database.client.query(feedbackRows)).rows)).toEqual(
    new Set(feedbackIn(model.conversations)),
  );
}

async function expectUnchangedWhenRepeated(lines: Said[]): Promise<void> {
  const { client } = database;
  await clear();
  await importer.importLines(lines.map(printed));
  const [all, contents] = [await everything(client), await contentsOf(client)];
  const mixed = lines.map((one, line) => (line % 3 === 0 ? printed(one) : asJson(one)));
  expect(await importer.importLines(mixed)).toMatchObject({ added: 0, bad: [] });
  expect(await everything(client)).toEqual(all);
  await clear();
  await importer.importLines(lines.slice(0, lines.length / 2).map(asJson));
  await importer.importLines(lines.map(asJson));
  expect(await contentsOf(client)).toEqual(contents);
}

async function property(lines: Said[]): Promise<void> {
  await expectAsModelled(lines);
  await expectUnchangedWhenRepeated(withoutBad(lines));
}

it('random histories are imported as the model predicts: in either format, repeatedly, and in two parts', {
  timeout: propertyTimeoutMs,
}, async () => {
  await fc.assert(fc.asyncProperty(history, property), randomRuns({ small: 8, large: 25, seed: 20_261_123 }));
});
