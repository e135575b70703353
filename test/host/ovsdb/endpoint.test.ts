import { describe, expect, test } from 'vitest';
import { OvsdbConnectionError } from '../../../src/errors/ovs.ts';
import { type Endpoint, parseEndpoint } from '../../../src/host/ovsdb/endpoint.ts';
import { OvsdbClient } from '../../../src/host/ovsdb/ovsdb-client.ts';

describe('connection strings', () => {
  test.each<[string, Endpoint]>([
    ['unix:/run/openvswitch/db.sock', { kind: 'unix', path: '/run/openvswitch/db.sock' }],
    ['unix:with:colon', { kind: 'unix', path: 'with:colon' }],
    ['tcp:127.0.0.1:6640', { kind: 'tcp', host: '127.0.0.1', port: 6640 }],
    ['tcp:127.0.0.1', { kind: 'tcp', host: '127.0.0.1', port: 6640 }],
    ['tcp:[::1]:6641', { kind: 'tcp', host: '::1', port: 6641 }],
    ['tcp:[fe80::1%eth0]', { kind: 'tcp', host: 'fe80::1%eth0', port: 6640 }],
    ['ssl:ovs.example:6640', { kind: 'ssl', host: 'ovs.example', port: 6640 }],
  ])('%s is read as Open vSwitch reads it', (connection, endpoint) => {
    expect(parseEndpoint(connection)).toEqual(endpoint);
  });

  test.each([
    '',
    'unix:',
    '/run/db.sock',
    'tcp:',
    'tcp::6640',
    'tcp:::1',
    'tcp:host:0',
    'tcp:host:65536',
    'tcp:host:x',
    'udp:host:1',
    'ptcp:6640',
  ])('%j is refused when the client is made, before anything is connected', (connection) => {
    expect(() => new OvsdbClient({ connection })).toThrow(OvsdbConnectionError);
    expect(() => new OvsdbClient({ connection })).toThrow('write unix:/path, tcp:host:port or ssl:host:port');
  });
});
