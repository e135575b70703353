import { setTimeout as sleep } from 'node:timers/promises';

/** ms. */
const PATIENCE = 30_000;

/** Looks again and again until the text has a part. vitest's own `expect.poll` needs a worker of vitest, and a guest has none. */
export async function untilSeen(part: string, look: () => string): Promise<void> {
  let text = look();
  for (const start = performance.now(); !text.includes(part); text = look()) {
    if (performance.now() - start > PATIENCE)
      throw new Error(`"${part}" was not seen within ${PATIENCE} ms; the last look gave: ${text}`);
    await sleep(100);
  }
}
