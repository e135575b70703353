// Virtual functions of a NIC in memory, which guests get one after the other. Late and repeated unplugs, an administrator and garbage
// collections come in between. Each function should have the settings of its guest, or those that it had before.
import { InstanceInfo, Network, VIFDirect } from 'os-vif';
import { MacvtapPlugin, MemoryHost, OsVif } from 'os-vif/host';

const FUNCTIONS = 4;
const GUESTS = 10;
const PHYSICAL = '0000:03:00.0';
const instance = new InstanceInfo({ uuid: 'd7a730ca-3c28-49c3-8f26-4662b909fe8a', name: 'guest-1' });

const hex = (n) => n.toString(16).padStart(2, '0');
const addressOf = (number) => `0000:03:02.${number}`;

export class FunctionOwners {
  name = 'owners of virtual functions';
  #random;
  #osVif;
  #host = new MemoryHost();
  #index = this.#host.links.addNic({ name: 'pf0', virtualFunctions: FUNCTIONS });
  /** By number: what the function has without a guest, its guest, and every guest that it ever had. */
  #functions = Array.from({ length: FUNCTIONS }, () => ({
    own: { mac: '00:00:00:00:00:00', vlan: 0 },
    guest: undefined,
    former: new Set(),
  }));
  #count = 0;
  #problems = [];

  static async open(random) {
    const owners = new FunctionOwners(random);
    owners.#osVif = await OsVif.open({ host: owners.#host, plugins: [new MacvtapPlugin()] });
    return owners;
  }

  constructor(random) {
    this.#random = random;
    const { links, pci } = this.#host;
    pci.add(PHYSICAL, { interfaces: ['pf0'] });
    for (let number = 0; number < FUNCTIONS; number++) {
      links.addNic({ name: `vf${number}` });
      pci.add(addressOf(number), { interfaces: [`vf${number}`], physicalFunction: { address: PHYSICAL, number } });
    }
  }

  async act() {
    const number = this.#random.below(FUNCTIONS);
    const action = this.#random.pick([
      this.#plug,
      this.#plug,
      this.#unplug,
      this.#lateUnplug,
      this.#meddle,
      this.#setOwn,
      this.#collect,
    ]);
    await action.call(this, number);
    await this.#compare(`after ${action.name.slice(1)} at function ${number}`);
  }

  /** They are not on the host of the others. */
  names() {
    return { links: [], rows: [] };
  }

  differences() {
    return this.#problems;
  }

  async leave() {
    for (let number = 0; number < FUNCTIONS; number++) await this.#unplug(number);
    await this.#compare('at the end');
  }

  async #plug(number) {
    const one = this.#functions[number];
    const guest = one.guest ?? this.#random.pick(this.#free());
    await this.#osVif.plug(vifOf(guest, number), instance);
    one.guest = guest;
    one.former.add(guest);
    await this.#refuseAnother(number);
  }

  /** Another guest does not get the function. */
  async #refuseAnother(number) {
    const other = vifOf(this.#random.pick(this.#free()), number);
    const drifts = await this.#osVif.check(other, instance);
    if (!drifts.some(({ type }) => type === 'conflict')) this.#problems.push(`no conflict: ${JSON.stringify(drifts)}`);
    const left = await this.#osVif.plug(other, instance).catch(({ left }) => left);
    if (left?.length !== 0) this.#problems.push(`another guest got function ${number}: ${JSON.stringify(left)}`);
  }

  async #unplug(number) {
    const one = this.#functions[number];
    if (one.guest === undefined) return;
    await this.#osVif.unplug(vifOf(one.guest, number), instance);
    one.guest = undefined;
  }

  /** The unplug of a guest that has another function by now would take it from there. */
  async #lateUnplug(number) {
    const { former } = this.#functions[number];
    const gone = this.#free().filter((guest) => former.has(guest));
    for (const guest of [...gone, ...gone]) await this.#osVif.unplug(vifOf(guest, number), instance);
  }

  /** Somebody changes a function that a guest has. Check tells it, and a plug puts it right. */
  async #meddle(number) {
    const { guest } = this.#functions[number];
    if (guest === undefined) return;
    await this.#host.links.changeVirtualFunction(this.#index, number, { vlan: 4000 });
    const vif = vifOf(guest, number);
    const drifts = await this.#osVif.check(vif, instance);
    if (!drifts.some(({ property }) => property === 'vlan')) this.#problems.push('check does not tell the VLAN');
    await this.#osVif.plug(vif, instance);
  }

  /** The administrator gives a function settings that it should have without a guest. */
  async #setOwn(number) {
    const one = this.#functions[number];
    if (one.guest !== undefined) return;
    this.#count += 1;
    one.own = { mac: `02:00:00:00:00:${hex(this.#count % 256)}`, vlan: 100 + (this.#count % 100) };
    await this.#host.links.changeVirtualFunction(this.#index, number, one.own);
  }

  /** The guest of the function is forgotten, and all others are valid. */
  async #collect(number) {
    const valid = this.#functions.flatMap(({ guest }, each) =>
      guest === undefined || each === number ? [] : [vifOf(guest, each)],
    );
    await this.#osVif.collectGarbage(valid);
    this.#functions[number].guest = undefined;
  }

  #free() {
    const taken = new Set(this.#functions.map(({ guest }) => guest));
    return Array.from({ length: GUESTS }, (_, guest) => guest).filter((guest) => !taken.has(guest));
  }

  async #compare(when) {
    const found = await this.#host.links.virtualFunctions(this.#index);
    for (const { number, mac, vlan } of found) {
      const { guest, own } = this.#functions[number];
      const want = guest === undefined ? own : settingsOf(guest);
      if (mac !== want.mac || vlan !== want.vlan)
        this.#problems.push(
          `${when}: function ${number} has ${mac} and VLAN ${vlan}, not ${want.mac} and ${want.vlan}`,
        );
      const { up } = await this.#host.links.get(`vf${number}`);
      if (up !== (guest !== undefined)) this.#problems.push(`${when}: device vf${number} is ${up ? 'up' : 'down'}`);
    }
  }
}

function settingsOf(guest) {
  return { mac: `fa:16:3e:00:00:${hex(guest)}`, vlan: 200 + guest };
}

function vifOf(guest, number) {
  const { mac, vlan } = settingsOf(guest);
  return new VIFDirect({
    id: `${guest.toString(16).padStart(8, '0')}-4d8e-4f44-8fb4-e1d33c16a536`,
    plugin: 'macvtap',
    address: mac,
    vifName: `macvtap${guest}`,
    devAddress: addressOf(number),
    mode: 'passthrough',
    network: new Network({ id: 'b82c1929-051e-481d-8110-4669916c7915', mtu: 1450, vlan }),
  });
}
