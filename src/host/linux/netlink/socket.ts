/**
 * A netlink socket. The socket sends one request after the other, and reads each answer before the next
 * request.
 */

import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostClosedError } from '../../../errors/host.ts';
import { NetlinkError } from '../../../errors/kernel.ts';
import { traced } from '../../../host-contract/diagnostics/traced.ts';
import { KeyedQueue } from '../../../host-contract/keyed-queue.ts';
import { openFilesErrorOf } from '../../open-files.ts';
import { errnoName, errnoText } from '../errno.ts';
import { checked, type Libc } from '../libc.ts';
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
  u32,
} from './message.ts';
import { MessageReceiver } from './receiver.ts';
import { isChange, type Request, refusal, type Turn } from './request.ts';

const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0o4000 | 0o2000000;
const O_CLOEXEC = 0o2000000;
const ANY_FILE = '/proc/self/stat';
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;
const RECEIVE_BUFFER = 1 << 20;
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

  static open(libc: Libc, namespace: NetworkNamespace, protocol = NETLINK_ROUTE): NetlinkSocket {
    const opened = namespace.run(() => libc.socketSync(AF_NETLINK, SOCK_RAW_NONBLOCK_CLOEXEC, protocol));
    const fd = asFileOfNode(checked('open an AF_NETLINK socket', opened), libc);
    libc.setsockoptSync(fd, SOL_SOCKET, SO_RCVBUF, u32(RECEIVE_BUFFER));
    // Kernels before 4.12 have no extended acknowledgement, and kernels before 4.20 have no strict checking.
    // The socket works without both.
    for (const option of [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK]) {
      libc.setsockoptSync(fd, SOL_NETLINK, option, u32(1));
    }
    return new NetlinkSocket(libc, fd);
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
    const lists = await this.dumps(request, DUMP_ATTEMPTS);
    if (lists.length === 1) return lists[0] ?? [];
    throw new NetlinkError(request.what, 'EINTR', 'the list kept changing while it was read');
  }

  /**
   * Requests a list until devices are neither added nor removed meanwhile. Returns that list alone,
   * or all interrupted lists after the last attempt.
   */
  async dumps(request: Omit<Request, 'flags'>, attempts = MERGED_LISTS): Promise<Message[][]> {
    return traced('os-vif:netlink', { what: request.what, changes: false }, () => this.#lists(request, attempts));
  }

  #lists({ what, type, body, attributes }: Omit<Request, 'flags'>, attempts: number): Promise<Message[][]> {
    const interrupted: Message[][] = [];
    return this.#enqueue(async () => {
      for (let attempt = 1; ; attempt++) {
        const seq = this.#nextSeq();
        await this.#send(encodeMessage(type, NLM_F_REQUEST | NLM_F_DUMP, seq, body, attributes), what);
        const messages = await this.#collectUntilDone(seq, what).catch(async (error: unknown) => {
          await this.#receiver.discardUnread(what);
          throw error;
        });
        const list = messages.filter((message) => message.type !== NLMSG_DONE);
        if (!messages.some(({ flags }) => flags & NLM_F_DUMP_INTR)) return [list];
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

  async #collectUntilDone(seq: number, what: string): Promise<Message[]> {
    const messages: Message[] = [];
    for (;;) {
      // The kernel builds each further part of a list inside recv(), under its RTNL lock. recv() therefore
      // runs on a worker thread.
      for (const message of await this.#receiver.receive(seq, what, 'on a worker')) {
        if (message.type === NLMSG_ERROR) {
          const { errno, text } = decodeAck(message);
          throw refusal(what, errnoName(errno), text);
        }
        messages.push(message);
        if (message.type === NLMSG_DONE) return messages;
      }
    }
  }
}

/**
 * Returns a descriptor of the socket that Node counts among its own files. At the end of a worker
 * thread, also by terminate(), Node closes all files that this thread has opened, and no other
 * descriptors.
 */
function asFileOfNode(socket: number, libc: Libc): number {
  let fd: number | undefined;
  try {
    fd = openSync(ANY_FILE, 'r');
    return checked('dup3 of an AF_NETLINK socket', libc.dup3Sync(socket, fd, O_CLOEXEC));
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw openFilesErrorOf('open an AF_NETLINK socket', error) ?? error;
  } finally {
    libc.closeSync(socket);
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
