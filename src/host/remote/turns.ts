/**
 * Runs tasks of many queues, a few at the same time. The users take turns, and so do the queues of
 * each user. For this reason, a long queue does not delay a short one, and a user with many queues
 * does not delay another user.
 */

/** A group of tasks. Tasks of one lane do not wait for tasks of another lane. */
type Lane = string;

interface Task {
  readonly lane: Lane;
  run(): Promise<void>;
  /** Called after the task has run or was dropped. */
  end(): void;
}

/** The user id of a client, if it is known. */
type User = number | undefined;

/** The tasks of one client. */
export class TaskQueue {
  readonly tasks: Task[] = [];
  running = 0;
  readonly user: User;
  readonly #isReady: () => boolean;

  /** @param isReady whether the next task may start; call `Turns.next` when its result changes to true */
  constructor(user: User, isReady: () => boolean) {
    this.user = user;
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
  /** The queues with tasks of each user. Users and queues are in the order of their turns. */
  readonly #waiting = new Map<User, Set<TaskQueue>>();
  #isScheduled = false;

  /** @param lanes the largest number of running tasks of each lane */
  constructor(lanes: Readonly<Record<Lane, number>>) {
    this.#room = new Map(Object.entries(lanes));
  }

  /** Queues a task. Resolves after the task has run or was dropped. */
  run(queue: TaskQueue, lane: Lane, run: () => Promise<void>): Promise<void> {
    return new Promise((end) => {
      queue.tasks.push({ lane, run, end });
      this.#add(queue);
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
    // A user that is added again during this loop comes after all others. So does a queue.
    for (const [user, queues] of this.#waiting) {
      const [queue, task] = this.#startable(queues) ?? [];
      if (queue !== undefined && task !== undefined) {
        queues.delete(queue);
        this.#waiting.delete(user);
        if (queues.size > 0) this.#waiting.set(user, queues);
        queue.tasks.shift();
        if (queue.tasks.length > 0) this.#add(queue);
        void this.#start(queue, task);
      } else if (queues.size === 0) this.#waiting.delete(user);
    }
  }

  /** The first queue whose next task may start. Forgets queues whose tasks were dropped. */
  #startable(queues: Set<TaskQueue>): [TaskQueue, Task] | undefined {
    for (const queue of queues) {
      const task = queue.ready;
      if (task !== undefined && this.#roomIn(task.lane) > 0) return [queue, task];
      if (queue.tasks.length === 0) queues.delete(queue);
    }
    return undefined;
  }

  #add(queue: TaskQueue): void {
    const queues = this.#waiting.get(queue.user);
    if (queues === undefined) this.#waiting.set(queue.user, new Set([queue]));
    else queues.add(queue);
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
