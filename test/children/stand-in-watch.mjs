import { OsVif } from 'os-vif/host';

OsVif.prototype.watch ??= (_attachments, { signal }) => ({
  add() {},
  remove() {},
  async *[Symbol.asyncIterator]() {
    yield { type: 'resynchronized', reason: 'start' };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
});
