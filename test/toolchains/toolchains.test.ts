/** Own objects and built-in ones in small projects of other toolchains, with the packed package: npm run test:toolchains. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOOLCHAINS, WORKS } from './toolchains.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = fileURLToPath(new URL('sources/', import.meta.url));
let folder: string;

/** Packs the package as `npm run build` made it, and installs it with all toolchains in one folder. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'os-vif-toolchains-'));
  run('npm run --silent build', ROOT);
  run(`npm pack --silent --pack-destination ${folder}`, ROOT);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const packages = [...new Set(TOOLCHAINS.flatMap((toolchain) => toolchain.packages))].join(' ');
  run(`npm install --silent --prefer-offline --no-audit --no-fund ./os-vif-*.tgz ${packages}`, folder);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(TOOLCHAINS)('$name', { timeout: 120_000 }, ({ name, source, files = {}, build, run: command, prints }) => {
  const project = join(folder, name.replaceAll(/\W+/g, '-'));
  mkdirSync(project);
  symlinkSync(join(folder, 'node_modules'), join(project, 'node_modules'));
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  cpSync(join(SOURCES, source), join(project, source));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
  if (build !== undefined) run(build, project);
  const { output } = attempt(command, project);
  expect(output).toMatch(prints ?? WORKS);
});

function run(command: string, cwd: string): void {
  const { status, output } = attempt(command, cwd);
  if (status !== 0) throw new Error(`${command}\n${output}`);
}

function attempt(command: string, cwd: string): { readonly status: number | null; readonly output: string } {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const path = `${join(folder, 'node_modules/.bin')}:${env.PATH}`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd,
    env: { ...env, PATH: path },
    encoding: 'utf8',
  });
  return { status, output: `${stdout}${stderr}`.trim() };
}
