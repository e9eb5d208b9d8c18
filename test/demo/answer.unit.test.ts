import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, demoModels } from '../../src/demo/answer.ts';

const [concise = '', chatty = ''] = demoModels;

/** The demo's replies to these questions, asked one after the other. */
function talk(questions: string[], model = concise): string[] {
  const messages: { role: string; content: string }[] = [];
  return questions.map((content) => {
    messages.push({ role: 'user', content });
    const reply = answer(messages, model);
    messages.push({ role: 'assistant', content: reply });
    return reply;
  });
}
const last = (...questions: string[]): string | undefined => talk(['hi', ...questions]).at(-1);

describe.each(demoModels)('%s', (model) => {
  it('says in the first words of a conversation that it is a demo, and only there', () => {
    const [first, second] = talk(['Why is the sky blue?', 'And the sea?'], model);
    expect(first).toMatch(/^I am Afterword's built-in demo, not a language model/);
    expect(second).not.toContain('built-in demo');
  });

  it('gives the same answer to the same conversation, in text that any database holds', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }), (questions) => {
        const replies = talk(questions, model);
        expect(replies).toEqual(talk(questions, model));
        for (const reply of replies) expect(reply).not.toBe('');
      }),
    );
  });

  it('repeats the question when it can not answer', () => {
    expect(talk(['Why is the sky blue?'], model)[0]).toContain('Why is the sky blue?');
  });
});

describe('the demo', () => {
  it.each([
    ["How many r's are in strawberry?", `There are three r's in "strawberry"`],
    ['how many r in strawberry', `There are three r's in "strawberry"`],
    [
      'How many times does the letter S appear in the word "Mississippi"?',
      `There are four S's in "Mississippi"`,
    ],
    ['how many "e"s are there in tree?', `There are two e's in "tree"`],
    ['How many z’s are in pizza', `There are two z's in "pizza"`],
    ['How many b are in blue', `There is one b in "blue"`],
    ['How many x are in blue', `There are no x's in "blue"`],
  ])('counts letters: %s', (question, counted) => {
    expect(last(question)).toContain(counted);
  });

  it('shows in its chatty version where the letters are, in markdown', () => {
    const [reply] = talk(["How many r's are in strawberry?"], chatty);
    expect(reply).toContain('s · t · **r** · a · w · b · e · **r** · **r** · y');
    expect(reply).toContain('places 3, 8, 9');
    expect(reply).toContain("**three r's**");
  });

  it.each([
    ['what is 12 * 34?', '12 * 34 = 408.'],
    ['0.1+0.2', '0.1 + 0.2 = 0.3.'],
    ['calculate 7 / 2', '7 / 2 = 3.5.'],
    ['what is 1 / 0', 'divided by zero'],
    ['what is 3 x -4', '3 x -4 = -12.'],
    ['How many letters are in the word banana?', '"banana" has 6 letters.'],
    ['Reverse strawberry', '"strawberry" backwards is "yrrebwarts".'],
    ['spell "level" backwards', 'A palindrome!'],
  ])('computes: %s', (question, result) => {
    expect(last(question)).toContain(result);
  });

  it.each(['It was released on 2024-05-06.', 'What changed in 1.2-3.4.5?', 'What is on 2024-05-06?'])(
    'does not mistake a date or version for a sum: %s',
    (question) => {
      expect(last(question)).toContain('I know nothing of the world');
    },
  );

  it.each([
    [['My name is Ada.', "What's my name?"], 'Your name is Ada'],
    [["hello, I'm Grace", 'Do you remember my name?'], 'Your name is Grace'],
    [["I'm tired", 'What is my name?'], 'You have not told me your name'],
    [['Is my name Ada?', 'What is my name?'], 'You have not told me your name'],
    [['My name is Ada. Call me Countess!', 'who am I?'], 'Your name is Ada'],
    [['My dog is Rex and my favourite colour is deep green', 'what is my dog?'], 'your dog is Rex.'],
    [['My dog is Rex and my favourite colour is deep green', 'What is my favourite colour?'], 'deep green'],
    [["My dog's name is Rex", "what is my dog's name?"], 'Rex'],
    [['I live in Köln. Nice city?', 'Where do I live?'], 'You live in Köln.'],
    [['what is my shoe size?'], 'You have not told me what your shoe size is'],
    [['One?', 'Two?', 'What did I ask before?'], 'Just before this you wrote: "Two?"'],
    [['One?', 'What did I ask first?'], 'First you wrote: "hi"'],
    [['One?', 'How many messages have I sent?'], 'You have sent me 3 messages'],
  ])('reads the conversation: %j', (questions, answered) => {
    expect(last(...questions)).toContain(answered);
  });

  it('varies with the seed, and only then', () => {
    const messages = [{ role: 'user', content: 'Why is the sky blue?' }];
    const seeded = Array.from({ length: 20 }, (_, seed) => answer(messages, chatty, seed));
    expect(new Set(seeded).size).toBeGreaterThan(1);
    expect(answer(messages, chatty, 3)).toBe(seeded[3]);
  });

  it('answers for an unknown model id as for the first', () => {
    const questions = ['hello', 'Why?'];
    expect(talk(questions, 'unknown')).toEqual(talk(questions, concise));
    expect(talk(questions, chatty)).not.toEqual(talk(questions, concise));
  });

  it('reads only the beginning of a long message, and says so', () => {
    const startedAt = performance.now();
    const [reply] = talk(['how many messages '.repeat(50_000)], chatty);
    expect(reply).toContain('I read only the beginning');
    // Unbounded, the patterns would take minutes for it, and the whole server with them.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
