import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OvsdbProtocolError } from '../../../src/errors/ovs.ts';
import { JsonSplitter } from '../../../src/host/ovsdb/json-splitter.ts';
import { runs } from '../../property-runs.ts';

/** Cuts bytes at every index in `cuts`, taken modulo the length. */
function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...new Set([...cuts.map((at) => at % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

function split(chunks: readonly Uint8Array[], splitter = new JsonSplitter()): unknown[] {
  return chunks.flatMap((chunk) => splitter.push(chunk)).map((text) => JSON.parse(text));
}

const message = fc.oneof(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.array(fc.jsonValue()));

describe('JsonSplitter', () => {
  test('gives back the messages that were written, however the stream is cut', () => {
    const whitespace = fc.constantFrom('', ' ', '\n', '\r\n\t ');
    fc.assert(
      fc.property(fc.array(fc.tuple(message, whitespace)), fc.array(fc.nat()), (messages, cuts) => {
        const bytes = Buffer.from(messages.map(([value, gap]) => JSON.stringify(value) + gap).join(''));

        expect(split(cut(bytes, cuts))).toEqual(messages.map(([value]) => JSON.parse(JSON.stringify(value))));
      }),
      runs(),
    );
  });

  test('sees no end of a message in the braces, quotes and backslashes of its strings', () => {
    const tricky = [{ a: '}{]["\\', '\\"}': '\\\\' }, ['"', '\\"', '{'], { b: 'ü€𝄞\u0000' }];
    const bytes = Buffer.from(tricky.map((value) => JSON.stringify(value)).join(''));

    expect(split([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(tricky);
  });

  test('hands a message on with its last byte, before the next one comes', () => {
    const splitter = new JsonSplitter();

    expect(splitter.push(Buffer.from('{"id":1}{"id'))).toEqual(['{"id":1}']);
    expect(splitter.isInsideMessage).toBe(true);
    expect(splitter.push(Buffer.from('":2}'))).toEqual(['{"id":2}']);
    expect(splitter.isInsideMessage).toBe(false);
  });

  test.each(['x', '"text"', '1', '}', ']', '{}x'])('refuses a stream with %s where a message should start', (text) => {
    expect(() => new JsonSplitter().push(Buffer.from(text))).toThrow(OvsdbProtocolError);
  });

  test('refuses a message that is not UTF-8', () => {
    expect(() => new JsonSplitter().push(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]))).toThrow('not valid UTF-8');
  });

  test('refuses a message beyond its limit before it has all of it', () => {
    const splitter = new JsonSplitter(100);

    expect(() => split(Array(20).fill(Buffer.from('[[[[[[[[[[')), splitter)).toThrow('longer than 100 bytes');
  });
});
