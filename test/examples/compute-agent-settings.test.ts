import { describe, expect, test } from 'vitest';
import { readSettings } from '../../examples/compute-agent/settings.mjs';

const STATE_DIRECTORY = '/var/lib/compute-agent';

describe('the settings of examples/compute-agent', () => {
  test('have defaults', () => {
    expect(readSettings({ STATE_DIRECTORY, PATH: '/bin' })).toEqual({
      listen: { host: '127.0.0.1', port: 9100 },
      stateDirectory: STATE_DIRECTORY,
      netns: undefined,
      ovsdb: undefined,
      helper: undefined,
      collectGarbage: false,
      logLevel: 'info',
      stopTimeout: 20_000,
    });
  });

  test('come from environment variables', () => {
    const settings = readSettings({
      STATE_DIRECTORY,
      COMPUTE_AGENT_LISTEN: 'unix:/run/compute-agent/http.sock',
      COMPUTE_AGENT_OVSDB: 'tcp:127.0.0.1:6640',
      COMPUTE_AGENT_HELPER: '/run/os-vif/helper.sock',
      COMPUTE_AGENT_COLLECT_GARBAGE: 'true',
      COMPUTE_AGENT_LOG_LEVEL: 'debug',
      COMPUTE_AGENT_STOP_TIMEOUT: '0.5',
    });
    expect(settings).toMatchObject({
      listen: { path: '/run/compute-agent/http.sock' },
      ovsdb: 'tcp:127.0.0.1:6640',
      helper: '/run/os-vif/helper.sock',
      collectGarbage: true,
      logLevel: 'debug',
      stopTimeout: 500,
    });
    expect(readSettings({ STATE_DIRECTORY, COMPUTE_AGENT_LISTEN: '[::1]:80' }).listen).toEqual({
      host: '::1',
      port: 80,
    });
    expect(readSettings({ STATE_DIRECTORY, COMPUTE_AGENT_NETNS: 'blue' }).netns).toBe('blue');
  });

  test.each([
    [{ STATE_DIRECTORY: undefined }, 'STATE_DIRECTORY is not set'],
    [{ STATE_DIRECTORY: 'state' }, 'STATE_DIRECTORY: expected an absolute path, found "state"'],
    [{ COMPUTE_AGENT_LISTEN: '9100' }, 'COMPUTE_AGENT_LISTEN: expected a host and a port such as 127.0.0.1:9100'],
    [{ COMPUTE_AGENT_LISTEN: 'localhost:65536' }, 'COMPUTE_AGENT_LISTEN: expected a host and a port'],
    [{ COMPUTE_AGENT_LISTEN: 'unix:http.sock' }, 'COMPUTE_AGENT_LISTEN: expected an absolute path, found "http.sock"'],
    [{ COMPUTE_AGENT_COLLECT_GARBAGE: 'yes' }, 'COMPUTE_AGENT_COLLECT_GARBAGE: expected true or false, found "yes"'],
    [{ COMPUTE_AGENT_LOG_LEVEL: 'loud' }, 'COMPUTE_AGENT_LOG_LEVEL: expected one of fatal, error'],
    [{ COMPUTE_AGENT_STOP_TIMEOUT: '-1' }, 'COMPUTE_AGENT_STOP_TIMEOUT: expected seconds, 0 to 9999, found "-1"'],
    [
      { COMPUTE_AGENT_LISTENS: '127.0.0.1:1' },
      'COMPUTE_AGENT_LISTENS is not a setting; the settings are COMPUTE_AGENT_LISTEN,',
    ],
    [
      { COMPUTE_AGENT_HELPER: '/s', COMPUTE_AGENT_NETNS: 'blue' },
      'COMPUTE_AGENT_NETNS and COMPUTE_AGENT_HELPER exclude each other',
    ],
  ])('%j is refused', (env, message) => {
    expect(() => readSettings({ STATE_DIRECTORY, ...env })).toThrow(message);
  });
});
