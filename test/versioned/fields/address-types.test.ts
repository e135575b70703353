import {
  ipAddress,
  ipNetwork,
  ipv4Address,
  ipv4AndV6Address,
  ipv4Network,
  ipv6Address,
  ipv6Network,
  macAddress,
  pciAddress,
} from '../../../src/entries/index.ts';
import { describeTypes, NO_STRINGS, same, type TypeRow } from './type-rows.ts';

const TYPES: Record<string, TypeRow> = {
  macAddress: {
    type: macAddress(),
    takes: [
      ['fa:16:3e:00:00:01', 'fa:16:3e:00:00:01'],
      ['FA-16-3E-00-00-01', 'fa:16:3e:00:00:01'],
      ['FA:16-3e:00:00:01', 'fa:16:3e:00:00:01'],
    ],
    refuses: [
      '',
      'fa:16:3e:00:00',
      'fa163e000001',
      'fa:16:3e:00:00:0g',
      'fa:16:3e:00:00:01\n',
      'fa:16:3e:00:00:01:02',
      ...NO_STRINGS,
    ],
    expected: 'a MAC address such as fa:16:3e:00:00:01',
  },
  pciAddress: {
    type: pciAddress(),
    takes: [
      ['0000:3b:00.1', '0000:3b:00.1'],
      ['ABCD:EF:1f.7', 'abcd:ef:1f.7'],
    ],
    refuses: ['3b:00.1', '0000:3b:20.1', '0000:3b:00.8', '0000:3b:00x1', '', ...NO_STRINGS],
    expected: 'a PCI address such as 0000:3b:00.1',
  },
  ipAddress: {
    type: ipAddress(),
    takes: [
      ['192.0.2.1', '192.0.2.1'],
      ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
      ['0:0:0:0:0:0:0:0', '::'],
      ['::192.0.2.1', '::192.0.2.1'],
      ['::ffff:c000:201', '::ffff:192.0.2.1'],
      ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ],
    refuses: [
      '10',
      '10.0.0',
      '010.0.0.1',
      '10.0.0.256',
      '10.0.0.1 ',
      '10.0.0.0/8',
      '::1%eth0',
      ':::',
      '1::2::3',
      '',
      ...NO_STRINGS,
    ],
    expected: 'an IP address such as 192.0.2.1 or 2001:db8::1',
  },
  ipv4Address: {
    type: ipv4Address(),
    takes: same('0.0.0.0', '255.255.255.255'),
    refuses: ['::1', '1.2.3', '1.2.3.04', '0x1.2.3.4'],
    expected: 'an IPv4 address such as 192.0.2.1',
  },
  ipv6Address: {
    type: ipv6Address(),
    takes: [['2001:0DB8::0001', '2001:db8::1']],
    refuses: ['192.0.2.1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::'],
    expected: 'an IPv6 address such as 2001:db8::1',
  },
  ipNetwork: {
    type: ipNetwork(),
    takes: [
      ['10.0.0.5/24', '10.0.0.5/24'],
      ['10.0.0.0/255.255.255.0', '10.0.0.0/24'],
      ['10.0.0.0/0.0.0.255', '10.0.0.0/24'],
      ['0.0.0.0/0.0.0.0', '0.0.0.0/0'],
      ['10.0.0.1', '10.0.0.1/32'],
      ['2001:DB8::/64', '2001:db8::/64'],
      ['2001:db8::1', '2001:db8::1/128'],
    ],
    refuses: [
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/255.0.255.0',
      '2001:db8::/129',
      '2001:db8::/ffff::',
      '10/8',
      '',
      ...NO_STRINGS,
    ],
    expected: 'an IP network such as 192.0.2.0/24',
  },
  ipv4AndV6Address: {
    type: ipv4AndV6Address(),
    takes: [
      ['192.0.2.1', '192.0.2.1'],
      ['2001:DB8::1', '2001:db8::1'],
    ],
    refuses: ['10.0.0.0/8', '010.0.0.1', 'example.org', ...NO_STRINGS],
    expected: 'an IP address such as 192.0.2.1 or 2001:db8::1',
  },
  ipv4Network: {
    type: ipv4Network(),
    takes: [
      ['10.0.0.5/24', '10.0.0.5/24'],
      ['10.0.0.0/255.255.255.0', '10.0.0.0/24'],
      ['10.0.0.1', '10.0.0.1/32'],
    ],
    refuses: ['2001:db8::/64', '::1', '10.0.0.0/33', '10/8', '', ...NO_STRINGS],
    expected: 'an IPv4 network such as 192.0.2.0/24',
  },
  ipv6Network: {
    type: ipv6Network(),
    takes: [
      ['2001:DB8::5/64', '2001:db8::5/64'],
      ['::1', '::1/128'],
    ],
    refuses: ['10.0.0.0/24', '2001:db8::/129', '', ...NO_STRINGS],
    expected: 'an IPv6 network such as 2001:db8::/64',
  },
};

describeTypes(TYPES);
