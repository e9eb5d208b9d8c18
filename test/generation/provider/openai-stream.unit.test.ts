import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlainReader, createStreamReader } from '../../../src/generation/provider/openai-stream.ts';
import type { BodyReader } from '../../../src/generation/provider/protocol.ts';
import type { Channel } from '../../../src/generation/provider/provider.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const token = (content: string): string => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}`;
const finish = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}';

function readAll(reader: BodyReader, reads: Uint8Array[], channel: Channel = 'text'): string[] {
  const outputs = [...reads.map((bytes) => reader.read(bytes)), reader.end()];
  return outputs.map((pieces) => pieces[channel]).filter((text) => text !== '');
}

describe('a reader of an event stream', () => {
  it('returns the same text however the bytes are split, with LF, CRLF and CR', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(400), { maxLength: 12 }),
        (texts, newline, cuts) => {
          const lines = [': hello', ...texts.map(token), finish, 'data: [DONE]'];
          const bytes = encode(lines.map((line) => line + newline + newline).join(''));
          const ends = [...cuts.map((cut) => cut % bytes.length), bytes.length].sort((a, b) => a - b);
          const reads = ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
          const reader = createStreamReader();
          expect(readAll(reader, reads).join('')).toBe(texts.join('').replaceAll('\0', '\ufffd'));
          expect(reader.progress).toEqual({
            finishReason: 'stop',
            usage: undefined,
            isDone: true,
            failure: undefined,
          });
        },
      ),
    );
  });

  it('joins the events of one read into one piece', () => {
    const reader = createStreamReader();
    expect(reader.read(encode(`${token('one ')}\n\n${token('two')}\n\n`)).text).toBe('one two');
  });

  it('returns text that a database can hold, and never half of a surrogate pair', () => {
    const frames = ['a\\u0000b', '\\ud83d', '\\ude00', '\\ud83d', 'x', '\\ude00', 'y\\ud83d'];
    const reads = frames.map((content) =>
      encode(`data: {"choices":[{"delta":{"content":"${content}"}}]}\n\n`),
    );
    expect(readAll(createStreamReader(), reads)).toEqual([
      'a\ufffdb',
      '😀',
      '\ufffdx',
      '\ufffd',
      'y',
      '\ufffd',
    ]);
  });

  it('takes the last event even without the blank line after it', () => {
    const reader = createStreamReader();
    expect(readAll(reader, [encode(`${token('all')}\n\ndata: [DONE]`)])).toEqual(['all']);
    expect(reader.progress.isDone).toBe(true);
  });

  it('keeps the text before an error, and takes none after it', () => {
    const reader = createStreamReader();
    const body = `${token('before')}\n\ndata: {"error":{"message":"out of memory"}}\n\n${token('after')}\n\n`;
    expect(reader.read(encode(body)).text).toBe('before');
    expect(reader.read(encode(`${token('later')}\n\n`)).text).toBe('');
    expect(reader.progress.failure).toEqual({ happened: 'reported an error', quoted: 'out of memory' });
  });

  it.each([
    ['an error that is a string', 'data: {"error":"overloaded","error_type":"overloaded"}', 'overloaded'],
    ['an event named error', 'event: error\ndata: {"message":"gone"}', 'gone'],
    ['an event named error that is not JSON', 'event: error\ndata: gone wrong', 'gone wrong'],
    ['an object of type error', 'data: {"object":"error","message":"bad","code":400}', 'bad'],
    ['an error in the choice', 'data: {"choices":[{"error":{"code":502,"message":"provider"}}]}', 'provider'],
    ['an error without a message', 'data: {"error":{"code":7}}', '{"error":{"code":7}}'],
  ])('recognises %s', (_, body, quoted) => {
    const reader = createStreamReader();
    reader.read(encode(`${body}\n\n`));
    expect(reader.progress.failure).toEqual({
      happened: 'reported an error',
      quoted,
    });
  });

  it('survives an error that is nested so deep that a recursion would overflow', () => {
    const reader = createStreamReader();
    const depth = 50_000;
    reader.read(encode(`data: ${'{"error":'.repeat(depth)}"x"${'}'.repeat(depth)}\n\n`));
    expect(reader.progress.failure?.happened).toBe('reported an error');
  });

  it.each([
    '5',
    'null',
    '"text"',
    '[]',
    '{}',
    '{"choices":[null]}',
    '{"choices":[{"delta":5}]}',
    '{"choices":{}}',
  ])('ignores %s, which is JSON but not a chunk', (json) => {
    const reader = createStreamReader();
    expect(readAll(reader, [encode(`data: ${json}\n\ndata:\n\n${token('text')}\n\n`)])).toEqual(['text']);
    expect(reader.progress.failure).toBeUndefined();
  });

  it('fails on an event that is not JSON, but not on one that is cut off by the end of the body', () => {
    const broken = createStreamReader();
    broken.read(encode('data: {"choices"\n\n'));
    expect(broken.progress.failure).toEqual({
      happened: 'sent an event that is not JSON',
      quoted: '{"choices"',
    });
    const cut = createStreamReader();
    readAll(cut, [encode(`${token('text')}\n\ndata: {"choices"`)]);
    expect(cut.progress.failure).toBeUndefined();
  });

  it('fails on an event that grows beyond eight million characters', () => {
    const reader = createStreamReader();
    const megabyte = encode('x'.repeat(1024 * 1024));
    reader.read(encode('data: "'));
    for (let n = 0; n < 9; n += 1) reader.read(megabyte);
    expect(reader.progress.failure?.happened).toBe('sent an event that is too large');
  });

  it('keeps the last usage, and ignores a usage that is invalid', () => {
    const reader = createStreamReader();
    reader.read(encode('data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n'));
    reader.read(encode('data: {"choices":[],"usage":{"prompt_tokens":"3","completion_tokens":-1}}\n\n'));
    expect(reader.progress.usage).toEqual({ promptTokens: 3, completionTokens: 4, totalTokens: 7 });
  });

  it('reads content that comes as typed parts', () => {
    const reader = createStreamReader();
    const parts = [{ type: 'text', text: 'a' }, { type: 'image' }, null, { type: 'text', text: 'b' }];
    expect(
      reader.read(encode(`data: ${JSON.stringify({ choices: [{ delta: { content: parts } }] })}\n\n`)).text,
    ).toBe('ab');
  });
});

describe('reasoning', () => {
  const event = (delta: object) => encode(`data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`);

  it.each([
    ['reasoning_content', { reasoning_content: 'hm' }],
    ['reasoning', { reasoning: 'hm' }],
    ['both, which have the same text', { reasoning_content: 'hm', reasoning: 'hm' }],
    ['reasoning, beside reasoning_content null', { reasoning_content: null, reasoning: 'hm' }],
    ['reasoning, beside content null', { content: null, reasoning: 'hm' }],
    ['parts that repeat it', { reasoning: 'hm', reasoning_details: [{ text: 'hm' }] }],
  ])('is read from %s, apart from the text', (_, delta) => {
    expect(createStreamReader().read(event(delta))).toEqual({ text: '', reasoning: 'hm' });
    const message = JSON.stringify({ choices: [{ message: { ...delta, content: 'text' } }] });
    const plain = createPlainReader();
    plain.read(encode(message));
    expect(plain.end()).toEqual({ text: 'text', reasoning: 'hm' });
  });

  it.each([5, null, ['hm'], { text: 'hm' }, true])('that is %j is ignored', (value) => {
    const output = createStreamReader().read(
      event({ reasoning: value, reasoning_content: value, content: 'a' }),
    );
    expect(output).toEqual({ text: 'a', reasoning: '' });
  });

  it('and text of one read are one piece each, and join their own surrogate pairs', () => {
    const half = (name: string, unit: string) =>
      encode(`data: {"choices":[{"delta":{"${name}":"${unit}"}}]}\n\n`);
    const reads = [
      half('reasoning', 'a\\ud83d'),
      half('content', 'b\\ud83d'),
      half('reasoning', '\\ude00\\u0000'),
      half('content', '\\ude00c'),
    ];
    expect(readAll(createStreamReader(), reads, 'reasoning')).toEqual(['a', '😀\ufffd']);
    expect(readAll(createStreamReader(), reads, 'text')).toEqual(['b', '😀c']);
    const joined = Buffer.concat([
      event({ reasoning: 'x' }),
      event({ content: 'y' }),
      event({ reasoning: 'z' }),
    ]);
    expect(createStreamReader().read(joined)).toEqual({ text: 'y', reasoning: 'xz' });
  });

  it('alone is not a completion', () => {
    const reader = createPlainReader();
    reader.read(encode(JSON.stringify({ choices: [{ message: { content: null, reasoning: 'hm' } }] })));
    expect(reader.end()).toEqual({ text: '', reasoning: 'hm' });
    expect(reader.progress.failure?.happened).toBe('sent JSON that is not a completion');
  });
});

describe('a reader of a plain completion', () => {
  it('returns the message as one piece at the end of the body', () => {
    const body = JSON.stringify({
      choices: [{ message: { role: 'assistant', content: 'whole\0' }, finish_reason: 'length' }],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    });
    const reader = createPlainReader();
    expect(readAll(reader, [encode(body.slice(0, 20)), encode(body.slice(20))])).toEqual(['whole\ufffd']);
    expect(reader.progress).toMatchObject({
      isDone: true,
      finishReason: 'length',
      usage: { totalTokens: 3 },
    });
  });

  it.each(['{}', 'not JSON', '{"choices":[]}'])('fails on %s', (body) => {
    const reader = createPlainReader();
    readAll(reader, [encode(body)]);
    expect(reader.progress.failure).toEqual({ happened: 'sent JSON that is not a completion', quoted: body });
  });
});
