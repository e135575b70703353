/** Receives the messages of the kernel on a netlink socket. */

import { setTimeout as sleep } from 'node:timers/promises';
import { NetlinkError } from '../../../errors/kernel.ts';
import { errnoText } from '../errno.ts';
import type { Libc } from '../libc.ts';
import { decodeMessages, type Message, NLMSG_OVERRUN, readU32 } from './message.ts';

const MSG_TRUNC = 0x20;
/** sizeof(struct sockaddr_nl). */
const ADDRESS_SIZE = 12;
const SENDER_PORT_OFFSET = 4;
/**
 * Maximum size of a datagram, in bytes. A link message is hardly longer than its list of virtual functions,
 * which is an attribute of at most 64 KiB. Parts of dumps have less than 32 KiB.
 */
const LONGEST_DATAGRAM = 256 * 1024;
const ANSWER_TIMEOUT_MS = 5000;

/** The thread that calls recv(). */
type Thread = 'here' | 'on a worker';

/** Receives the messages of the kernel, and sorts them by the request that they answer. */
export class MessageReceiver {
  readonly #libc: Libc;
  readonly #fd: number;
  /** The buffers of one datagram and its sender. Each datagram is copied before the next one is received. */
  readonly #received = Buffer.allocUnsafeSlow(LONGEST_DATAGRAM);
  readonly #sender = Buffer.alloc(ADDRESS_SIZE);
  /** Received messages that no request has taken yet. */
  #pending: Message[] = [];

  constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
  }

  /** Waits for messages that answer the request with this sequence number. Returns at least one message. */
  async receive(seq: number, what: string, where: Thread): Promise<Message[]> {
    const deadline = Date.now() + ANSWER_TIMEOUT_MS;
    for (;;) {
      const mine = this.#takePending(seq);
      if (mine.length > 0) return mine;
      const buffer = await this.#receiveDatagram(what, where);
      if (buffer === undefined) {
        // The kernel answers inside send(). If the socket has no message, the kernel is late.
        if (Date.now() > deadline) throw new NetlinkError(what, 'ETIMEDOUT', 'the kernel did not answer');
        await sleep(1);
        continue;
      }
      const messages = decodeMessages(buffer);
      if (messages.some(({ type }) => type === NLMSG_OVERRUN))
        throw new NetlinkError(what, 'ENOBUFS', 'an answer was lost');
      this.#pending.push(...messages);
    }
  }

  /** Returns the messages that the kernel has sent until now. */
  async unread(what: string): Promise<Message[]> {
    const messages = this.#pending.splice(0);
    for (;;) {
      const buffer = await this.#receiveDatagram(what, 'here');
      if (buffer === undefined) return messages;
      messages.push(...decodeMessages(buffer));
    }
  }

  /**
   * Reads and discards all unread messages. The kernel refuses another list request until the messages of the
   * previous list are read, also if that list has failed.
   */
  async discardUnread(what: string): Promise<void> {
    while ((await this.#receiveDatagram(what, 'on a worker').catch(() => undefined)) !== undefined);
    this.#pending = [];
  }

  /**
   * Takes the messages that answer this request. Older messages are dropped, because they answer abandoned
   * requests.
   */
  #takePending(seq: number): Message[] {
    this.#pending = this.#pending.filter((message) => message.seq >= seq);
    const mine: Message[] = [];
    while (this.#pending[0]?.seq === seq) {
      const [next] = this.#pending.splice(0, 1);
      if (next) mine.push(next);
    }
    return mine;
  }

  async #receiveDatagram(what: string, where: Thread): Promise<Buffer | undefined> {
    const [buffer, address] = [this.#received, this.#sender];
    for (;;) {
      const { value, errno } =
        where === 'here'
          ? this.#libc.recvfromSync(this.#fd, buffer, MSG_TRUNC, address)
          : await this.#libc.recvfrom(this.#fd, buffer, MSG_TRUNC, address);
      if (value > buffer.length)
        throw new NetlinkError(
          what,
          'EMSGSIZE',
          `an answer of ${value} bytes is larger than the buffer of ${buffer.length} bytes`,
        );
      if (value >= 0 && readU32(address, SENDER_PORT_OFFSET) === 0) return Buffer.from(buffer.subarray(0, value));
      if (value >= 0 || errno === 'EINTR') continue;
      if (errno === 'EAGAIN') return undefined;
      throw new NetlinkError(
        what,
        errno,
        errno === 'ENOBUFS' ? 'an answer was lost for lack of buffer space' : errnoText(errno),
      );
    }
  }
}
