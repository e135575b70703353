/**
 * Remote procedure calls over RabbitMQ in the format of oslo.messaging, with versioned objects in
 * arguments and results. `osloTransport` needs the optional peer rabbitmq-client.
 *
 * @module os-vif/oslo-messaging
 */
export { ArgumentError } from '../errors/argument.ts';
export * from '../errors/base.ts';
export { NegotiationLossError } from '../errors/negotiation.ts';
export * from '../errors/rpc.ts';
export type { RpcCall, RpcEndpoint, RpcMethod } from '../oslo-messaging/endpoints.ts';
export { type ObjectClassMethod, objectBackportVersions, objectClassVersions } from '../oslo-messaging/indirection.ts';
export { memoryTransport } from '../oslo-messaging/memory-transport.ts';
export {
  type OsloTransportOptions,
  osloTransport,
  type TransportTlsOptions,
} from '../oslo-messaging/rabbitmq/oslo-transport.ts';
export type { QueueKind } from '../oslo-messaging/rabbitmq/queues.ts';
export {
  type CallOptions,
  type CastOptions,
  type FanoutOptions,
  type MessageOptions,
  type RpcArguments,
  RpcClient,
  type RpcClientOptions,
} from '../oslo-messaging/rpc-client.ts';
export { RpcServer, type RpcServerOptions } from '../oslo-messaging/rpc-server.ts';
export type {
  Delivery,
  Destination,
  Publication,
  RpcTransport,
  SubscribeOptions,
  Subscription,
} from '../oslo-messaging/transport.ts';
export type { DroppedField, LossOptions } from '../versioned/history/dropped-fields.ts';
