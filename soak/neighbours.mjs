// Others on the same host, who may do what they want with what is theirs: an administrator, a DHCP client, and a real Python os-vif. Nobody
// else may change, rename, renumber or delete it. Guests with virtual functions have a host of their own, in memory.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FunctionOwners } from './functions.mjs';
import { instance, LEASED, LEASED_ADDRESS, pythonVif, SWITCH } from './kinds.mjs';
import { attempt, run } from './namespace.mjs';

/** The Linux bridge of VIFs, into which the administrator puts a device from time to time. */
const VISITED_BRIDGE = 'brq-flat';
const PYTHON_SCRIPT = fileURLToPath(new URL('../test/peer/plugins.py', import.meta.url));
/** The one that Debian's packages belong to. */
const PYTHON = '/usr/bin/python3';
const PYTHON_VIFS = 5;

/**
 * Each neighbour: `act` does one thing and notes what should then be there; `differences` tells what is not so; `names` are its devices,
 * ports and bridges; `leave` takes all of it away.
 */
export async function startNeighbours({ host, random, model }) {
  const python = await startPython(host, random);
  const neighbours = [
    new Administrator(host, random),
    new DhcpClient(model, random),
    await FunctionOwners.open(random),
  ];
  return python ? [...neighbours, python] : neighbours;
}

class Administrator {
  name = 'the administrator';
  #host;
  #random;
  #count = 0;
  /** By name: what iproute2 should show. */
  #devices = new Map();
  #ports = new Set();
  #address = undefined;
  #hasRule = false;

  constructor(host, random) {
    this.#host = host;
    this.#random = random;
    run('ip', 'link', 'add', 'adm-br', 'type', 'bridge');
    run('ip', 'link', 'set', 'adm-br', 'up');
    this.#devices.set('adm-br', { kind: 'bridge', alias: undefined, up: true });
    this.#renumber();
  }

  async act() {
    const actions = [
      () => this.#renumber(),
      () => this.#addDevice(),
      () => this.#renameDevice(),
      () => this.#deleteDevice(),
      () => this.#setMtu(),
      () => this.#visit(),
      () => this.#toggleRule(),
      () => this.#togglePort(),
    ];
    this.#random.pick(actions)();
  }

  names() {
    return { links: [...this.#devices.keys()], rows: [...this.#ports] };
  }

  differences({ links, rows, addresses }) {
    const texts = [...this.#devices].flatMap(([name, want]) => mismatches(name, want, links.get(name)));
    for (const name of this.#ports) {
      texts.push(...mismatches(name, { bridge: SWITCH, owner: undefined, id: `id-${name}` }, portOf(rows.get(name))));
    }
    if (!addresses.some(({ address, on }) => on === 'adm-br' && address === this.#address))
      texts.push(`adm-br should have ${this.#address}`);
    if (attempt('iptables', '-C', 'FORWARD', ...RULE) !== this.#hasRule)
      texts.push(`the rule of adm-br should ${this.#hasRule ? 'be' : 'not be'} in FORWARD`);
    return texts;
  }

  leave() {
    for (const name of this.#devices.keys()) attempt('ip', 'link', 'del', name);
    for (const name of this.#ports) this.#host.vsctl('--if-exists', 'del-port', name);
    if (this.#hasRule) run('iptables', '-D', 'FORWARD', ...RULE);
    this.#devices.clear();
    this.#ports.clear();
  }

  #renumber() {
    this.#count += 1;
    if (this.#address !== undefined) run('ip', 'address', 'del', this.#address, 'dev', 'adm-br');
    this.#address = `198.51.100.${1 + (this.#count % 200)}/24`;
    run('ip', 'address', 'add', this.#address, 'dev', 'adm-br');
  }

  /** Some have an alias of the administrator's, some have none. */
  #addDevice() {
    if (this.#devices.size > 6) return;
    const name = `adm-tap${this.#count++}`;
    run('ip', 'tuntap', 'add', name, 'mode', 'tap');
    const alias = this.#random.pick([undefined, 'of the administrator']);
    if (alias !== undefined) run('ip', 'link', 'set', name, 'alias', alias);
    this.#devices.set(name, { kind: 'tun', alias, mtu: 1500, up: false });
  }

  #renameDevice() {
    const name = this.#tap();
    if (name === undefined) return;
    const other = `adm-tap${this.#count++}`;
    run('ip', 'link', 'set', name, 'down');
    run('ip', 'link', 'set', name, 'name', other);
    this.#devices.set(other, { ...this.#devices.get(name), up: false });
    this.#devices.delete(name);
  }

  #deleteDevice() {
    const name = this.#tap();
    if (name === undefined) return;
    run('ip', 'link', 'del', name);
    this.#devices.delete(name);
  }

  #setMtu() {
    const name = this.#tap();
    if (name === undefined) return;
    const mtu = 1300 + this.#random.below(200);
    run('ip', 'link', 'set', name, 'mtu', String(mtu), 'up');
    Object.assign(this.#devices.get(name), { mtu, up: true });
  }

  /** Its device is a port of a bridge of VIFs for a while. Whether it stays there is the bridge's business. */
  #visit() {
    const name = this.#tap();
    if (name !== undefined) attempt('ip', 'link', 'set', name, 'master', VISITED_BRIDGE);
  }

  #toggleRule() {
    run('iptables', this.#hasRule ? '-D' : '-A', 'FORWARD', ...RULE);
    this.#hasRule = !this.#hasRule;
  }

  #togglePort() {
    const [name] = this.#ports;
    if (name !== undefined) {
      this.#host.vsctl('del-port', name);
      this.#ports.delete(name);
    } else if (this.#host.vsctl('list-br').split('\n').includes(SWITCH)) {
      const port = `adm-port${this.#count++}`;
      // A tunnel has no device of its own, which ovs-vswitchd would delete at a time of its choice.
      const values = [
        'type=vxlan',
        'options:remote_ip=192.0.2.99',
        `options:key=${this.#count}`,
        `external_ids:iface-id=id-${port}`,
      ];
      this.#host.vsctl('add-port', SWITCH, port, '--', 'set', 'Interface', port, ...values);
      this.#ports.add(port);
    }
  }

  #tap() {
    const names = [...this.#devices.keys()].filter((name) => name !== 'adm-br');
    return names.length === 0 ? undefined : this.#random.pick(names);
  }
}

/** Each lease is longer than the one before by so many seconds, more than pass between two of them. */
const LEASE_STEP = 1000;

/** Renews the lease of a NIC. It knows the NIC alone, also when its address has moved to a bridge. */
class DhcpClient {
  name = 'the DHCP client';
  #model;
  #random;
  #leases = 0;

  constructor(model, random) {
    this.#model = model;
    this.#random = random;
    this.#renew();
  }

  async act() {
    if (this.#random.below(10) === 0) this.#renew();
  }

  names() {
    return { links: [], rows: [] };
  }

  /** The last lease is on the bridge while a VIF needs it there, and is not lost. */
  differences({ addresses }) {
    if (this.#leases === 0) return [];
    const places = addresses.filter(({ address }) => address === LEASED_ADDRESS);
    const latest = places.filter(({ lifetime }) => lifetime > (this.#leases - 1) * LEASE_STEP);
    const isNeeded = this.#bridged().some(({ state }) => state === 'plugged');
    const isRight = isNeeded ? places.length === 1 && latest[0]?.on === 'brq-leased' : latest.length > 0;
    return isRight ? [] : [`lease ${this.#leases} is not where it should be: ${JSON.stringify(places)}`];
  }

  leave() {
    this.#leases = 0;
    for (const device of [LEASED, 'brq-leased']) attempt('ip', 'address', 'flush', 'dev', device);
  }

  /** A plug moves the lease again. */
  #renew() {
    this.#leases += 1;
    const lifetime = String(this.#leases * LEASE_STEP);
    run('ip', 'address', 'replace', LEASED_ADDRESS, 'dev', LEASED, 'valid_lft', lifetime, 'preferred_lft', lifetime);
    for (const vif of this.#bridged()) {
      vif.tainted = true;
      vif.note('the lease is renewed');
      if (vif.state === 'plugged') vif.damage = 'possible';
    }
  }

  #bridged() {
    return this.#model.filter(({ kind }) => kind === 'leasedBridge');
  }
}

const RULE = ['-i', 'adm-br', '-j', 'ACCEPT'];

/** Undefined on a machine without it. */
async function startPython(host, random) {
  if (spawnSync(PYTHON, ['-c', 'import os_vif, vif_plug_ovs'], { stdio: 'ignore' }).status !== 0) {
    console.log('There is no Python os-vif on this machine (python3-os-vif): that neighbour is left out.');
    return undefined;
  }
  const child = spawn(PYTHON, [PYTHON_SCRIPT, host.connection], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return new PythonNeighbour(child, lines, random);
}

class PythonNeighbour {
  name = "Python's os-vif";
  #child;
  #lines;
  #random;
  #plugged = new Set();

  constructor(child, lines, random) {
    this.#child = child;
    this.#lines = lines;
    this.#random = random;
  }

  async act() {
    const number = this.#random.below(PYTHON_VIFS);
    await this.#call(this.#random.pick(['plug', 'plug', 'unplug']), number);
  }

  names() {
    const parts = [...this.#plugged].map((number) => pythonVif(number));
    return {
      links: parts.flatMap(({ links }) => links.map(({ name }) => name)),
      rows: parts.flatMap(({ rows }) => rows.map(({ name }) => name)),
    };
  }

  differences({ links, rows }) {
    return [...this.#plugged].flatMap((number) => {
      const parts = pythonVif(number);
      return [
        ...parts.links.flatMap(({ name, ...want }) => mismatches(name, want, links.get(name))),
        ...parts.rows.flatMap(({ name, ...want }) => mismatches(name, want, portOf(rows.get(name)))),
      ];
    });
  }

  async leave() {
    for (const number of [...this.#plugged]) await this.#call('unplug', number);
    this.#child.stdin.end();
    await once(this.#child, 'exit');
  }

  async #call(verb, number) {
    const { vif } = pythonVif(number);
    this.#child.stdin.write(
      `${JSON.stringify({ verb, vif: inPythonsVersions(vif), instance: instance.toPrimitive() })}\n`,
    );
    const { value } = await this.#lines.next();
    const { error } = JSON.parse(value);
    if (error !== undefined) throw new Error(`Python's ${verb} of VIF ${vif.id} failed: ${error}`);
    if (verb === 'plug') this.#plugged.add(number);
    else this.#plugged.delete(number);
  }
}

/** os-vif 3.0.0, of Debian 12, knows no later version of this object. */
function inPythonsVersions(vif) {
  return vif.toPrimitive({ versionManifest: { VIFPortProfileOpenVSwitch: '1.3', [vif.type]: '1.0' } });
}

function portOf(row) {
  return row && { bridge: row.bridge, owner: row.owner, id: row.ids?.['iface-id'] };
}

function mismatches(name, want, have) {
  if (have === undefined) return [`${name} is missing`];
  return Object.entries(want)
    .filter(([key, value]) => have[key] !== value)
    .map(([key, value]) => `${name}: ${key} should be ${value}, is ${have[key]}`);
}
