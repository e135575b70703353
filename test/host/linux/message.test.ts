import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Attribute,
  decodeAck,
  decodeAttributeList,
  decodeAttributes,
  decodeMessages,
  encodeAttributes,
  encodeMessage,
  NLMSG_ERROR,
  readU32,
  text,
  u16,
  u32,
} from '../../../src/host/linux/netlink/message.ts';
import { runs } from '../../property-runs.ts';

test('a message and its attributes are padded to four bytes, and their lengths leave the padding out', () => {
  const message = encodeMessage(16, 0x605, 7, Buffer.alloc(16), [[3, text('ab')]]);
  expect(message.toString('hex')).toBe(
    ['28000000', '1000', '0506', '07000000', '00000000', '00'.repeat(16), '0700', '0300', '61620000'].join(''),
  );
});

test('what was encoded is decoded again', () => {
  const attribute = fc.tuple(
    fc.integer({ min: 0, max: 0x3fff }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(fc.array(attribute, { maxLength: 20 }), fc.nat(0xffff), (attributes, type) => {
      const [message, ...others] = decodeMessages(encodeMessage(type, 5, 9, u32(1), attributes));
      expect(others).toEqual([]);
      expect(message).toMatchObject({ type, flags: 5, seq: 9 });
      expect(decodeAttributeList(message?.payload.subarray(4) ?? Buffer.alloc(0))).toEqual(attributes);
    }),
    runs(),
  );
});

test('nested attributes stand in their parent', () => {
  const nested: Attribute = [
    18,
    [
      [1, Buffer.from('veth')],
      [2, [[1, u32(5)]]],
    ],
  ];
  const outer = decodeAttributes(encodeAttributes([nested]));
  const inner = decodeAttributes(outer.get(18) ?? Buffer.alloc(0));
  expect(inner.get(1)?.toString()).toBe('veth');
  expect(readU32(decodeAttributes(inner.get(2) ?? Buffer.alloc(0)).get(1) ?? Buffer.alloc(4), 0)).toBe(5);
});

test('any bytes are decoded without an error, and never past their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const { payload } of decodeMessages(Buffer.from(bytes))) decodeAttributes(payload);
      decodeAttributeList(Buffer.from(bytes));
      decodeAck({ type: NLMSG_ERROR, flags: 0x300, seq: 1, payload: Buffer.from(bytes) });
    }),
    runs(),
  );
});

test('a message that is cut off is left out', () => {
  const whole = encodeMessage(16, 0, 1, u32(1));
  expect(decodeMessages(Buffer.concat([whole, whole.subarray(0, 18)]))).toHaveLength(1);
});

const reason = encodeAttributes([[1, text('mtu greater than device maximum')]]);
const request = encodeMessage(16, 5, 1, Buffer.alloc(16), [[3, text('tap0')]]);

test.each([
  ['repeats the header only', 0x300, request.subarray(0, 16)],
  ['repeats the whole request', 0x200, request],
])('the reason of a refusal is found where the kernel %s', (_, flags, repeated) => {
  const payload = Buffer.concat([u32(-22 >>> 0), repeated, reason]);
  expect(decodeAck({ type: NLMSG_ERROR, flags, seq: 1, payload })).toEqual({
    errno: 22,
    text: 'mtu greater than device maximum',
  });
});

test('a refusal without a reason, and an acknowledgement, have no text', () => {
  expect(decodeAck({ type: NLMSG_ERROR, flags: 0, seq: 1, payload: Buffer.concat([u32(-17 >>> 0), request]) })).toEqual(
    { errno: 17, text: '' },
  );
  expect(
    decodeAck({ type: NLMSG_ERROR, flags: 0x100, seq: 1, payload: Buffer.concat([u32(0), request.subarray(0, 16)]) }),
  ).toEqual({ errno: 0, text: '' });
});

test('of several attributes of one type the last counts', () => {
  expect(
    decodeAttributes(
      encodeAttributes([
        [1, u16(1)],
        [1, u16(2)],
      ]),
    ).get(1),
  ).toEqual(u16(2));
});
