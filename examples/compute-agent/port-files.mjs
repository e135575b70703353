// The ports of the agent on disk: one file for each port, with the VIF and the instance in os-vif's wire form.
// The wire form has versions, so another version of this library can read the files. It does not tell that a macvtap
// guest is private, so the file does.
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InstanceInfo, VersionedObject, VIFBase } from 'os-vif';
import { asPrivateGuest, isPrivateGuest } from 'os-vif/host';

const PORT_FILE = /^([0-9a-f-]{36})\.json$/;

export class PortFiles {
  #folder;

  /** Creates the folder if it is missing, and removes files of writes that were cut off. */
  static async open(stateDirectory) {
    const files = new PortFiles();
    files.#folder = join(stateDirectory, 'ports');
    await mkdir(files.#folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(files.#folder))
      if (name.endsWith('.new')) await rm(join(files.#folder, name), { force: true });
    return files;
  }

  /** Reads all ports. A file that cannot be read does not keep the others from their guests. */
  async readAll() {
    const names = (await readdir(this.#folder)).filter((name) => PORT_FILE.test(name));
    const outcomes = await Promise.allSettled(names.map((name) => this.#read(name)));
    const [ports, unreadable] = [[], []];
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') ports.push(outcome.value);
      else unreadable.push({ file: join(this.#folder, names[i]), error: outcome.reason });
    }
    return { ports, unreadable };
  }

  async #read(name) {
    const { vif, instance, isLeaving, isPrivate } = JSON.parse(await readFile(join(this.#folder, name), 'utf8'));
    const port = { vif: VersionedObject.fromPrimitive(vif), instance: InstanceInfo.fromPrimitive(instance), isLeaving };
    if (!(port.vif instanceof VIFBase) || port.vif.id !== name.replace('.json', ''))
      throw new Error(`expected the VIF with the id that the file is named after`);
    if (isPrivate) asPrivateGuest(port.vif);
    return port;
  }

  /**
   * Writes a port. After a crash or a power failure the file has either the old or the new contents.
   * `isLeaving`: a start unplugs the port.
   */
  async write({ vif, instance, isLeaving = false }) {
    const path = this.#pathOf(vif.id);
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ vif, instance, isLeaving, isPrivate: isPrivateGuest(vif) })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    await this.#sync();
  }

  async delete(id) {
    await rm(this.#pathOf(id), { force: true });
    await this.#sync();
  }

  /** Makes the names in the folder durable: fsync(2). */
  async #sync() {
    const folder = await open(this.#folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #pathOf(id) {
    return join(this.#folder, `${id}.json`);
  }
}
