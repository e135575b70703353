/** The URLs of the hosts of a RabbitMQ cluster. */

import { ArgumentError } from '../../errors/argument.ts';

/** The settings in the URLs. */
export interface ClusterAddress {
  /** Host names, each with a port. */
  readonly hosts: readonly { readonly hostname: string; readonly port: number }[];
  readonly username: string;
  readonly password: string;
  readonly vhost: string;
  readonly isTls: boolean;
}

const CALL = 'osloTransport';
const FORM = 'amqp://USER:PASSWORD@HOST:PORT/VHOST';

/**
 * Reads the URLs of all hosts of a cluster. `amqps` and `rabbits` mean TLS. `rabbit` is the name of
 * `amqp` in `transport_url` of OpenStack's services. The errors do not contain the URLs, which have
 * passwords.
 *
 * @throws ArgumentError
 */
export function clusterAddress(urls: readonly string[]): ClusterAddress {
  const [first, ...rest] = urls.map((url, i) => addressOf(url, `hosts[${i}]`));
  if (first === undefined) throw new ArgumentError(CALL, `the option hosts: expected at least one URL ${FORM}`);
  for (const key of ['username', 'password', 'vhost', 'isTls'] as const)
    if (rest.some((each) => each[key] !== first[key]))
      throw new ArgumentError(CALL, `the option hosts: expected the same ${PARTS[key]} in each URL`);
  const hosts = [first, ...rest].flatMap((each) => each.hosts);
  // rabbitmq-client splits the name of each host at its first colon.
  if (hosts.length > 1 && hosts.some(({ hostname }) => hostname.includes(':')))
    throw new ArgumentError(CALL, 'the option hosts: expected names in place of IPv6 addresses, for several hosts');
  return { ...first, hosts };
}

const PARTS = { username: 'user', password: 'password', vhost: 'virtual host', isTls: 'scheme' };

function addressOf(text: string, where: string): ClusterAddress {
  const scheme = /^(amqp|rabbit)(s?):/.exec(text);
  let url: URL;
  let decoded: readonly string[];
  try {
    if (scheme === null) throw new TypeError('the scheme is another one');
    // The URL standard treats the hosts of unknown schemes as opaque text.
    url = new URL(text.replace(/^\w+:/, 'http:'));
    decoded = [url.username, url.password, url.pathname.slice(1)].map(decodeURIComponent);
  } catch {
    throw new ArgumentError(CALL, `the option ${where}: expected a URL ${FORM}, found another text`);
  }
  const [username = '', password = '', vhost = ''] = decoded;
  const isTls = scheme[2] === 's';
  // new URL() leaves out the port 80, the default of its scheme.
  const port = Number(url.port || (/:80(\/|$)/.test(text) ? 80 : isTls ? 5671 : 5672));
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  return {
    hosts: [{ hostname, port }],
    username: username || 'guest',
    password: password || (username ? '' : 'guest'),
    vhost: vhost || '/',
    isTls,
  };
}
