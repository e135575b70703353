/** Toolchains as projects use them: how each builds a source, and how the result runs. */

export type Source =
  | 'defined.ts'
  | 'decorated.ts'
  | 'standard.ts'
  | 'plain.mjs'
  | 'fastify.mjs'
  | 'openapi.mjs'
  | 'types.mjs';

export interface Toolchain {
  readonly name: string;
  readonly source: Source;
  /** Packages besides os-vif. A name before `@npm:` is an alias. */
  readonly packages: readonly string[];
  /** The files of the project besides the source, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** The command that builds. It runs with the programs of the packages on the path. */
  readonly build?: string;
  readonly run: string;
  /** What the program prints. Default: {@link WORKS}. */
  readonly prints?: RegExp;
}

/** What a program prints whose objects went there and back. */
export const WORKS = /^7 tap0$/;
const REFUSES =
  /DeclarationError: (vifName|VIFVlan): standard decorators are not supported: set "experimentalDecorators": true .* or declare the class with defineObject/;

const tsconfig = (options: object = {}) =>
  JSON.stringify({
    compilerOptions: { target: 'es2022', module: 'nodenext', strict: true, types: [], outDir: 'out', ...options },
    include: ['*.ts'],
  });
const LEGACY = { experimentalDecorators: true };
const TYPESCRIPTS = [
  ['TypeScript 5.0', 'typescript-5-0@npm:typescript@5.0', 'node node_modules/typescript-5-0/lib/tsc.js'],
  ['the newest TypeScript', 'typescript-new@npm:typescript@latest', 'node node_modules/typescript-new/bin/tsc'],
] as const;
const NODES = [
  ['Node.js 22', 'node-22@npm:node@22', 'node_modules/node-22/bin/node --experimental-strip-types --no-warnings'],
  ['Node.js 24', 'node-24@npm:node@24', 'node_modules/node-24/bin/node --no-warnings'],
] as const;
const swc = (decorators: object) =>
  JSON.stringify({
    jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022', transform: decorators },
    module: { type: 'es6' },
  });
const babel = (version: string) =>
  JSON.stringify({
    presets: [['@babel/preset-typescript', { allowDeclareFields: true }]],
    plugins: [['@babel/plugin-proposal-decorators', { version }]],
  });

export const TOOLCHAINS: readonly Toolchain[] = [
  ...TYPESCRIPTS.flatMap(([name, typescript, tsc]): Toolchain[] => [
    {
      name: `${name} and defineObject`,
      source: 'defined.ts',
      packages: [typescript],
      files: { 'tsconfig.json': tsconfig() },
      build: tsc,
      run: 'node out/defined.js',
    },
    {
      name: `${name} with legacy decorators`,
      source: 'decorated.ts',
      packages: [typescript],
      files: { 'tsconfig.json': tsconfig(LEGACY) },
      build: tsc,
      run: 'node out/decorated.js',
    },
    {
      name: `${name} with standard decorators`,
      source: 'standard.ts',
      packages: [typescript],
      files: { 'tsconfig.json': tsconfig() },
      build: `${tsc} || true`,
      run: 'node out/standard.js',
      prints: REFUSES,
    },
  ]),
  ...NODES.map(
    ([name, node, command]): Toolchain => ({
      name: `${name}, which strips types`,
      source: 'defined.ts',
      packages: [node],
      run: `${command} defined.ts`,
    }),
  ),
  { name: 'plain JavaScript', source: 'plain.mjs', packages: [], run: 'node plain.mjs' },
  {
    name: 'tsx and defineObject',
    source: 'defined.ts',
    packages: ['tsx'],
    run: 'node --import tsx defined.ts',
  },
  {
    name: 'tsx with legacy decorators',
    source: 'decorated.ts',
    packages: ['tsx'],
    files: { 'tsconfig.json': tsconfig(LEGACY) },
    run: 'node --import tsx decorated.ts',
  },
  {
    name: 'esbuild and defineObject',
    source: 'defined.ts',
    packages: ['esbuild'],
    build: 'esbuild defined.ts --bundle --minify --platform=node --format=esm --packages=external --outfile=out.mjs',
    run: 'node out.mjs',
  },
  {
    name: 'esbuild with legacy decorators',
    source: 'decorated.ts',
    packages: ['esbuild'],
    files: { 'tsconfig.json': tsconfig(LEGACY) },
    build: 'esbuild decorated.ts --bundle --platform=node --format=esm --packages=external --outfile=out.mjs',
    run: 'node out.mjs',
  },
  {
    name: 'Vite and defineObject',
    source: 'defined.ts',
    packages: ['vite'],
    build: 'vite build --ssr defined.ts --outDir out --logLevel error',
    run: 'node out/defined.js',
  },
  {
    name: 'Vite with legacy decorators',
    source: 'decorated.ts',
    packages: ['vite'],
    files: { 'tsconfig.json': tsconfig(LEGACY) },
    build: 'vite build --ssr decorated.ts --outDir out --logLevel error',
    run: 'node out/decorated.js',
  },
  {
    name: 'swc and defineObject',
    source: 'defined.ts',
    packages: ['@swc/core', '@swc/cli'],
    files: { '.swcrc': swc({}) },
    build: 'swc defined.ts -o out.mjs',
    run: 'node out.mjs',
  },
  {
    name: 'swc with legacy decorators',
    source: 'decorated.ts',
    packages: ['@swc/core', '@swc/cli'],
    files: { '.swcrc': swc({ legacyDecorator: true, useDefineForClassFields: false }) },
    build: 'swc decorated.ts -o out.mjs',
    run: 'node out.mjs',
  },
  {
    name: 'swc with standard decorators',
    source: 'standard.ts',
    packages: ['@swc/core', '@swc/cli'],
    files: { '.swcrc': swc({ decoratorVersion: '2022-03' }) },
    build: 'swc standard.ts -o out.mjs',
    run: 'node out.mjs',
    prints: REFUSES,
  },
  {
    name: 'Babel and defineObject',
    source: 'defined.ts',
    packages: ['@babel/core', '@babel/cli', '@babel/preset-typescript', '@babel/plugin-proposal-decorators'],
    files: { '.babelrc.json': babel('2023-11') },
    build: 'babel defined.ts -o out.mjs',
    run: 'node out.mjs',
  },
  {
    name: 'Babel with standard decorators',
    source: 'standard.ts',
    packages: ['@babel/core', '@babel/cli', '@babel/preset-typescript', '@babel/plugin-proposal-decorators'],
    files: { '.babelrc.json': babel('2023-11') },
    build: 'babel standard.ts -o out.mjs',
    run: 'node out.mjs',
    prints: REFUSES,
  },
  // The recipes of docs/schemas.md.
  {
    name: 'Fastify validates with a bundled schema',
    source: 'fastify.mjs',
    packages: ['fastify', 'ajv@8'],
    run: 'node fastify.mjs',
    prints: /^200 tap0 400$/,
  },
  {
    name: 'an OpenAPI 3.1 document has the bundled schemas',
    source: 'openapi.mjs',
    packages: ['@seriousme/openapi-schema-validator'],
    run: 'node openapi.mjs',
    prints: /^true +0 true$/,
  },
  {
    name: 'json-schema-to-typescript reads a bundled schema',
    source: 'types.mjs',
    packages: ['json-schema-to-typescript'],
    build: 'node types.mjs > vif-bridge.json',
    run: 'json2ts vif-bridge.json',
    prints: /vif_name\?: string/,
  },
  {
    name: 'quicktype reads a bundled schema',
    source: 'types.mjs',
    packages: ['quicktype'],
    build: 'node types.mjs > vif-bridge.json',
    run: 'quicktype --src-lang schema --lang go vif-bridge.json',
    prints: /type VifBridge struct[\s\S]*VifName +\*string/,
  },
];
