/** The units and the Dockerfile of examples/compute-agent fit each other and the agent. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { readSettings } from '../../examples/compute-agent/settings.mjs';

const FOLDER = 'examples/compute-agent';
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const UNITS = { agent: 'compute-agent.service', helper: 'os-vif-helper.service' };
const dockerfile = read('Dockerfile');

describe('the units of examples/compute-agent', () => {
  const agent = unit(UNITS.agent);
  const helper = unit(UNITS.helper);

  test.skipIf(spawnSync('systemd-analyze', ['--version']).status !== 0)('are valid for systemd', () => {
    const folder = temporaryFolder();
    const files = Object.values(UNITS).map((name) => {
      const file = join(folder, name);
      // systemd-analyze looks for the programs.
      const text = read(`systemd/${name}`).replaceAll(/\/usr\/bin\/(os-vif-helper|node)\b/g, process.execPath);
      writeFileSync(file, text);
      return file;
    });
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('give the privileges to the helper, and none to the agent', () => {
    expect(agent.get('CapabilityBoundingSet')).toEqual(['']);
    expect(helper.get('CapabilityBoundingSet')).toEqual(['CAP_NET_ADMIN CAP_SETPCAP']);
    for (const service of [agent, helper]) {
      expect(service.get('NoNewPrivileges')).toEqual(['yes']);
      expect(service.get('ProtectSystem')).toEqual(['strict']);
      expect(service.get('User')).not.toEqual(['root']);
    }
    expect(agent.get('User')).not.toEqual(helper.get('User'));
  });

  test('name the same socket and the same group', () => {
    const { helper: socket } = readSettings(environmentOf(agent));
    expect(helper.get('ExecStart')?.[0]).toContain(`--socket ${socket} --mode 0660`);
    expect(helper.get('ExecStartPost')?.[0]).toContain(`-S ${socket} `);
    expect(socket).toMatch(new RegExp(`^/run/${helper.get('RuntimeDirectory')}/`));
    expect(helper.get('Group')).toEqual(agent.get('Group'));
    const users = [...read('systemd/compute-agent.sysusers').matchAll(/^u (\S+)/gm)].map(([, name]) => name);
    expect(users).toEqual([...(agent.get('User') ?? []), ...(helper.get('User') ?? [])]);
  });

  test('give the agent its directories, and more time for its end than it takes', () => {
    const { listen, stateDirectory, stopTimeout } = readSettings(environmentOf(agent));
    expect(listen).toEqual({ path: `/run/${agent.get('RuntimeDirectory')}/http.sock` });
    expect(stateDirectory).toBe(`/var/lib/${agent.get('StateDirectory')}`);
    expect(Number(agent.get('TimeoutStopSec')) * 1000).toBeGreaterThan(stopTimeout + 3000);
    expect(agent.get('Restart')).toEqual(['on-failure']);
  });
});

describe('the Dockerfile of examples/compute-agent', () => {
  const instructions = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(/ (.*)/) as [string, string]);
  const all = (name: string) => instructions.filter(([each]) => each === name).map(([, rest]) => rest);

  test('is valid for Docker', () => {
    expect(validate(dockerfile)).toEqual([]);
  });

  test('builds in stages from images with pinned tags, without packages for development', () => {
    const images = all('FROM').map((from) => from.split(' ')[0]);
    expect(images).toHaveLength(2);
    for (const image of images) expect(image).toMatch(/^node:\d+-\w+-slim$/);
    expect(all('RUN').filter((run) => run.includes('npm'))).toEqual(['npm ci --omit=dev --ignore-scripts']);
    expect(all('ADD')).toEqual([]);
  });

  test('runs the agent without privileges, as process 1, with a health check', () => {
    expect(all('USER')).toEqual(['node']);
    const last = instructions.map(([name]) => name).slice(-4);
    expect(last).toEqual(['USER', 'VOLUME', 'HEALTHCHECK', 'CMD']);
    expect(all('CMD')).toEqual(['["node", "compute-agent/main.mjs"]']);
    expect(all('HEALTHCHECK')[0]).toContain('CMD ["node", "compute-agent/healthcheck.mjs"]');
  });

  test('sets the settings of the agent', () => {
    const values =
      all('ENV')[0]
        ?.split(/\s+/)
        .map((pair) => pair.split('=') as [string, string]) ?? [];
    const settings = readSettings(Object.fromEntries(values));
    expect(settings).toMatchObject({ stateDirectory: '/var/lib/compute-agent', helper: '/run/os-vif/helper.sock' });
    expect(JSON.parse(all('VOLUME')[0] ?? '')).toEqual([settings.stateDirectory, '/run/compute-agent']);
  });

  test('has a layout in which the agent finds its modules', () => {
    const folder = temporaryFolder();
    for (const name of ['compute-agent', 'prometheus'])
      cpSync(join('examples', name), join(folder, name), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(inject('package'), join(folder, 'node_modules/os-vif'));
    for (const name of ['fastify', 'prom-client'])
      symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
    const { stderr, status } = spawnSync(process.execPath, ['compute-agent/main.mjs'], {
      cwd: folder,
      env: {},
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^compute-agent: STATE_DIRECTORY is not set: .*\n$/)]);
  });
});

test('the README of examples/compute-agent has each setting and each file', () => {
  const readme = read('README.md');
  const { message } = thrownBy(() => readSettings({ COMPUTE_AGENT_X: '1' }));
  const settings = message.match(/COMPUTE_AGENT_[A-Z_]+/g) ?? [];
  expect(settings.length).toBeGreaterThan(7);
  for (const name of settings.slice(1)) expect(readme).toContain(`| \`${name}\` |`);
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.mjs'));
  for (const name of files) expect(readme).toContain(`\`${name}\``);
});

/** The values of the options of a unit. */
function unit(name: string): Map<string, string[]> {
  const options = new Map<string, string[]>();
  for (const [, key = '', value = ''] of read(`systemd/${name}`).matchAll(/^(\w+)=(.*)$/gm))
    options.set(key, [...(options.get(key) ?? []), value]);
  return options;
}

function environmentOf(service: Map<string, string[]>): Record<string, string> {
  const pairs = (service.get('Environment') ?? []).map((pair) => pair.split('=') as [string, string]);
  return { ...Object.fromEntries(pairs), STATE_DIRECTORY: `/var/lib/${service.get('StateDirectory')}` };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'agent-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function thrownBy(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
