// Plugs a VIF that Python os-vif wrote, as a TAP device of the kernel, and unplugs it: `npm run demo`.
// It works in a network namespace of its own; where none may be made it works on a model of the host in memory, and says so.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InstanceInfo, VIFGeneric, validate, versionManifest } from 'os-vif';
import { LinuxHost, MemoryHost, OsVif } from 'os-vif/host';

const INSIDE = 'OS_VIF_DEMO_IN_NAMESPACE';

if (process.env[INSIDE] === undefined) enterNamespace();
else await show(process.env[INSIDE]);

/** Starts this file again in a new network namespace; an ordinary user is mapped to root there. */
function enterNamespace() {
  const why = whyNoNamespace();
  const self = fileURLToPath(import.meta.url);
  const [command, ...args] = why === '' ? [...unshare(), process.execPath, self] : [process.execPath, self];
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, [INSIDE]: why } });
  process.exitCode = status ?? 1;
}

function unshare() {
  return process.getuid?.() === 0 ? ['unshare', '--net'] : ['unshare', '--map-root-user', '--net'];
}

function whyNoNamespace() {
  if (process.platform !== 'linux') return `this is ${process.platform}, not Linux`;
  const [command, ...args] = unshare();
  const made = spawnSync(command, [...args, 'true'], { encoding: 'utf8' });
  if (made.status !== 0) return `no network namespace may be made: ${made.error?.message ?? made.stderr.trim()}`;
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    return '/dev/net/tun may not be opened (load the tun module, or run this as root)';
  }
  return '';
}

async function show(whyMemory) {
  const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

  heading('What Python os-vif wrote (examples/tap-vif.json)');
  const primitive = read('tap-vif.json');
  const violations = await validate(primitive);
  console.log(violations.length === 0 ? 'Valid against the JSON Schema of VIFGeneric 1.0.' : violations);
  const vif = VIFGeneric.fromPrimitive(primitive);
  const instance = InstanceInfo.fromPrimitive(read('instance.json'));

  heading('The same for people: the plain form');
  console.log(JSON.stringify(vif.toPlain(), null, 2));

  heading('The same for a peer that knows only 1.0 of everything');
  const onlyFirst = Object.fromEntries(Object.keys(versionManifest(vif.type)).map((name) => [name, '1.0']));
  console.log(JSON.stringify(vif.toPrimitive({ versionManifest: onlyFirst }), null, 2));

  const host = whyMemory === '' ? await LinuxHost.open() : new MemoryHost();
  const osVif = await OsVif.open({ host });

  heading(
    whyMemory === '' ? "Plugged into this machine's kernel" : `Plugged into a model in memory, since ${whyMemory}`,
  );
  await osVif.plug(vif, instance);
  console.table(await devices(host));

  heading('Unplugged');
  await osVif.unplug(vif, instance);
  const left = await devices(host);
  console.log(left.length === 0 ? 'Nothing is left.' : left);
  await osVif.close();
  await host.close();
  if (left.length > 0) process.exitCode = 1;
}

/** Every device but loopback, as the host tells it. */
async function devices(host) {
  const links = await host.links.list();
  return links
    .filter(({ name }) => name !== 'lo')
    .map(({ name, kind, mac, mtu, up, promiscuous, alias }) => ({
      name,
      kind,
      mac,
      mtu,
      flags: [up && 'UP', promiscuous && 'PROMISC'].filter(Boolean).join(' '),
      alias,
    }));
}

function heading(text) {
  console.log(`\n${text}\n${'-'.repeat(text.length)}`);
}
