// What a worker is made to do: each operation takes hold of VIFs, has the worker do something, and notes what the model is to say then.
import { setTimeout as sleep } from 'node:timers/promises';
import { ownerOf, partsOf } from './kinds.mjs';
import { trickOn } from './meddle.mjs';
import { attempt, run } from './namespace.mjs';

/** How often each operation is chosen, relative to the others. */
export const WEIGHTS = {
  plug: 24,
  unplug: 18,
  check: 16,
  meddle: 10,
  hurry: 8,
  plugAll: 4,
  unplugAll: 3,
  race: 6,
  abandon: 5,
  lateUnplug: 5,
  nameTaken: 3,
  collect: 3,
};
/** For workers that may be killed. */
export const KILLS = { killPlug: 5, killUnplug: 4, killCollect: 1 };

/** Milliseconds into a call at which it is killed, cut off or meddled with, at most. */
const MIDST_MS = 60;
/** VIFs of one batch, at most. */
const BATCH = 8;

/** The host is not as the model says, or a call did not end as it should. */
export class Difference extends Error {
  constructor(texts, vifs = []) {
    super(texts.join('\n'));
    this.vifs = vifs;
  }
}

/** `context`: model, random, host, exclusively (runs an action while no daemon is being restarted). `slot` has the worker. */
export const OPERATIONS = {
  plug: (context, slot) => onOne(context, (vif) => call(slot, 'plug', [vif])),
  unplug: (context, slot) => onOne(context, (vif) => call(slot, 'unplug', [vif])),
  check: (context, slot) => onOne(context, (vif) => check(slot, vif)),
  plugAll: (context, slot) => onSome(context, (vifs) => call(slot, 'plugAll', vifs)),
  unplugAll: (context, slot) => onSome(context, (vifs) => call(slot, 'unplugAll', vifs)),
  meddle: (context) => onOne(context, (vif) => meddle(context, vif)),
  hurry: (context, slot) => onOne(context, (vif) => hurry(context, slot, vif)),
  race: (context, slot) => onOne(context, (vif) => race(context, slot, vif)),
  abandon: (context) => onOne(context, abandon),
  lateUnplug: (context, slot) => onOne(context, (vif) => lateUnplug(context, slot, vif)),
  nameTaken: (context, slot) => onOne(context, (vif) => nameTaken(slot, vif)),
  collect: (context, slot) => collect(context, slot),
  killPlug: (context, slot) => onOne(context, (vif) => killedCall(context, slot, 'plug', vif)),
  killUnplug: (context, slot) => onOne(context, (vif) => killedCall(context, slot, 'unplug', vif)),
  killCollect: (context, slot) => collect(context, slot, { kill: true }),
};

async function onOne(context, action) {
  const [vif] = free(context, 1);
  if (vif) await holding([vif], () => action(vif));
}

async function onSome(context, action) {
  const vifs = free(context, 2 + context.random.below(BATCH - 1));
  if (vifs.length > 0) await holding(vifs, () => action(vifs));
}

function free({ model, random }, count) {
  return random.shuffled(model.filter(({ busy, abandoned }) => !busy && !abandoned)).slice(0, count);
}

async function holding(vifs, action) {
  for (const vif of vifs) vif.busy = true;
  try {
    return await action();
  } finally {
    for (const vif of vifs) vif.busy = false;
  }
}

/** plug, unplug, plugAll or unplugAll, which can't but succeed. */
export async function call(slot, verb, vifs) {
  for (const vif of vifs) {
    vif.tainted = false;
    vif.note(`${slot.name}: ${verb}`);
  }
  const { error, killed } = await slot.worker.ask(verb, { vifs: vifs.map(({ number }) => number) });
  if (killed) throw new Difference([`${slot.name} ended in ${verb}: ${killed}`], vifs);
  if (error) throw new Difference([`${verb} failed: ${wordsOf(error)}`], vifs);
  for (const vif of vifs) settle(vif, verb);
}

function settle(vif, verb) {
  vif.state = verb.startsWith('plug') ? 'plugged' : 'unplugged';
  vif.damage = vif.tainted ? 'possible' : undefined;
  vif.note(`${verb} is done`);
}

async function check(slot, vif) {
  const { result, error, killed } = await slot.worker.ask('check', { vifs: [vif.number] });
  if (error || killed) throw new Difference([`check failed: ${killed ?? wordsOf(error)}`], [vif]);
  // A port whose device a hypervisor would make has none here, and ovs-vswitchd says so.
  const drifts = result.filter(({ property, on }) => !(property === 'error' && isDeviceless(vif, on)));
  vif.note(`${slot.name}: check finds ${drifts.map(({ type, on }) => `${type} ${on}`).join(', ') || 'nothing'}`);
  if (vif.damage === 'possible' || vif.state === 'unknown' || vif.tainted) return;
  const { links, rows } = partsOf(vif.number);
  const isOnHost = vif.state === 'plugged';
  if (isOnHost && !vif.damage && drifts.length > 0) {
    throw new Difference([`check of a plugged VIF finds ${JSON.stringify(drifts)}`], [vif]);
  }
  if (isOnHost ? vif.damage && drifts.length === 0 : links.length + rows.length > 0 && drifts.length === 0) {
    throw new Difference([`check of a VIF that is ${vif.damage ?? vif.state} finds nothing`], [vif]);
  }
}

function isDeviceless({ number }, name) {
  return partsOf(number).rows.some((row) => row.name === name && row.deviceless);
}

async function meddle(context, vif) {
  const trick = trickOn(vif, context);
  const group = trick.group ? context.model.filter(({ kind }) => kind === trick.group) : [vif];
  if (group.some((one) => one !== vif && one.busy)) return;
  await holding(group, async () => {
    const run = trick.onSwitch ? () => context.exclusively(trick.run) : trick.run;
    if (!(await run())) return;
    for (const one of group) {
      one.note(`meddling: ${trick.what}`);
      // What is no part of it any more, or was not before, does it no harm.
      if (one.state === 'plugged') one.damage = one.damage || trick.group ? 'possible' : trick.what;
    }
  });
}

/** A call with so short a deadline that it may be cut off. A plug then takes back what it did. */
async function hurry(context, slot, vif) {
  const { random } = context;
  const verb = random.pick(['plug', 'unplug']);
  const timeout = 1 + random.below(MIDST_MS);
  vif.tainted = false;
  vif.note(`${slot.name}: ${verb} within ${timeout} ms`);
  const { error, killed } = await slot.worker.ask(verb, { vifs: [vif.number], timeout });
  if (killed) throw new Difference([`${slot.name} ended in ${verb}: ${killed}`], [vif]);
  if (!error) return settle(vif, verb);
  if (!isCutOff(error)) throw new Difference([`${verb} within ${timeout} ms failed: ${wordsOf(error)}`], [vif]);
  const isAsBefore = verb === 'plug' && error.left?.length === 0;
  vif.note(`${verb} is cut off, ${isAsBefore ? 'the host is as before' : `left: ${JSON.stringify(error.left)}`}`);
  if (!isAsBefore) vif.state = 'unknown';
  if (verb === 'plug') taintGroup(context, vif);
}

/** What a plug takes back of shared devices, another process may have found right in the meantime. */
function taintGroup({ model }, vif) {
  if (partsOf(vif.number).shared.length === 0) return;
  for (const one of model) {
    if (one.kind !== vif.kind) continue;
    one.tainted = true;
    if (one.state === 'plugged') one.damage = 'possible';
  }
}

/** Somebody meddles while the call runs. It may fail; the next one may not. */
async function race(context, slot, vif) {
  const { random } = context;
  const trick = trickOn(vif, context);
  if (trick.group) return;
  const verb = random.pick(['plug', 'unplug']);
  vif.note(`${slot.name}: ${verb}, and meanwhile: ${trick.what}`);
  const called = slot.worker.ask(verb, { vifs: [vif.number] });
  await sleep(random.between(0, MIDST_MS));
  await (trick.onSwitch ? context.exclusively(trick.run) : trick.run());
  const { error, killed } = await called;
  if (killed) throw new Difference([`${slot.name} ended in ${verb}: ${killed}`], [vif]);
  vif.note(`${verb} ${error ? `failed: ${wordsOf(error)}` : 'is done'}`);
  vif.state = 'unknown';
  if (error && verb === 'plug') taintGroup(context, vif);
}

/** The device goes to another VIF of the same device name. A late unplug of the first VIF, also a repeated one, leaves it there. */
async function lateUnplug(context, slot, vif) {
  const { links } = partsOf(vif.number);
  if (context.isCollecting || vif.state !== 'unplugged' || vif.tainted || !hasOneDevice(links)) return;
  // A collection would take the other VIF for garbage.
  context.isCollecting = true;
  try {
    vif.note(`${slot.name}: late unplug, the device belongs to another VIF`);
    await succeed(slot, 'plugTwin', vif);
    for (let i = 0; i < 2; i++) await succeed(slot, 'unplug', vif);
    const drifts = await succeed(slot, 'checkTwin', vif);
    if (drifts.length > 0) throw new Difference([`after a late unplug, check finds ${JSON.stringify(drifts)}`], [vif]);
    await refused(slot, vif);
    await succeed(slot, 'unplugTwin', vif);
  } finally {
    context.isCollecting = false;
  }
}

/** The administrator makes a device of the name of the VIF's. Plug and check say so, and the device stays as it is. */
async function nameTaken(slot, vif) {
  const { links } = partsOf(vif.number);
  if (vif.state !== 'unplugged' || vif.tainted || !hasOneDevice(links)) return;
  const [{ name }] = links;
  vif.note(`${slot.name}: the name ${name} is taken`);
  if (!attempt('ip', 'link', 'add', name, 'mtu', '1333', 'type', 'bridge'))
    throw new Difference([`device ${name} is left`], [vif]);
  await refused(slot, vif);
  const [{ mtu, ifalias, flags }] = JSON.parse(run('ip', '-j', 'link', 'show', name));
  if (mtu !== 1333 || ifalias !== undefined || flags.includes('UP'))
    throw new Difference([`the device ${name} of the administrator was changed`], [vif]);
  run('ip', 'link', 'del', name);
}

function hasOneDevice(links) {
  return links.length === 1 && ['tun', 'macvtap'].includes(links[0].kind);
}

async function succeed(slot, verb, vif) {
  const { result, error, killed } = await slot.worker.ask(verb, { vifs: [vif.number] });
  if (error || killed) throw new Difference([`${verb} failed: ${killed ?? wordsOf(error)}`], [vif]);
  return result;
}

/** A plug fails and leaves nothing, and check tells the conflict. */
async function refused(slot, vif) {
  const { error, killed } = await slot.worker.ask('plug', { vifs: [vif.number] });
  if (killed || error?.code !== 'ERR_OSVIF_PLUG' || error.left.length > 0)
    throw new Difference([`a plug should be refused: ${killed ?? (error ? wordsOf(error) : 'it succeeded')}`], [vif]);
  const drifts = await succeed(slot, 'check', vif);
  if (!drifts.some(({ type }) => type === 'conflict'))
    throw new Difference([`check should tell a conflict: ${JSON.stringify(drifts)}`], [vif]);
}

async function abandon(vif) {
  if (vif.state === 'unplugged') return;
  vif.abandoned = true;
  vif.note('abandoned');
}

/** Garbage collection, one at a time: everything is valid but the abandoned. */
export async function collect(context, slot, options) {
  if (context.isCollecting) return;
  context.isCollecting = true;
  try {
    await collectNow(context, slot, options);
  } finally {
    context.isCollecting = false;
  }
}

async function collectNow({ model, random }, slot, { kill = false } = {}) {
  const abandoned = model.filter((vif) => vif.abandoned && !vif.busy);
  const valid = model.filter((vif) => !vif.abandoned).map(({ number }) => number);
  await holding(abandoned, async () => {
    for (const vif of abandoned) vif.note(`${slot.name}: collect${kill ? ', and kill' : ''}`);
    const asked = slot.worker.ask('collect', { valid });
    if (kill) {
      await sleep(random.between(0, MIDST_MS));
      await slot.replace();
    }
    const { result, error, killed } = await asked;
    if (kill && killed) {
      for (const vif of abandoned) vif.state = 'unknown';
      return;
    }
    if (error || killed) throw new Difference([`collect failed: ${killed ?? wordsOf(error)}`], abandoned);
    const owners = new Set(abandoned.map(({ number }) => ownerOf(number)));
    const wrong = result.filter(({ owner }) => owner !== undefined && !owners.has(owner));
    if (wrong.length > 0) {
      const vifs = model.filter(({ number }) => wrong.some(({ owner }) => owner === ownerOf(number)));
      throw new Difference([`collect took what is not garbage: ${JSON.stringify(wrong)}`], vifs);
    }
    for (const vif of abandoned) {
      vif.note('collected');
      Object.assign(vif, { state: 'unplugged', damage: undefined, abandoned: false });
    }
  });
}

async function killedCall({ random }, slot, verb, vif) {
  const after = random.between(0, MIDST_MS);
  vif.tainted = false;
  vif.note(`${slot.name}: ${verb}, killed after ${after.toFixed(1)} ms`);
  const asked = slot.worker.ask(verb, { vifs: [vif.number] });
  await sleep(after);
  await slot.replace();
  const { error, killed } = await asked;
  if (error) throw new Difference([`${verb} failed: ${wordsOf(error)}`], [vif]);
  if (!killed) return settle(vif, verb);
  vif.state = 'unknown';
  vif.note('killed');
}

function isCutOff({ name, code, cause, errors }) {
  if (errors) return errors.every(isCutOff);
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ERR_OSVIF_OVSDB_TIMEOUT') return true;
  return cause !== undefined && isCutOff(cause);
}

function wordsOf({ name, message, code, errors, cause }) {
  const own = `${name} ${code ?? ''}: ${message}`;
  return [own, ...(errors ?? []), ...(cause ? [cause] : [])]
    .map((one) => (typeof one === 'string' ? one : wordsOf(one).replaceAll(/^/gm, '  ')))
    .join('\n');
}
