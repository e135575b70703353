/** The in-memory database of Open vSwitch, with a simulated ovs-vswitchd that assigns ofports. */
import { HostClosedError } from '../../errors/host.ts';
import { OvsdbEditError, OvsdbTimeoutError } from '../../errors/ovs.ts';
import type { Changes, ChangesOptions } from '../../host-contract/changes/changes.ts';
import { ChangeJournal } from '../../host-contract/changes/journal.ts';
import type {
  AddPort,
  Ovsdb,
  OvsdbCallOptions,
  OvsdbChangeOptions,
  OvsdbEdit,
  OvsdbView,
  OvsInterface,
  OvsMap,
  OvsMapChange,
} from '../../host-contract/ovsdb.ts';
import { changedNames } from '../../host-contract/ownership.ts';
import { MemoryOvsdbState } from './memory-ovsdb-state.ts';

/** Options of MemoryOvsdb. */
export interface MemoryOvsdbOptions {
  /**
   * Whether the host has a network device of this name. Without one, ovs-vswitchd cannot open the interface.
   * Default: true.
   */
  readonly hasLink?: (name: string) => boolean;
}

const NAME = 'memory';
/** OFPP_LOCAL, the OpenFlow port of the local interface of a bridge. */
const LOCAL_PORT = 65534;

/** The database of Open vSwitch of a MemoryHost, and the simulated switch. */
export class MemoryOvsdb implements Ovsdb {
  readonly #hasLink: (name: string) => boolean;
  #state = new MemoryOvsdbState();
  #nextOfport = 1;
  #closed = false;
  readonly #watchers = new Set<() => void>();
  readonly #journal = new ChangeJournal();

  constructor(options: MemoryOvsdbOptions = {}) {
    this.#hasLink = options.hasLink ?? (() => true);
  }

  async view(options: OvsdbCallOptions = {}): Promise<OvsdbView> {
    this.#throwIfOver(options);
    return this.#state;
  }

  async change(
    decide: (view: OvsdbView) => readonly OvsdbEdit[],
    options: OvsdbChangeOptions = {},
  ): Promise<readonly OvsdbEdit[]> {
    this.#throwIfOver(options);
    const edits = decide(this.#state);
    const next = this.#state.copy();
    for (const edit of edits) applyEdit(next, edit);
    if (edits.length > 0) options.onSend?.();
    try {
      next.checkReferences();
    } catch (error) {
      options.onRefused?.();
      throw error;
    }
    for (const name of next.changedSince(this.#state)) this.#journal.add(name);
    this.#state = next;
    this.reconfigure();
    return edits;
  }

  waitFor<T>(what: string, find: (view: OvsdbView) => T | undefined, options: OvsdbCallOptions = {}): Promise<T> {
    const { signal, timeout = 0 } = options;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        signal?.removeEventListener('abort', look);
        finish();
      };
      const look = () => {
        try {
          this.#throwIfOver(options);
          const found = find(this.#state);
          if (found !== undefined) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const onDeadline = () =>
        settle(() => reject(new OvsdbTimeoutError(NAME, `${what} did not end within ${timeout} ms`)));
      const timer = timeout > 0 ? setTimeout(onDeadline, timeout) : undefined;
      this.#watchers.add(look);
      signal?.addEventListener('abort', look, { once: true });
      look();
    });
  }

  async changes(since?: string, options: ChangesOptions = {}): Promise<Changes> {
    this.#throwIfOver(options);
    return this.#journal.after('ovsdb.changes', since, options);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#journal.end(new HostClosedError());
    this.#wake();
  }

  /**
   * Opens all interfaces that can be opened, as ovs-vswitchd does after a change of the database or of the
   * devices. `change` calls it. Call it after a device was added or removed.
   */
  reconfigure(): void {
    for (const found of [...this.#state.interfaces()]) {
      const { ofport, error } = this.#open(found);
      if (ofport === found.ofport && error === found.error) continue;
      this.#state.putInterface({ ...found, ofport, error });
      for (const name of changedNames(found.name, found)) this.#journal.add(name);
    }
    this.#wake();
  }

  #open(found: OvsInterface): Pick<OvsInterface, 'ofport' | 'error'> {
    if (this.#state.bridge(found.name)) return { ofport: LOCAL_PORT, error: undefined };
    if (found.type === '' && !this.#hasLink(found.name)) {
      return { ofport: -1, error: `could not open network device ${found.name} (No such device)` };
    }
    const isOpen = found.ofport !== undefined && found.ofport >= 0;
    return { ofport: isOpen ? found.ofport : this.#nextOfport++, error: undefined };
  }

  #wake(): void {
    for (const look of [...this.#watchers]) look();
  }

  #throwIfOver({ signal }: OvsdbCallOptions): void {
    signal?.throwIfAborted();
    if (this.#closed) throw new HostClosedError();
  }
}

function applyEdit(state: MemoryOvsdbState, edit: OvsdbEdit): void {
  switch (edit.edit) {
    case 'add-bridge': {
      const { name, datapathType = '', externalIds = {} } = edit;
      if (state.bridge(name)) throw new OvsdbEditError(`add-bridge ${name}: there is a bridge of that name`);
      state.putBridge({ uuid: crypto.randomUUID(), name, datapathType, externalIds: { ...externalIds } });
      addPort(state, { edit: 'add-port', bridge: name, name, interface: { type: 'internal' } }, 'add-bridge');
      break;
    }
    case 'set-bridge': {
      const bridge = bridgeOf(state, edit.name, edit.edit);
      state.putBridge({ ...bridge, externalIds: changeMap(bridge.externalIds, edit.externalIds) });
      break;
    }
    case 'remove-bridge':
      state.removeBridge(bridgeOf(state, edit.name, edit.edit).name);
      break;
    case 'add-port':
      bridgeOf(state, edit.bridge, `add-port ${edit.name}`);
      addPort(state, edit, 'add-port');
      break;
    case 'set-port': {
      const { tag, vlanMode, trunks, externalIds } = edit;
      const port = portOf(state, edit.name, edit.edit);
      state.putPort({
        ...port,
        tag: tag ?? port.tag,
        vlanMode: vlanMode ?? port.vlanMode,
        trunks: [...(trunks ?? port.trunks)],
        externalIds: changeMap(port.externalIds, externalIds),
      });
      break;
    }
    case 'set-interface': {
      const found = state.interface(edit.name);
      if (!found) throw new OvsdbEditError(`${edit.edit} ${edit.name}: there is no interface of that name`);
      state.putInterface({
        ...found,
        type: edit.type ?? found.type,
        mtuRequest: edit.mtuRequest === undefined ? found.mtuRequest : (edit.mtuRequest ?? undefined),
        options: changeMap(found.options, edit.options),
        externalIds: changeMap(found.externalIds, edit.externalIds),
      });
      break;
    }
    case 'remove-port':
      state.removePort(portOf(state, edit.name, edit.edit).name);
      break;
    case 'add-qos': {
      const uuid = crypto.randomUUID();
      state.putPort({ ...portOf(state, edit.port, edit.edit), qos: uuid });
      state.putQos({ uuid, type: edit.type, externalIds: { ...edit.externalIds } });
      break;
    }
    case 'remove-qos':
      state.removeQos(edit.uuid);
  }
}

function addPort(state: MemoryOvsdbState, edit: AddPort, what: string): void {
  const { name, bridge, tag, vlanMode, trunks = [], qos, externalIds = {}, interface: values = {} } = edit;
  if (state.port(name)) throw new OvsdbEditError(`${what} ${name}: there is a port of that name`);
  if (state.interface(name)) throw new OvsdbEditError(`${what} ${name}: there is an interface of that name`);
  const uuid = crypto.randomUUID();
  state.putPort({
    uuid,
    name,
    bridge,
    tag,
    vlanMode,
    trunks: [...trunks],
    qos,
    interfaces: [name],
    externalIds: { ...externalIds },
  });
  state.putInterface({
    uuid: crypto.randomUUID(),
    name,
    type: values.type ?? '',
    options: { ...values.options },
    externalIds: { ...values.externalIds },
    ofport: undefined,
    error: undefined,
    mtu: undefined,
    mtuRequest: values.mtuRequest,
  });
}

function bridgeOf(state: MemoryOvsdbState, name: string, what: string) {
  const bridge = state.bridge(name);
  if (!bridge) throw new OvsdbEditError(`${what}: there is no bridge ${name}`);
  return bridge;
}

function portOf(state: MemoryOvsdbState, name: string, what: string) {
  const port = state.port(name);
  if (!port) throw new OvsdbEditError(`${what} ${name}: there is no port of that name`);
  return port;
}

function changeMap(map: OvsMap, change: OvsMapChange = {}): OvsMap {
  const changed: Record<string, string> = { ...map };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete changed[key];
    else changed[key] = value;
  }
  return changed;
}
