// One of the processes that work on the host: does what the coordinator asks of it, one thing after the other, and tells how it went.
import { LinuxBridgePlugin, LinuxHost, MacvtapPlugin, OsVif, OvsPlugin, TapPlugin } from 'os-vif/host';
import { instance, twinOf, vifOf } from './kinds.mjs';
import { level, longer, NONE, watchLoop } from './pulse.mjs';

/** Of so many unplugs one does nothing, where the soak is to be seen to notice. */
const SABOTAGED = process.argv[3] === 'sabotage' ? 3 : Infinity;
/** Calls after which what is compiled on first use is. */
const WARM_UP = 25;

class OvsPerPortPlugin extends OvsPlugin {
  constructor() {
    super({ perPortBridge: true });
  }

  describe() {
    return Object.assign(super.describe(), { pluginName: 'ovs_per_port' });
  }
}

class LeasedBridgePlugin extends LinuxBridgePlugin {
  constructor() {
    super({ moveLeasedAddresses: true });
  }

  describe() {
    return Object.assign(super.describe(), { pluginName: 'linux_bridge_leased' });
  }
}

const host = await LinuxHost.open({ ovsdb: { connection: process.argv[2], timeout: 60_000 } });
const plugins = [
  new TapPlugin(),
  new LinuxBridgePlugin(),
  new LeasedBridgePlugin(),
  new MacvtapPlugin(),
  new OvsPlugin(),
  new OvsPerPortPlugin(),
];
const osVif = await OsVif.open({ host, plugins });
const loop = watchLoop();
let longest = NONE;
let calls = 0;
let unplugs = 0;

const attachments = (numbers) => numbers.map((n) => ({ vif: vifOf(n), instance }));

const VERBS = {
  plug: ({ vifs: [n], timeout }) => osVif.plug(vifOf(n), instance, { timeout }),
  unplug: async ({ vifs: [n], timeout }) => {
    unplugs += 1;
    if (unplugs % SABOTAGED !== 0) await osVif.unplug(vifOf(n), instance, { timeout });
  },
  check: ({ vifs: [n] }) => osVif.check(vifOf(n), instance),
  plugAll: ({ vifs }) => osVif.plugAll(attachments(vifs)),
  unplugAll: ({ vifs }) => osVif.unplugAll(attachments(vifs)),
  plugTwin: ({ vifs: [n] }) => osVif.plug(twinOf(n), instance),
  unplugTwin: ({ vifs: [n] }) => osVif.unplug(twinOf(n), instance),
  checkTwin: ({ vifs: [n] }) => osVif.check(twinOf(n), instance),
  collect: ({ valid }) => osVif.collectGarbage(valid.map(vifOf)),
  async level() {
    noteLongest();
    const now = await level();
    loop.reset();
    return { ...now, ...longest, calls };
  },
};

function noteLongest() {
  if (calls > WARM_UP) longest = longer(longest, loop.longest());
  loop.reset();
}

function plain(error) {
  const { name, message, code, left, cause, errors } = error;
  return {
    name,
    message,
    code,
    left,
    cause: cause instanceof Error ? plain(cause) : undefined,
    errors: errors && [...errors].map((one) => (Array.isArray(one) ? { vif: one[0], ...plain(one[1]) } : plain(one))),
  };
}

process.on('message', async ({ id, verb, ...given }) => {
  try {
    if (calls === WARM_UP) loop.reset();
    const result = await VERBS[verb](given);
    process.send({ id, result });
  } catch (error) {
    process.send({ id, error: plain(error) });
  }
  calls += 1;
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
