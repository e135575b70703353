// The house of DESIGN: an import only ever goes down a floor, and the model's wing knows nothing of the effects' wing.
const floors = [
  ['errors', '^src/errors/'],
  ['versioned|wiring', '^src/(versioned|wiring)/'],
  ['objects|host', '^src/(objects|host)/'],
  ['neutron|libvirt|plugins|picture', '^src/(neutron|libvirt|plugins|picture)/'],
  ['os-vif', '^src/os-vif\\.ts$'],
  ['cli', '^src/cli/'],
  ['entries', '^src/entries/'],
];

const upward = floors.flatMap(([lower, from], i) =>
  floors.slice(i + 1).map(([upper, to]) => ({
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
    apart('the model knows nothing of effects', '^src/(versioned|objects)/', '^src/(wiring|host)/'),
    apart('the effects know nothing of the model', '^src/(wiring|host)/', '^src/(versioned|objects)/'),
    apart('a picture asks no host', '^src/picture/', '^src/(host|plugins|neutron|libvirt)/'),
    apart('linux and memory hosts stand apart', '^src/host/memory/', '^src/host/(linux|ovsdb)/'),
    {
      name: 'the model is pure',
      severity: 'error',
      from: { path: '^src/(versioned|objects|errors)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'koffi stays in host/linux',
      severity: 'error',
      from: { pathNot: '^src/host/linux/' },
      to: { path: 'koffi' },
    },
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
