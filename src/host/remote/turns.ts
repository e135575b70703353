/**
 * Runs tasks of many queues, a few at the same time.
 * Queues take turns, so that a long queue does not delay a short one.
 */

/** A group of tasks. Tasks of one lane do not wait for tasks of another lane. */
type Lane = string;

interface Task {
  readonly lane: Lane;
  run(): Promise<void>;
  /** Called after the task has run or was dropped. */
  end(): void;
}

/** The tasks of one client. */
export class TaskQueue {
  readonly tasks: Task[] = [];
  running = 0;
  readonly #isReady: () => boolean;

  /** @param isReady whether the next task may start; call `Turns.next` when its result changes to true */
  constructor(isReady: () => boolean) {
    this.#isReady = isReady;
  }

  /** The next task, if it may start. */
  get ready(): Task | undefined {
    return this.#isReady() ? this.tasks[0] : undefined;
  }

  /** Drops the tasks that have not started. */
  clear(): void {
    for (const task of this.tasks.splice(0)) task.end();
  }
}

/** Runs the tasks of all queues in turns. */
export class Turns {
  readonly #room: Map<Lane, number>;
  /** The queues with tasks, in the order of their turns. */
  readonly #waiting = new Set<TaskQueue>();
  #isScheduled = false;

  /** @param lanes the largest number of running tasks of each lane */
  constructor(lanes: Readonly<Record<Lane, number>>) {
    this.#room = new Map(Object.entries(lanes));
  }

  /** Queues a task. Resolves after the task has run or was dropped. */
  run(queue: TaskQueue, lane: Lane, run: () => Promise<void>): Promise<void> {
    return new Promise((end) => {
      queue.tasks.push({ lane, run, end });
      this.#waiting.add(queue);
      // A search at each of many additions would take quadratic time.
      this.next();
    });
  }

  /**
   * Starts all tasks that may start, in the next turn of the event loop.
   * The event loop can then read from all clients between tasks, even if tasks end without waiting.
   */
  next(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#startAll();
    });
  }

  #startAll(): void {
    // A queue that is added again during this loop comes after all others.
    for (const queue of this.#waiting) {
      const task = queue.ready;
      if (task === undefined && queue.tasks.length > 0) continue;
      if (task !== undefined && this.#roomIn(task.lane) === 0) continue;
      this.#waiting.delete(queue);
      if (task === undefined) continue;
      queue.tasks.shift();
      if (queue.tasks.length > 0) this.#waiting.add(queue);
      void this.#start(queue, task);
    }
  }

  async #start(queue: TaskQueue, { lane, run, end }: Task): Promise<void> {
    this.#room.set(lane, this.#roomIn(lane) - 1);
    queue.running += 1;
    await run();
    queue.running -= 1;
    this.#room.set(lane, this.#roomIn(lane) + 1);
    end();
    this.next();
  }

  #roomIn(lane: Lane): number {
    return this.#room.get(lane) ?? 0;
  }
}
