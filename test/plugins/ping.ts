/** Continuous pings from a network namespace. */

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Netns } from '../host/netns.ts';

export interface Pings {
  /** Ends the pings. Resolves to the numbers of the echo requests without an answer, and how many answers came twice. */
  stop(): Promise<{ readonly lost: readonly number[]; readonly duplicates: number }>;
}

/** Pings every 10 ms. Resolves when the first answers have arrived. */
export async function startPing({ path }: Netns, to: string): Promise<Pings> {
  const ping = spawn('nsenter', [`--net=${path}`, 'ping', '-i', '0.01', '-W', '2', to], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void ping.kill('SIGKILL'));
  let output = '';
  ping.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const closed = new Promise((resolve) => ping.on('close', resolve));
  while (!output.includes('icmp_seq=5 ')) await sleep(10);
  return {
    stop: async () => {
      ping.kill('SIGINT');
      await closed;
      const sent = Number(/(\d+) packets transmitted/.exec(output)?.[1] ?? 0);
      const answered = new Set([...output.matchAll(/icmp_seq=(\d+) /g)].map(([, number]) => Number(number)));
      // The answer to the last request may still be on its way.
      const lost = Array.from({ length: sent - 1 }, (_, i) => i + 1).filter((number) => !answered.has(number));
      return { lost, duplicates: output.match(/DUP!/g)?.length ?? 0 };
    },
  };
}
