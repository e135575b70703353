import { describe, expect, test } from 'vitest';
import { type OsloTransportOptions, osloTransport } from '../../src/entries/oslo-messaging.ts';
import { clusterAddress } from '../../src/oslo-messaging/rabbitmq/hosts.ts';

describe('the URL of a host', () => {
  test.each([
    [
      'amqp://u:p@a:5673/v',
      { username: 'u', password: 'p', vhost: 'v', isTls: false, hosts: [{ hostname: 'a', port: 5673 }] },
    ],
    ['rabbit://u:p@a/', { username: 'u', vhost: '/', hosts: [{ hostname: 'a', port: 5672 }] }],
    ['amqps://u:p@a', { isTls: true, vhost: '/', hosts: [{ hostname: 'a', port: 5671 }] }],
    ['amqp://a:80/', { username: 'guest', password: 'guest', hosts: [{ hostname: 'a', port: 80 }] }],
    ['amqp://u:p%40ss@[::1]/a%2Fb', { password: 'p@ss', vhost: 'a/b', hosts: [{ hostname: '::1', port: 5672 }] }],
  ])('%s is read', (url, expected) => {
    expect(clusterAddress([url])).toMatchObject(expected);
  });

  test.each([
    [[], 'at least one URL'],
    [['http://a/'], 'hosts[0]'],
    [['amqp://a/', 'nonsense'], 'hosts[1]'],
    [['amqp://u:secret@a/%zz'], 'expected a URL'],
    [['amqp://u:secret@a/', 'amqp://v:secret@b/'], 'the same user'],
    [['amqp://u:secret@a/', 'amqp://u:other@b/'], 'the same password'],
    [['amqp://u:secret@a/x', 'amqp://u:secret@b/y'], 'the same virtual host'],
    [['amqp://u:secret@[::1]/', 'amqp://u:secret@[::2]/'], 'IPv6'],
  ])('%j is refused, and no password is shown', (urls, message) => {
    const read = () => clusterAddress(urls);
    expect(read).toThrow(message);
    expect(read).not.toThrow('secret');
  });
});

test.each<[Partial<Record<keyof OsloTransportOptions, unknown>>, string]>([
  [{}, 'hosts is missing'],
  [{ hosts: 'amqp://a/', queues: 'classic' }, 'the option queues'],
  [{ hosts: 'amqp://a/', tls: {} }, 'amqps'],
  [{ hosts: 'amqps://a/', tls: { rejectUnauthorized: false } }, 'there is no option "rejectUnauthorized"'],
  [{ hosts: 'amqp://a/', exchange: 'a b' }, 'the option exchange'],
])('the options %o are refused', async (options, message) => {
  await expect(osloTransport(options as OsloTransportOptions)).rejects.toThrow(message);
});
