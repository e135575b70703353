/** `os-vif/host`: plugs VIFs into a host. */

export { LinuxHost } from '../host/linux/linux-host.ts';
export type { LinuxHostOptions } from '../host/linux/linux-parts.ts';
export { type ProbeOptions, probeReflectiveRelay } from '../host/linux/relay/probe-reflective-relay.ts';
export type { OvsdbTlsOptions } from '../host/ovsdb/endpoint.ts';
export type { OvsdbClientOptions } from '../host/ovsdb/ovsdb-client.ts';
export type { GreetingOptions, HelperAddress } from '../host/remote/connection.ts';
export { type HelperOptions, serveHelper } from '../host/remote/helper.ts';
export type { PolicyOptions } from '../host/remote/policy.ts';
export { RemoteHost, type RemoteHostOptions } from '../host/remote/remote-host.ts';
export type { Helper, HelperClients } from '../host/remote/serve.ts';
export type { SocketFile } from '../host/remote/socket-file.ts';
export * from './host-in-browser.ts';
