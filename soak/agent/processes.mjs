// The agent and its helper as the units start them: without privileges but the helper's, and started again when they end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const NOBODY = 65_534;
/** RestartSec= of both units. */
const PAUSE_MS = 1000;
const READY_MS = 60_000;
const [INFO, WARNING] = [30, 40];
/** Errors of the log that a failure shows. */
const LAST_LINES = 40;
/** udev gives /dev/net/tun the mode 0666; containers often do not. */
const OPEN_TUN = [
  'set -e',
  'mount -t tmpfs -o mode=755 tmpfs /dev/net',
  'mknod -m 666 /dev/net/tun c 10 200',
  'mount -t sysfs sysfs /sys',
  'exec "$@"',
].join('; ');
const pathOf = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** As User=, CapabilityBoundingSet= and AmbientCapabilities= of a unit. */
function asNobody(capabilities = '-all') {
  const sets = ['inh-caps', 'ambient-caps', 'bounding-set'].map((set) => `--${set}=${capabilities}`);
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs', ...sets];
}

/** A process that starts again when it ends. */
class Service {
  /** Each life: `pid`, `from` and `to` in ms. */
  lives = [];
  #command;
  #options;
  #onLine;
  #child;
  #isWanted = false;

  constructor(command, options, onLine) {
    this.#command = command;
    this.#options = options;
    this.#onLine = onLine;
  }

  start() {
    this.#isWanted = true;
    const [file, ...args] = this.#command;
    const child = spawn(file, args, { ...this.#options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const life = { pid: child.pid, from: performance.now(), to: undefined };
    this.lives.push(life);
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', this.#onLine);
    child.once('exit', () => {
      life.to = performance.now();
      setTimeout(() => this.#isWanted && this.#child === child && this.start(), PAUSE_MS);
    });
  }

  signal(name) {
    this.#child.kill(name);
  }

  /** Ends the process for good. Returns its exit code. */
  async stop(name) {
    this.#isWanted = false;
    const child = this.#child;
    if (child === undefined) return undefined;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(name);
      await once(child, 'exit');
    }
    return child.exitCode;
  }

  get life() {
    return this.lives.at(-1);
  }
}

/** `folder` is for state and sockets, and belongs to nobody. */
export function newAgent(folder, connection) {
  const [helperSocket, socketPath] = [join(folder, 'helper.sock'), join(folder, 'http.sock')];
  const log = [];
  const messages = {};
  const note = (line) => {
    const { level, msg, reason } = parsed(line);
    // The warnings tell each drift and each repair.
    if (level === undefined || level > WARNING) log.push(`${new Date().toISOString()} ${line}`);
    if (log.length > LAST_LINES) log.shift();
    if (level === undefined) return;
    const text = reason === undefined ? msg : `${msg}: ${reason}`;
    if (level > INFO || reason !== undefined) messages[text] = (messages[text] ?? 0) + 1;
  };
  const helper = new Service(
    [
      ...['unshare', '--mount', 'sh', '-c', OPEN_TUN, 'sh', ...asNobody('-all,+net_admin,+setpcap')],
      ...[pathOf('bin/os-vif-helper'), '--socket', helperSocket, '--mode', '0660'],
    ],
    {},
    note,
  );
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    STATE_DIRECTORY: folder,
    COMPUTE_AGENT_LISTEN: `unix:${socketPath}`,
    COMPUTE_AGENT_HELPER: helperSocket,
    COMPUTE_AGENT_OVSDB: connection,
  };
  const main = pathOf('examples/compute-agent/main.mjs');
  const agent = new Service([...asNobody(), process.execPath, main], { env }, note);

  return {
    agent,
    helper,
    log,
    /** How often the agent logged each warning, each error and each check of all ports. */
    messages,
    request: (method, path, body) => send(socketPath, method, path, body),
    /** Waits until /readyz of the process that runs after this moment tells that all is well. */
    async ready() {
      for (const end = performance.now() + READY_MS; performance.now() < end; await sleep(100)) {
        const answer = await send(socketPath, 'GET', '/readyz').catch(() => undefined);
        if (answer?.status === 200) return;
      }
      throw new Error(`the agent is not ready after ${READY_MS / 1000} s`);
    },
    /** Resident memory of the agent in MB. */
    rss() {
      const status = readFileSync(`/proc/${agent.life.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
  };
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

function send(socketPath, method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request({ socketPath, method, path, headers, agent: false, timeout: READY_MS }, async (response) => {
      try {
        const text = (await response.toArray()).join('');
        resolve({ status: response.statusCode, body: JSON.parse(text) });
      } catch (error) {
        reject(error);
      }
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}
