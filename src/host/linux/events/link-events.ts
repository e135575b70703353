/** Tells which network devices have changed, from the multicast groups of rtnetlink. */

import type { Socket } from 'node:net';
import { HostClosedError } from '../../../errors/host.ts';
import type { Changes, ChangesOptions } from '../../../host-contract/changes/changes.ts';
import { ChangeJournal } from '../../../host-contract/changes/journal.ts';
import type { Link } from '../../../host-contract/links.ts';
import type { Libc } from '../libc.ts';
import { RTM_DELLINK, RTM_NEWLINK } from '../netlink/link-attributes.ts';
import { decodeLink } from '../netlink/link-decoder.ts';
import { listLinks } from '../netlink/link-list.ts';
import { decodeMessages, type Message, readI32 } from '../netlink/message.ts';
import type { NetlinkSocket } from '../netlink/socket.ts';
import type { NetworkNamespace } from '../network-namespace.ts';
import { openEventSocket } from './event-socket.ts';

const RTMGRP_LINK = 1;
const RTMGRP_TC = 8;
/** linux/rtnetlink.h: the deletion of a queueing discipline deletes its filters. */
const FILTER_CHANGES: ReadonlySet<number> = new Set([37, 44, 45]);
/** The offset of the index in struct ifinfomsg and in struct tcmsg. */
const INDEX_OFFSET = 4;
/** Messages of this family tell the settings of bridge ports. */
const AF_BRIDGE = 7;
/** The socket is closed after this time without a caller. */
const IDLE_MS = 30_000;

/** A device as the last event has told it. */
interface KnownLink {
  readonly names: readonly string[];
  /** All properties as text, to compare them with the next event. */
  readonly text: string;
}

/** The events of one network namespace. The socket is open while callers ask for changes. */
export class LinkEvents {
  readonly #libc: Libc;
  readonly #namespace: NetworkNamespace;
  readonly #socket: NetlinkSocket;
  #open: Promise<Subscription> | undefined;
  #callers = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param socket lists the devices */
  constructor(libc: Libc, namespace: NetworkNamespace, socket: NetlinkSocket) {
    this.#libc = libc;
    this.#namespace = namespace;
    this.#socket = socket;
  }

  /** See `Links.changes`. */
  async changes(since: string | undefined, options: ChangesOptions = {}): Promise<Changes> {
    if (this.#isClosed) throw new HostClosedError();
    clearTimeout(this.#idle);
    this.#callers += 1;
    let subscription: Subscription | undefined;
    try {
      if (this.#open === undefined) this.#open = this.#subscribe();
      subscription = await this.#open;
      subscription.keepProcess(true);
      return await subscription.journal.after('links.changes', since, options);
    } finally {
      this.#callers -= 1;
      // Without an await, so that no other call begins before the timer is set.
      if (this.#callers === 0) this.#rest(subscription);
    }
  }

  /** Ends all waiting calls with an error. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  /** A caller asks again soon. Until then, the socket does not keep this process alive. */
  #rest(subscription: Subscription | undefined): void {
    subscription?.keepProcess(false);
    this.#idle = setTimeout(() => void this.#end(), IDLE_MS).unref();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const open = this.#open;
    this.#open = undefined;
    (await open?.catch(() => undefined))?.end(new HostClosedError());
  }

  async #subscribe(): Promise<Subscription> {
    const subscription = new Subscription(
      () => openEventSocket(this.#libc, this.#namespace, RTMGRP_LINK | RTMGRP_TC),
      () => listLinks(this.#socket),
      () => {
        this.#open = undefined;
      },
    );
    try {
      await subscription.start();
      return subscription;
    } catch (error) {
      this.#open = undefined;
      subscription.end(new HostClosedError());
      throw error;
    }
  }
}

/** An event socket, and the devices that it has told of. */
class Subscription {
  readonly journal = new ChangeJournal();
  readonly #connect: () => Socket;
  readonly #list: () => Promise<Link[]>;
  readonly #onFailure: () => void;
  readonly #known = new Map<number, KnownLink>();
  #stream: Socket | undefined;
  #keepsProcess = true;
  #isEnded = false;

  /** @param onFailure called when the socket has failed, and another one could not be opened */
  constructor(connect: () => Socket, list: () => Promise<Link[]>, onFailure: () => void) {
    this.#connect = connect;
    this.#list = list;
    this.#onFailure = onFailure;
  }

  /** Joins the groups, and then lists the devices, so that no change is missed in between. */
  async start(): Promise<void> {
    const stream = this.#connect();
    this.#stream = stream;
    stream.once('error', () => this.#startAgain(stream));
    this.keepProcess(this.#keepsProcess);
    const links = await this.#list();
    this.#known.clear();
    for (const link of links) this.#known.set(link.index, knownLink(link));
    stream.on('data', (bytes: Buffer) => this.#onEvents(bytes));
  }

  keepProcess(isKept: boolean): void {
    this.#keepsProcess = isKept;
    if (isKept) this.#stream?.ref();
    else this.#stream?.unref();
  }

  end(error: Error): void {
    this.#isEnded = true;
    this.#stream?.destroy();
    this.journal.end(error);
  }

  /** The kernel has dropped events. */
  #startAgain(failed: Socket): void {
    if (this.#isEnded || this.#stream !== failed) return;
    this.start().then(
      () => this.journal.lose(),
      (error: Error) => {
        this.#onFailure();
        this.end(error);
      },
    );
  }

  #onEvents(bytes: Buffer): void {
    for (const message of decodeMessages(bytes)) this.#onEvent(message);
  }

  #onEvent(message: Message): void {
    const { type, payload } = message;
    const isLink = type === RTM_NEWLINK || type === RTM_DELLINK;
    if (!isLink && !FILTER_CHANGES.has(type)) return;
    const index = readI32(payload, INDEX_OFFSET);
    const before = this.#known.get(index);
    const isDevice = isLink && payload[0] !== AF_BRIDGE;
    const now = isDevice ? knownLink(decodeLink(message)) : undefined;
    // Most events tell of counters, carriers and queues, and of nothing that a wiring sets.
    if (type === RTM_NEWLINK && now !== undefined && now.text === before?.text) return;
    if (now !== undefined) this.#known.set(index, now);
    if (isDevice && type === RTM_DELLINK) this.#known.delete(index);
    this.#note([...(before?.names ?? []), ...(now?.names ?? [])]);
  }

  #note(names: readonly string[]): void {
    for (const name of new Set(names)) this.journal.add(name);
  }
}

function knownLink(link: Link): KnownLink {
  return { names: [link.name, ...(link.alternativeNames ?? [])], text: JSON.stringify(link) };
}
