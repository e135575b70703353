// The settings of the agent, from environment variables. The README lists them.
import { isAbsolute } from 'node:path';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const PREFIX = 'COMPUTE_AGENT_';

/** A setting is missing or wrong. */
export class SettingsError extends Error {}

const SETTINGS = {
  LISTEN: { key: 'listen', initial: '127.0.0.1:9100', read: listenAddress },
  NETNS: { key: 'netns', read: text },
  OVSDB: { key: 'ovsdb', read: text },
  HELPER: { key: 'helper', read: absolutePath },
  COLLECT_GARBAGE: { key: 'collectGarbage', initial: 'false', read: trueOrFalse },
  LOG_LEVEL: { key: 'logLevel', initial: 'info', read: logLevel },
  STOP_TIMEOUT: { key: 'stopTimeout', initial: '20', read: milliseconds },
};

/** @throws SettingsError which names the variable, its value, and what is expected */
export function readSettings(env) {
  for (const name of Object.keys(env).filter((each) => each.startsWith(PREFIX))) {
    if (Object.hasOwn(SETTINGS, name.slice(PREFIX.length))) continue;
    const known = Object.keys(SETTINGS).map((each) => PREFIX + each);
    throw new SettingsError(`${name} is not a setting; the settings are ${known.join(', ')}`);
  }
  const settings = { stateDirectory: stateDirectory(env.STATE_DIRECTORY) };
  for (const [suffix, { key, initial, read }] of Object.entries(SETTINGS)) {
    const name = PREFIX + suffix;
    const value = env[name] || initial;
    settings[key] = value === undefined ? undefined : read(name, value);
  }
  if (settings.helper !== undefined && settings.netns !== undefined)
    throw new SettingsError(
      `${PREFIX}NETNS and ${PREFIX}HELPER exclude each other: give the namespace to the helper (os-vif-helper --netns)`,
    );
  return settings;
}

/** systemd sets STATE_DIRECTORY for a unit with StateDirectory=. */
function stateDirectory(value) {
  if (!value)
    throw new SettingsError('STATE_DIRECTORY is not set: set it to the directory in which the agent keeps its ports');
  return absolutePath('STATE_DIRECTORY', value);
}

function listenAddress(name, value) {
  if (value.startsWith('unix:')) return { path: absolutePath(name, value.slice('unix:'.length)) };
  const [, ipv6, ipv4, digits] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(value) ?? [];
  const port = Number(digits);
  if (!(port <= 65_535))
    throw wrong(name, value, 'a host and a port such as 127.0.0.1:9100 or [::1]:9100, or unix:/path/of/socket');
  return { host: ipv6 ?? ipv4, port };
}

function text(_name, value) {
  return value;
}

function absolutePath(name, value) {
  if (!isAbsolute(value)) throw wrong(name, value, 'an absolute path');
  return value;
}

function trueOrFalse(name, value) {
  if (value !== 'true' && value !== 'false') throw wrong(name, value, 'true or false');
  return value === 'true';
}

function logLevel(name, value) {
  if (!LOG_LEVELS.includes(value)) throw wrong(name, value, `one of ${LOG_LEVELS.join(', ')}`);
  return value;
}

function milliseconds(name, value) {
  if (!/^\d{1,4}(\.\d+)?$/.test(value)) throw wrong(name, value, 'seconds, 0 to 9999');
  return Number(value) * 1000;
}

function wrong(name, value, expected) {
  return new SettingsError(`${name}: expected ${expected}, found ${JSON.stringify(value)}`);
}
