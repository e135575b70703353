/** The clients of a RemoteHost. Imported when a host is connected. */

export { OvsdbClient } from '../ovsdb/ovsdb-client.ts';
export { HelperConnection } from './connection.ts';
