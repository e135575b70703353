import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { CallResult, Libc } from '../../../src/host/linux/libc.ts';
import { listLinks } from '../../../src/host/linux/netlink/link-list.ts';
import {
  decodeMessages,
  encodeMessage,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  readU32,
  u32,
} from '../../../src/host/linux/netlink/message.ts';
import type { Request } from '../../../src/host/linux/netlink/request.ts';
import { NetlinkSocket } from '../../../src/host/linux/netlink/socket.ts';

const RTM_NEWLINK = 16;
const REQUEST: Request = { what: 'the request', type: 18, flags: 0, body: u32(0) };

test('a call that a signal interrupted is made again', async () => {
  const { socket, kernel } = openSocket();
  kernel.sendErrors.push('EINTR', 'EINTR');
  kernel.receiveErrors.push('EINTR');
  kernel.answer = (seq) => [answer(seq, 'hello')];
  expect(textsOf(await socket.request(REQUEST))).toEqual([['hello']]);
});

test('an answer larger than the usual buffer comes whole', async () => {
  const { socket, kernel } = openSocket();
  const long = 'x'.repeat(100_000);
  kernel.answer = (seq) => [answer(seq, long)];
  expect(textsOf(await socket.request(REQUEST))).toEqual([[long]]);
});

test('a message that the kernel did not send, and the answer to an older request, are passed over', async () => {
  const { socket, kernel } = openSocket();
  kernel.answer = (seq) => [{ ...ack(seq, 5), port: 4711 }, ack(seq - 1, 5), answer(seq, 'mine')];
  expect(textsOf(await socket.request(REQUEST))).toEqual([['mine']]);
});

test('requests that go together are each answered, and the first refusal is the error', async () => {
  const { socket, kernel } = openSocket();
  kernel.answer = (first) => [datagram(ack(first).bytes, ack(first + 1, 17).bytes, ack(first + 2, 19).bytes)];
  const requests = ['first', 'second', 'third'].map((what) => ({ ...REQUEST, what }));
  await expect(socket.request(...requests)).rejects.toMatchObject({
    errno: 'EEXIST',
    message: expect.stringMatching(/^second: /),
  });
});

test('a list during which devices came or went is read again, until it holds still', async () => {
  const { socket, kernel } = openSocket();
  let attempt = 0;
  kernel.answer = (seq) => {
    attempt += 1;
    return [answer(seq, `attempt ${attempt}`, attempt < 3 ? NLM_F_DUMP_INTR : 0), done(seq)];
  };
  const messages = await socket.dump(REQUEST);
  expect(textsOf([messages])).toEqual([['attempt 3']]);
});

test('devices are listed from several interrupted lists: none is lost, and a removed one is left out', async () => {
  const { socket, kernel } = openSocket();
  let lists = 0;
  kernel.answer = (seq, request) => {
    const isList = (readU32(request, 4) >>> 16) & NLM_F_DUMP;
    if (!isList)
      return decodeMessages(request).map((each) => {
        const index = readU32(each.payload, 4);
        return index === 9 ? ack(each.seq, 19) : link(each.seq, index);
      });
    lists += 1;
    // Each of five lists lacks another device. Device 9 is removed after the first list.
    const indexes = [1, 2, 3, 4, 5, ...(lists === 1 ? [9] : [])].filter((index) => index !== lists);
    return [...indexes.map((index) => link(seq, index, NLM_F_DUMP_INTR)), done(seq)];
  };
  expect((await listLinks(socket)).map(({ index }) => index)).toEqual([1, 2, 3, 4, 5]);
  expect(lists).toBe(5);
});

test('a list that never holds still is an error, not a wrong list', async () => {
  const { socket, kernel } = openSocket();
  kernel.answer = (seq) => [answer(seq, 'again', NLM_F_DUMP_INTR), done(seq)];
  await expect(socket.dump(REQUEST)).rejects.toMatchObject({ errno: 'EINTR' });
});

test('a lost answer is an error, and the next request works', async () => {
  const { socket, kernel } = openSocket();
  kernel.receiveErrors.push('ENOBUFS');
  kernel.answer = (seq) => [ack(seq)];
  await expect(socket.request(REQUEST)).rejects.toMatchObject({ errno: 'ENOBUFS' });
  kernel.answer = (seq) => [answer(seq, 'fresh')];
  expect(textsOf(await socket.request(REQUEST))).toEqual([['fresh']]);
});

test('a list that breaks off is read to its end, so that the next one is whole', async () => {
  const { socket, kernel } = openSocket();
  kernel.answer = (seq) => [answer(seq, 'old'), done(seq)];
  kernel.receiveErrors.push('ENOBUFS');
  await expect(socket.dump(REQUEST)).rejects.toMatchObject({ errno: 'ENOBUFS' });
  kernel.answer = (seq) => [answer(seq, 'new'), done(seq)];
  expect(textsOf([await socket.dump(REQUEST)])).toEqual([['new']]);
});

test.each([1, 13])('errno %i says what privilege is missing', async (errno) => {
  const { socket, kernel } = openSocket();
  kernel.answer = (seq) => [ack(seq, errno)];
  await expect(socket.request(REQUEST)).rejects.toMatchObject({
    code: 'ERR_OSVIF_PERMISSION',
    message: expect.stringContaining('CAP_NET_ADMIN'),
  });
});

test('closing waits for what is under way, and what comes later is refused', async () => {
  const { socket, kernel } = openSocket();
  kernel.answer = (seq) => [answer(seq, 'in time')];
  const pending = socket.request(REQUEST);
  await socket.close();
  expect(textsOf(await pending)).toEqual([['in time']]);
  const late = await Promise.allSettled([socket.request(REQUEST), socket.request(REQUEST)]);
  for (const outcome of late)
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_OSVIF_CLOSED' } });
});

test.each([1, 31, 32, 33, 64, 65, 100])('%i look-ups at once are all answered', async (count) => {
  const { socket, kernel } = openSocket();
  // More answers than a message has requests: those that nobody waits for are dropped.
  kernel.answer = (first) => Array.from({ length: 32 }, (_, i) => answer(first + i, `link ${first + i}`));
  const answers = await Promise.all(Array.from({ length: count }, () => socket.request(REQUEST)));
  expect(textsOf(answers.flat())).toEqual(Array.from({ length: count }, (_, i) => [`link ${i + 1}`]));
});

interface Datagram {
  readonly bytes: Buffer;
  /** Of the sender; the kernel's is 0. */
  readonly port: number;
}

/** The kernel's side: what calls fail with before they work, and how a message is answered. */
interface FakeKernel {
  sendErrors: string[];
  receiveErrors: string[];
  answer: (seq: number, request: Buffer) => Datagram[];
}

function openSocket(): { socket: NetlinkSocket; kernel: FakeKernel } {
  const kernel: FakeKernel = { sendErrors: [], receiveErrors: [], answer: () => [] };
  const queue: Datagram[] = [];
  const failure = (errnos: string[]): CallResult | undefined => {
    const errno = errnos.shift();
    return errno === undefined ? undefined : { value: -1, errno };
  };
  const receive = (buffer: Buffer, flags: number, address: Buffer): CallResult => {
    const peek = (flags & 2) !== 0;
    const [first] = queue;
    const failed = peek ? undefined : failure(kernel.receiveErrors);
    if (failed) return failed;
    if (first === undefined) return { value: -1, errno: 'EAGAIN' };
    first.bytes.copy(buffer);
    u32(first.port).copy(address, 4);
    if (!peek) queue.shift();
    return { value: first.bytes.length, errno: '' };
  };
  const libc: Libc = {
    // A descriptor that can be closed.
    socketSync: () => ({ value: openSync('/dev/null', 'r'), errno: '' }),
    setsockoptSync: () => ({ value: 0, errno: '' }),
    bindSync: () => ({ value: 0, errno: '' }),
    recvfromSync: (_, buffer, flags, address) => receive(buffer, flags, address),
    recvfrom: async (_, buffer, flags, address) => receive(buffer, flags, address),
    send: async (_, buffer) => {
      const failed = failure(kernel.sendErrors);
      if (failed) return failed;
      queue.push(...kernel.answer(readU32(buffer, 8), buffer));
      return { value: buffer.length, errno: '' };
    },
    setnsSync: () => ({ value: 0, errno: '' }),
    dup3Sync: (_, fd) => ({ value: fd, errno: '' }),
    closeSync: (fd) => {
      closeSync(fd);
      return { value: 0, errno: '' };
    },
    ioctl: async () => ({ value: 0, errno: '' }),
  };
  return {
    socket: NetlinkSocket.open(libc, { run: (action) => action(), requireName: () => {}, close: () => {} }),
    kernel,
  };
}

function answer(seq: number, content: string, flags = 0): Datagram {
  return datagram(encodeMessage(RTM_NEWLINK, flags, seq, Buffer.from(content)));
}

function link(seq: number, index: number, flags = 0): Datagram {
  return datagram(encodeMessage(RTM_NEWLINK, flags, seq, Buffer.concat([u32(0), u32(index), u32(0), u32(0)])));
}

function ack(seq: number, errno = 0): Datagram {
  return datagram(encodeMessage(NLMSG_ERROR, 0x100, seq, Buffer.concat([u32(-errno >>> 0), Buffer.alloc(16)])));
}

function done(seq: number): Datagram {
  return datagram(encodeMessage(NLMSG_DONE, 2, seq, u32(0)));
}

function datagram(...messages: Buffer[]): Datagram {
  return { bytes: Buffer.concat(messages), port: 0 };
}

function textsOf(answers: { payload: Buffer }[][]): string[][] {
  return answers.map((messages) => messages.map(({ payload }) => payload.toString().replace(/\0+$/, '')));
}
