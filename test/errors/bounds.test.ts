import { describe, expect, test } from 'vitest';
import * as errors from '../../src/entries/errors.ts';
import * as model from '../../src/entries/index.ts';
import { UnusableAddressingError, validateBinding, vifFromPort } from '../../src/entries/neutron.ts';
import { boundedMessage, LONGEST_MESSAGE, listed, MOST_LISTED } from '../../src/text/bounds.ts';
import { describeValue } from '../../src/text/describe-value.ts';
import { NETWORK, port } from '../neutron/ports.ts';

const LONG = '漢'.repeat(1_000_000);
const MANY = Array.from({ length: 40_000 }, (_, i) => `item ${i}`);
const VIOLATIONS = MANY.map((message) => ({ path: '/x', message }));
const FAILURES = new Map(MANY.map((id) => [id, new Error(LONG.slice(0, 1_000))]));
const UPSTREAM = new model.OsVifError('ERR_OSVIF_TEST', LONG);

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

/** Every class of errors, with the longest arguments that it can be given. */
const ERRORS: readonly model.OsVifError[] = [
  UPSTREAM,
  new errors.PortProfileError(LONG, LONG, LONG),
  new errors.LibvirtXmlError(LONG),
  new errors.PortBindingError(LONG, VIOLATIONS),
  new errors.UnboundPortError(LONG, VIOLATIONS),
  new errors.BindingFailedError(LONG, VIOLATIONS),
  new errors.UnsupportedVifTypeError(LONG, VIOLATIONS),
  new errors.UnusableAddressingError(LONG, LONG),
  new errors.UsageError(LONG),
  new errors.InputError(LONG, LONG),
  new errors.DocumentError(LONG, UPSTREAM),
  new errors.HelperConnectionError(LONG, LONG),
  new errors.HelperProtocolError(LONG),
  new errors.HelperRefusalError(LONG),
  new errors.KernelError('ERR_OSVIF_TEST', LONG, LONG, LONG, LONG),
  new errors.NetlinkError(LONG, LONG, LONG),
  new errors.SystemCallError(LONG, LONG, LONG, LONG),
  new errors.PermissionError(LONG, LONG, LONG, LONG),
  new errors.LinkValueError(LONG),
  new errors.NotOwnedError(LONG),
  new errors.ImmutableLinkError(LONG, LONG, LONG, LONG),
  new errors.MissingLinkError(LONG, LONG),
  new errors.ArgumentError(LONG, LONG),
  new errors.NotAVifError(LONG),
  new errors.AddressMoveError(LONG),
  new errors.KindDefinitionError(LONG),
  new errors.UnknownElementError(LONG, MANY),
  new errors.MissingCommandError(LONG, LONG),
  new errors.UnsupportedHostError(LONG),
  new errors.NamespaceError(LONG),
  new errors.PciDeviceNotFoundError(LONG, LONG),
  new errors.RepresentorNotFoundError(LONG, 1),
  new errors.FieldValueError(LONG, LONG, MANY),
  new errors.FieldValueError(LONG, 'a string').within(LONG, LONG),
  new errors.UnknownFieldError(LONG, LONG, MANY),
  new errors.UnsetFieldError(LONG, MANY),
  new errors.ReadOnlyFieldError(LONG, LONG),
  new errors.DeclarationError(LONG),
  new errors.UnsupportedObjectError(LONG, LONG),
  new errors.IncompatibleVersionError(LONG, LONG, MANY),
  new errors.TargetVersionError(LONG, LONG, LONG),
  new errors.NegotiationError(LONG),
  new errors.NegotiationLossError(MANY.map((path) => ({ path, object: LONG, version: LONG, value: LONG }))),
  new errors.SchemaNotFoundError(LONG, MANY),
  new errors.SchemaCompilationError(LONG, LONG),
  new errors.OvsdbConnectionError(LONG, LONG),
  new errors.OvsdbTimeoutError(LONG, LONG),
  new errors.OvsdbProtocolError(LONG),
  new errors.OvsdbServerError(LONG, LONG, LONG),
  new errors.OvsdbEditError(LONG),
  new errors.OvsDatapathError(LONG),
  new errors.OvsPortError(LONG, LONG),
  new errors.OvnNotInstalledError({ ifaceId: LONG, port: LONG, bridge: LONG, waited: 1, ovnStartedAt: new Date() }),
  new errors.NoMatchingPluginError(LONG, MANY),
  new errors.UnsupportedVIFError(LONG, LONG, LONG),
  new errors.PluginError(LONG),
  new errors.OpenFilesError(LONG, 'EMFILE'),
  new errors.BatchError(LONG, MANY.length, FAILURES, new Map()),
  new errors.PlugError(LONG, UPSTREAM),
  new errors.UnplugError(LONG, UPSTREAM, MANY),
  new errors.UndeliverableError(LONG, LONG),
  new errors.RpcTimeoutError(LONG, LONG, LONG, LONG),
  new errors.RemoteError({ remoteClass: LONG, module: LONG, message: LONG }),
  new errors.RpcProtocolError(LONG),
  new errors.BrokerError(LONG, LONG, LONG),
];

/** Classes whose messages contain nothing from outside. */
const FIXED = [
  'MissingKoffiError',
  'MissingFastCheckError',
  'MissingRabbitmqClientError',
  'HostClosedError',
  'TransportClosedError',
  'InterruptedError',
];

test.each(ERRORS.map((error) => [error.name, error] as const))(
  'the message of %s has at most 16,000 bytes',
  (_, error) => {
    expect(bytesOf(error.message)).toBeLessThanOrEqual(LONGEST_MESSAGE);
    expect(error.message).toMatch(/and \d+ more|…|\.\.\./);
  },
);

test('a message shows no invisible character of outside data', () => {
  const hostile = '\u001b[31mred\u202e\n';
  for (const error of [
    new errors.UnsupportedObjectError('X', `no object ${hostile}`),
    new errors.NegotiationError(`the host has no plugin ${hostile}`),
    new errors.FieldValueError(hostile, `${hostile} here`, [hostile]).within(hostile),
  ])
    expect(error.message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
});

test('no class of errors is missing here', () => {
  const classes = Object.entries(errors).flatMap(([name, value]) =>
    typeof value === 'function' && value.prototype instanceof Error ? [name] : [],
  );
  const tried = new Set([...ERRORS.map(({ name }) => name), ...FIXED]);
  expect(classes.filter((name) => !tried.has(name))).toEqual([]);
});

describe('a list', () => {
  test('has at most 100 items, then the number of the others', () => {
    expect(listed(MANY).split(', ')).toHaveLength(MOST_LISTED + 1);
    expect(listed(MANY)).toMatch(/^item 0, .*, item 99, and 39900 more$/);
  });

  test('has fewer items where they are long', () => {
    const items = MANY.map(() => 'x'.repeat(5_000));
    expect(listed(items).split(', ').slice(2)).toEqual(['and 39998 more']);
  });

  test('is not changed where it is short', () => {
    expect(listed(['a', 'b'])).toBe('a, b');
    expect(listed([])).toBe('');
  });
});

test('a message that is cut says so, and has no half of a character', () => {
  const text = '😀'.repeat(10_000);
  const cut = boundedMessage(`a${text}`);
  expect(bytesOf(cut)).toBeLessThanOrEqual(LONGEST_MESSAGE);
  expect(cut).toMatch(/^a😀+\.\.\. and \d+ more characters$/u);
  expect(boundedMessage('漢'.repeat(5_000))).toBe('漢'.repeat(5_000));
});

test('a long bigint is told without its digits', () => {
  expect(describeValue(12n)).toBe('12n');
  expect(describeValue(-(10n ** 78n))).toBe(`-1${'0'.repeat(78)}n`);
  expect(describeValue(1n << 8_000_000n)).toBe('a bigint of 80 digits or more');
});

describe('40,000 wrong values', () => {
  const primitive = {
    ...new model.SubnetList().toPrimitive(),
    'versioned_object.data': { objects: MANY.map(() => 5) },
  };
  const given = port({
    'binding:vif_type': 'nobody',
    fixed_ips: MANY.map(() => ({ ip_address: 'x', subnet_id: 'y' })),
  });

  test('are told by validate as 100 violations and their number', async () => {
    const violations = await model.validate(primitive);
    expect(violations).toHaveLength(101);
    expect(violations[99]).toEqual({ path: '/versioned_object.data/objects/99', message: 'expected object, found 5' });
    expect(violations[100]).toEqual({ path: '', message: 'and 39900 more' });
  });

  test('are told by validateBinding as 100 violations and their number', () => {
    const violations = validateBinding(given);
    expect(violations).toHaveLength(101);
    expect(violations.at(-1)).toEqual({ path: '', message: 'and 39901 more' });
  });

  test('are told by an error that says how many there are', () => {
    const thrown = expect(() => vifFromPort(given, { network: NETWORK }));
    thrown.toThrow(errors.UnsupportedVifTypeError);
    thrown.toThrow(/; and 39901 more$/);
  });

  test.each([
    ['unknown names', Object.fromEntries(MANY.map((name) => [name, 1])), 39_900],
    ['wrong addresses', { dns: MANY }, 39_900],
    ['nulls', { dns: MANY.map(() => null) }, 39_900],
    [
      'wrong routes',
      { routes: { ...new model.RouteList().toPrimitive(), 'versioned_object.data': { objects: MANY } } },
      39_900,
    ],
  ])('are counted: %s', async (_, data, more) => {
    const violations = await model.validate({ ...new model.Subnet().toPrimitive(), 'versioned_object.data': data });
    expect(violations.at(-1)).toEqual({ path: '', message: `and ${more} more` });
  });
});

test('a long name is cut in the path of a violation', async () => {
  const data = { ['k/~'.repeat(100_000)]: 1 };
  const [violation] = await model.validate({ ...new model.Subnet().toPrimitive(), 'versioned_object.data': data });
  expect(violation?.path).toMatch(/^\/versioned_object.data\/(k~1~0)+k?(~1)?\.\.\.$/);
  expect(violation?.path.length).toBeLessThan(250);
});

test('an id that is no string of a port without addresses is cut too', () => {
  expect(new UnusableAddressingError(LONG, 'no').message).toMatch(/^port 漢{77}\.\.\. has no IP address: no$/);
});
