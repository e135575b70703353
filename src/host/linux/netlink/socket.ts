/**
 * A netlink socket. The socket sends one request after the other, and reads each answer before the next
 * request.
 */

import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostClosedError } from '../../../errors/host.ts';
import { NetlinkError } from '../../../errors/kernel.ts';
import { traced } from '../../../host-contract/diagnostics/traced.ts';
import { KeyedQueue } from '../../../host-contract/keyed-queue.ts';
import { errnoName, errnoText } from '../errno.ts';
import type { Libc } from '../libc.ts';
import type { NetworkNamespace } from '../network-namespace.ts';
import {
  decodeAck,
  encodeMessage,
  type Message,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from './message.ts';
import { openNetlinkSocket } from './open-socket.ts';
import { MessageReceiver } from './receiver.ts';
import { isChange, type Request, refusal, type Turn } from './request.ts';

/**
 * Maximum number of attempts of a dump. A dump starts again if devices were added or removed during the dump.
 */
const DUMP_ATTEMPTS = 20;
/** The number of interrupted lists that a caller merges. */
const MERGED_LISTS = 5;
/**
 * Maximum number of queries in one message. The queries and their answers then fit into the buffers of a
 * socket.
 */
const READ_BATCH = 32;

/** The answer to a request. `errno` is 0 for a success. */
interface Answer {
  readonly errno: number;
  readonly text: string;
  readonly messages: Message[];
}

interface Dumped<T> {
  readonly list: T[];
  readonly isInterrupted: boolean;
}

/** Decodes a part of a list. `attempt` is the number of the list, from 1 on. */
type Decode<T> = (messages: readonly Message[], attempt: number) => readonly T[];

/** A query that waits for its turn. */
interface ReadRequest {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** A non-blocking AF_NETLINK socket. Requests wait in a queue. Waiting queries are sent together. */
export class NetlinkSocket {
  readonly #libc: Libc;
  readonly #fd: number;
  #lastSeq = 0;
  readonly #queue = new KeyedQueue();
  #closed = false;
  #reads: ReadRequest[] = [];
  readonly #receiver: MessageReceiver;

  private constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
    this.#receiver = new MessageReceiver(libc, fd);
  }

  static open(libc: Libc, namespace: NetworkNamespace, protocol?: number): NetlinkSocket {
    return new NetlinkSocket(libc, openNetlinkSocket(libc, namespace, protocol));
  }

  /**
   * Sends the requests as one message and returns the answer to each request.
   * The kernel processes all requests, also after a request that it refuses.
   * @throws NetlinkError or PermissionError for the first refused request
   */
  request(...requests: Request[]): Promise<Message[][]> {
    const [first] = requests;
    const isRead = first !== undefined && requests.length === 1 && !isChange(first);
    return answered(requests, async () =>
      isRead ? [await this.#read(first)] : this.#enqueue(() => this.#exchange(requests)),
    );
  }

  /** Runs `action` as one turn: the socket sends no other request between the requests of the turn. */
  turn<T>(action: (turn: Turn) => Promise<T>): Promise<T> {
    const request: Turn['request'] = (...requests) => answered(requests, () => this.#exchange(requests));
    const look: Turn['look'] = async (requests) => {
      const answers: Answer[] = [];
      for (let from = 0; from < requests.length; from += READ_BATCH)
        answers.push(...(await this.#exchange(requests.slice(from, from + READ_BATCH))));
      return answers.map(({ errno, messages }) => (errno === 0 ? messages : []));
    };
    return this.#enqueue(() => action({ request, look }));
  }

  /**
   * Sends the requests as one transaction of the kernel: it performs all or none of them.
   *
   * @param ends the messages that begin and end a transaction
   * @throws NetlinkError or PermissionError for the first refused request
   */
  transaction(requests: readonly Request[], ends: readonly [begin: Request, end: Request]): Promise<void> {
    const what = requests[0]?.what ?? '';
    return traced('os-vif:netlink', { what, changes: true }, () =>
      this.#enqueue(async () => {
        const all = [ends[0], ...requests, ends[1]];
        const messages = all.map(({ type, flags, body, attributes }, i) => {
          // Only the last request is acknowledged. The kernel reports each error without that.
          const acknowledged = i === requests.length ? NLM_F_ACK : 0;
          return encodeMessage(type, flags | NLM_F_REQUEST | acknowledged, this.#nextSeq(), body, attributes);
        });
        await this.#send(Buffer.concat(messages), what);
        // The kernel answers within send().
        const acks = (await this.#receiver.unread(what)).filter(({ type }) => type === NLMSG_ERROR).map(decodeAck);
        const refused = acks.find(({ errno }) => errno !== 0);
        if (refused) throw refusal(what, errnoName(refused.errno), refused.text);
        if (acks.length === 0) throw new NetlinkError(what, 'ETIMEDOUT', 'the kernel did not answer');
      }),
    );
  }

  #read(request: Request): Promise<Answer> {
    if (this.#closed) return Promise.reject(new HostClosedError());
    return new Promise((resolve, reject) => {
      this.#reads.push({ request, resolve, reject });
      // The next turn sends all waiting queries as one batch, so only the first query of a batch asks for a
      // turn.
      if (this.#reads.length % READ_BATCH === 1) this.#enqueue(() => this.#readTogether()).catch(reject);
    });
  }

  async #readTogether(): Promise<void> {
    const reads = this.#reads.splice(0, READ_BATCH);
    if (reads.length === 0) return;
    try {
      const answers = await this.#exchange(reads.map(({ request }) => request));
      for (const [i, { resolve }] of reads.entries()) {
        const answer = answers[i];
        if (answer) resolve(answer);
      }
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
  }

  async #exchange(requests: readonly Request[]): Promise<Answer[]> {
    const seqs = requests.map(() => this.#nextSeq());
    const messages = requests.map((request, i) => {
      const { type, flags, body, attributes } = request;
      // The kernel answers a query with one message, so a query needs no acknowledgement.
      const answered = NLM_F_REQUEST | (isChange(request) ? NLM_F_ACK : 0);
      return encodeMessage(type, flags | answered, seqs[i] ?? 0, body, attributes);
    });
    await this.#send(Buffer.concat(messages), requests[0]?.what ?? 'netlink request');
    const answers = [];
    for (const [i, request] of requests.entries()) answers.push(await this.#collectAnswer(seqs[i] ?? 0, request));
    return answers;
  }

  /**
   * Returns all messages of a list. The list is requested again if devices were added or removed meanwhile.
   *
   * @throws NetlinkError with EINTR if each of 20 lists was interrupted
   */
  async dump(request: Omit<Request, 'flags'>): Promise<Message[]> {
    const lists = await this.dumps(request, (messages) => messages, DUMP_ATTEMPTS);
    if (lists.length === 1) return lists[0] ?? [];
    throw new NetlinkError(request.what, 'EINTR', 'the list kept changing while it was read');
  }

  /**
   * Requests a list until devices are neither added nor removed meanwhile. Returns that list alone,
   * or all interrupted lists after the last attempt.
   *
   * @param decode is called for each part of the list, so that a long list does not hold the event
   *   loop
   */
  async dumps<T>(request: Omit<Request, 'flags'>, decode: Decode<T>, attempts = MERGED_LISTS): Promise<T[][]> {
    return traced('os-vif:netlink', { what: request.what, changes: false }, () =>
      this.#lists(request, decode, attempts),
    );
  }

  #lists<T>(
    { what, type, body, attributes }: Omit<Request, 'flags'>,
    decode: Decode<T>,
    attempts: number,
  ): Promise<T[][]> {
    const interrupted: T[][] = [];
    return this.#enqueue(async () => {
      for (let attempt = 1; ; attempt++) {
        const seq = this.#nextSeq();
        const decodeNow = (messages: readonly Message[]) => decode(messages, attempt);
        await this.#send(encodeMessage(type, NLM_F_REQUEST | NLM_F_DUMP, seq, body, attributes), what);
        const { list, isInterrupted } = await this.#collectUntilDone(seq, what, decodeNow).catch(
          async (error: unknown) => {
            await this.#receiver.discardUnread(what);
            throw error;
          },
        );
        if (!isInterrupted) return [list];
        interrupted.push(list);
        if (attempt === attempts) return interrupted;
        await sleep(attempt);
      }
    });
  }

  /** Closes the socket after the running requests. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue.idle();
    closeSync(this.#fd);
  }

  #enqueue<T>(action: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new HostClosedError());
    return this.#queue.run(['socket'], action);
  }

  #nextSeq(): number {
    this.#lastSeq = (this.#lastSeq % 0x7fffffff) + 1;
    return this.#lastSeq;
  }

  async #send(message: Buffer, what: string): Promise<void> {
    for (;;) {
      const { value, errno } = await this.#libc.send(this.#fd, message, 0);
      if (value === message.length) return;
      if (errno !== 'EINTR' && errno !== 'EAGAIN') throw refusal(what, errno || 'EMSGSIZE', errnoText(errno));
    }
  }

  async #collectAnswer(seq: number, request: Request): Promise<Answer> {
    const messages: Message[] = [];
    for (;;) {
      for (const message of await this.#receiver.receive(seq, request.what, 'here')) {
        if (message.type === NLMSG_ERROR) return { ...decodeAck(message), messages };
        messages.push(message);
        if (!isChange(request)) return { errno: 0, text: '', messages };
      }
    }
  }

  async #collectUntilDone<T>(
    seq: number,
    what: string,
    decode: (messages: readonly Message[]) => readonly T[],
  ): Promise<Dumped<T>> {
    const list: T[] = [];
    let isInterrupted = false;
    for (;;) {
      // The kernel builds each further part of a list inside recv(), under its RTNL lock. recv() therefore
      // runs on a worker thread.
      const messages = await this.#receiver.receive(seq, what, 'on a worker');
      const end = messages.find(({ type }) => type === NLMSG_ERROR || type === NLMSG_DONE);
      if (end?.type === NLMSG_ERROR) {
        const { errno, text } = decodeAck(end);
        throw refusal(what, errnoName(errno), text);
      }
      isInterrupted ||= messages.some(({ flags }) => flags & NLM_F_DUMP_INTR);
      list.push(...decode(end === undefined ? messages : messages.slice(0, messages.indexOf(end))));
      if (end !== undefined) return { list, isInterrupted };
    }
  }
}

/**
 * Returns the messages that answer each request.
 *
 * @throws NetlinkError or PermissionError for the first refused request
 */
function answered(requests: readonly Request[], exchange: () => Promise<Answer[]>): Promise<Message[][]> {
  const [first] = requests;
  const what = first?.what ?? '';
  return traced('os-vif:netlink', { what, changes: first !== undefined && isChange(first) }, async () => {
    const answers = await exchange();
    for (const [i, { errno, text }] of answers.entries())
      if (errno) throw refusal(requests[i]?.what ?? '', errnoName(errno), text);
    return answers.map(({ messages }) => messages);
  });
}
