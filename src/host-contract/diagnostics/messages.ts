/** The channels of `node:diagnostics_channel`, and the messages on each of them. */

/**
 * The message of each channel. Every channel is a tracing channel
 * (`diagnostics_channel.tracingChannel('os-vif:plug')`) with the events `start`, `end`,
 * `asyncStart`, `asyncEnd` and `error`. All events of one operation have the same object as their
 * message.
 */
export interface DiagnosticsMessages {
  /**
   * One call of `OsVif.plug`, from the call to its outcome. It may wait for another call for the
   * same VIF.
   */
  'os-vif:plug': CallOperation<'os-vif:plug'>;
  /** One call of `OsVif.unplug`. */
  'os-vif:unplug': CallOperation<'os-vif:unplug'>;
  /** One call of `OsVif.check`, or one VIF of `checkAll`. */
  'os-vif:check': CallOperation<'os-vif:check'>;
  /** One call of `OsVif.plan`, or one VIF of `planAll`. */
  'os-vif:plan': CallOperation<'os-vif:plan'>;
  /** One call of `OsVif.adopt`. */
  'os-vif:adopt': CallOperation<'os-vif:adopt'>;
  /** One call of `OsVif.collectGarbage`. */
  'os-vif:gc': CollectionOperation;
  /** One event of a watch of `OsVif.watch`. Fails if a check or a repair has failed. */
  'os-vif:watch': WatchOperation;
  /** One step of a plug. */
  'os-vif:ensure': ElementOperation<'os-vif:ensure'>;
  /** One step of a roll-back. */
  'os-vif:undo': ElementOperation<'os-vif:undo'>;
  /** One step of an unplug. */
  'os-vif:remove': ElementOperation<'os-vif:remove'>;
  /** One step of a check or of a plan. */
  'os-vif:inspect': ElementOperation<'os-vif:inspect'>;
  /** One netlink request, or several that were sent together. */
  'os-vif:netlink': NetlinkOperation;
  /** One program that changes or reads packet filters, such as iptables-restore. */
  'os-vif:program': ProgramOperation;
  /** One call of the OVSDB client. It may send several transactions, or none. */
  'os-vif:ovsdb': OvsdbOperation;
  /**
   * One transaction with ovsdb-server. Fails if the server refuses it because another writer was
   * faster.
   */
  'os-vif:transaction': TransactionOperation;
  /** One attempt to connect to ovsdb-server or to a helper. */
  'os-vif:connect': ConnectOperation;
  /**
   * The end of a connection to ovsdb-server or to a helper. Fails if this process did not close it.
   */
  'os-vif:disconnect': ConnectionOperation<'os-vif:disconnect'>;
  /** One call of a RemoteHost to its helper. */
  'os-vif:helper': HelperOperation;
  /** In the process of a helper: one request of a client. */
  'os-vif:serve': ServeOperation;
}

/** The name of a channel. */
export type DiagnosticsChannel = keyof DiagnosticsMessages;

/** The channels of calls of `OsVif` for one VIF. */
export type CallChannel = 'os-vif:plug' | 'os-vif:unplug' | 'os-vif:check' | 'os-vif:plan' | 'os-vif:adopt';

/**
 * An operation on one of these channels. The field `channel` tells the operations of several
 * channels apart.
 */
export type Operation<C extends DiagnosticsChannel = DiagnosticsChannel> = DiagnosticsMessages[C];

/** An operation that has ended: the message of `asyncStart` and `asyncEnd`. */
export type EndedOperation<C extends DiagnosticsChannel = DiagnosticsChannel> = Operation<C> & {
  readonly duration: number;
};

/** An operation that has failed: the message of `error`. */
export type FailedOperation<C extends DiagnosticsChannel = DiagnosticsChannel> = EndedOperation<C> & {
  readonly error: unknown;
};

/** The fields of every operation. */
export interface OperationFields<C extends DiagnosticsChannel> {
  /** The channel, such as `os-vif:plug`. */
  readonly channel: C;
  /** The id of the VIF. Absent if the operation belongs to no VIF, or to several VIFs. */
  readonly vif?: string;
  /** The operation that this one is a part of. Absent for a call of the user. */
  readonly parent?: Operation;
  /**
   * The other operations that this one is a part of. Only for work that several operations share,
   * such as one request that deletes the devices of several VIFs.
   */
  readonly otherParents?: readonly Operation[];
  /** Milliseconds. Absent until the operation has ended. */
  readonly duration?: number;
  /** The reason of a failure. Absent if the operation succeeded, or has not ended. */
  readonly error?: unknown;
}

/** One call of a method of `OsVif` for one VIF. */
export interface CallOperation<C extends CallChannel> extends OperationFields<C> {
  readonly vif: string;
  /** The name of the plugin of the VIF, such as `ovs`. */
  readonly plugin: string;
}

/** One garbage collection. */
export interface CollectionOperation extends OperationFields<'os-vif:gc'> {
  /** The number of VIFs that still exist, as the caller says. */
  readonly validVifs: number;
  /** Whether the call only lists the garbage. */
  readonly dryRun: boolean;
}

/** An event of a watch. It takes no time. */
export interface WatchOperation extends OperationFields<'os-vif:watch'> {
  /** The type of the event. */
  readonly event: 'drift' | 'restored' | 'repaired' | 'failed' | 'resynchronized';
  /** The name of the plugin of the VIF. */
  readonly plugin?: string;
  /** Why all VIFs were checked. Only for `resynchronized`. */
  readonly reason?: string;
}

/** A step on one element, or on several elements that share a transaction. */
export interface ElementOperation<C extends DiagnosticsChannel> extends OperationFields<C> {
  readonly vif: string;
  /** The kind and the name of the element: `tap tap1a2b3c4d-5e`. */
  readonly element: string;
}

/**
 * A request to the kernel. The duration includes the wait for earlier requests of the same host.
 */
export interface NetlinkOperation extends OperationFields<'os-vif:netlink'> {
  /** The purpose of the request: `creation of bridge br0`. */
  readonly what: string;
  /** Whether the request changes the host. */
  readonly changes: boolean;
}

/** A program that runs in the network namespace of the host. */
export interface ProgramOperation extends OperationFields<'os-vif:program'> {
  /** The program, such as `iptables-restore`. */
  readonly program: string;
}

/**
 * A call of the OVSDB client. The duration includes the wait for a connection, and repeated
 * transactions.
 */
export interface OvsdbOperation extends OperationFields<'os-vif:ovsdb'> {
  /**
   * `view`: reading. `change`, `transact`: writing. `waitFor`: waiting for a change by
   * ovs-vswitchd. `changes`: waiting for changes by other programs.
   */
  readonly call: 'view' | 'change' | 'waitFor' | 'changes' | 'transact';
  /** The purpose of the call: `waiting for ovs-vswitchd to open port tap1a2b3c4d-5e`. */
  readonly what: string;
}

/** A transaction (RFC 7047, section 4.1.3). */
export interface TransactionOperation extends OperationFields<'os-vif:transaction'> {
  /** The number of operations of the database in the transaction, guards included. */
  readonly operations: number;
}

/** The beginning or the end of a connection. */
export interface ConnectionOperation<C extends DiagnosticsChannel> extends OperationFields<C> {
  readonly service: 'ovsdb' | 'helper';
  /** `unix:/run/openvswitch/db.sock`, or the socket or the command of the helper. */
  readonly address: string;
}

/**
 * An attempt to connect. Calls that need the connection share it. It is a part of the first of
 * them, and may end after it.
 */
export interface ConnectOperation extends ConnectionOperation<'os-vif:connect'> {
  /** Whether an earlier connection of the same client was lost. */
  readonly isReconnect: boolean;
}

/** A call to the helper. */
export interface HelperOperation extends OperationFields<'os-vif:helper'> {
  /** The part and the method of the host: `links.create`. */
  readonly verb: string;
  /** Whether the call changes the host. */
  readonly changes: boolean;
}

/** A request that a helper performs. It has no parent, because its caller is in another process. */
export interface ServeOperation extends OperationFields<'os-vif:serve'> {
  /** The part and the method of the host: `links.create`. */
  readonly verb: string;
}
