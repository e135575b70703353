// Runs the tasks for one key one after the other, and those for different keys at the same time.

export class Queue {
  #last = new Map();

  async run(key, task) {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(task);
    const settled = turn.catch(() => {});
    this.#last.set(key, settled);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}
