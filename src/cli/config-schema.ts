/** What a configuration file may say, as JSON Schema. */

const text = { type: 'string', minLength: 1 };
const flag = { type: 'boolean' };
const bytes = { type: 'integer', minimum: 68, maximum: 65535 };
const id = { type: 'integer', minimum: 0, maximum: 4294967294 };

function optionsOf(properties: Record<string, object>): object {
  return { oneOf: [{ type: 'object', properties, additionalProperties: false }, { type: 'null' }, { const: false }] };
}

/** By the names that VIFs ask for them by. */
const PLUGIN_OPTIONS = {
  tap: optionsOf({ networkDeviceMtu: bytes, multiQueue: flag, owner: id, group: id }),
  linux_bridge: optionsOf({
    networkDeviceMtu: bytes,
    flatInterface: text,
    vlanInterface: text,
    forwardBridgeInterface: { type: 'array', items: text },
    iptablesDropAction: text,
  }),
  macvtap: optionsOf({ isolateGuests: flag }),
  ovs: optionsOf({
    networkDeviceMtu: bytes,
    isolateVif: flag,
    perPortBridge: flag,
    defaultQosType: {
      enum: ['linux-htb', 'linux-hfsc', 'linux-sfq', 'linux-codel', 'linux-fq_codel', 'linux-noop'],
    },
    waitForPort: flag,
  }),
  noop: optionsOf({}),
};

export const CONFIG_SCHEMA = {
  type: 'object',
  properties: {
    netns: text,
    sysfsRoot: text,
    ovsdb: {
      type: 'object',
      properties: {
        connection: text,
        timeout: { type: 'integer', minimum: 0 },
        tls: { type: 'object', properties: { key: text, cert: text, ca: text }, additionalProperties: false },
      },
      additionalProperties: false,
    },
    plugins: {
      type: 'object',
      properties: PLUGIN_OPTIONS,
      // Packages: they have no options here.
      additionalProperties: { oneOf: [{ type: 'null' }, { type: 'object', maxProperties: 0 }, { const: false }] },
    },
  },
  additionalProperties: false,
};
