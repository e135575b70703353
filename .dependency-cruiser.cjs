// The layers of ARCHITECTURE.md: imports point down only, type imports included.
// The model (versioned, objects) and the effects (host-contract, wiring, host) do not import each other.
const layers = [
  ['text', '^src/text/'],
  ['errors', '^src/errors/'],
  ['versioned|host-contract', '^src/(versioned|host-contract)/'],
  ['objects|wiring|host|oslo-messaging', '^src/(objects|wiring|host|oslo-messaging)/'],
  ['neutron|libvirt|plugins|picture|schemas', '^src/(neutron|libvirt|plugins|picture|schemas)/'],
  ['watch', '^src/watch/'],
  ['os-vif', '^src/os-vif\\.ts$'],
  ['cli|testing', '^src/(cli|testing)/'],
  ['entries', '^src/entries/'],
];

const upward = layers.flatMap(([lower, from], i) =>
  layers.slice(i + 1).map(([upper, to]) => ({
    name: `${lower} must not import ${upper}`,
    severity: 'error',
    from: { path: from },
    to: { path: to },
  })),
);

const apart = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } });

module.exports = {
  forbidden: [
    ...upward,
    apart('the model does not import effects', '^src/(versioned|objects)/', '^src/(host-contract|wiring|host)/'),
    apart('the effects do not import the model', '^src/(host-contract|wiring|host)/', '^src/(versioned|objects)/'),
    apart('wiring and host share only host-contract', '^src/wiring/', '^src/host/'),
    apart('host and wiring share only host-contract', '^src/host/', '^src/wiring/'),
    apart('RPC is for services without VIFs too', '^src/oslo-messaging/', '^src/(host-contract|objects|wiring|host)/'),
    apart('a picture asks no host', '^src/picture/', '^src/(host|plugins|neutron|libvirt)/'),
    apart('the memory host imports no other host', '^src/host/memory/', '^src/host/(linux|ovsdb)/'),
    {
      name: 'the model is pure',
      severity: 'error',
      // In its place, bundlers have class-transformer.ts, which imports no Node built-in.
      from: {
        path: '^src/(versioned|objects|errors|text)',
        pathNot: '^src/versioned/codec/class-transformer-in-node\\.ts$',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      // src/in-browser.ts replaces src/in-node.ts, the only way from here to LinuxHost and load-plugin.ts.
      name: 'what browsers run imports no Node built-in',
      severity: 'error',
      from: {
        path: '^src/(neutron|libvirt|picture|plugins|wiring|watch|host-contract|host/memory|[^/]+\\.ts$)',
        pathNot: '^src/plugins/load-(plugin|module)\\.ts$',
      },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'koffi stays in host/linux',
      severity: 'error',
      from: { pathNot: '^src/host/linux/' },
      to: { path: 'koffi' },
    },
    {
      name: 'rabbitmq-client stays in oslo-messaging/rabbitmq',
      severity: 'error',
      from: { pathNot: '^src/oslo-messaging/rabbitmq/' },
      to: { path: 'rabbitmq-client' },
    },
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
