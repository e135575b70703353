/** Starts one broker for all tests that need one. */
import type { TestProject } from 'vitest/node';
import { RABBITMQ_UNAVAILABLE, RabbitMq } from './rabbitmq.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The broker. Undefined where RabbitMQ is not installed. */
    broker: { readonly folder: string; readonly amqp: number; readonly amqps: number } | undefined;
  }
}

let broker: RabbitMq | undefined;

/** The tests wait until the broker is up, so that its start delays no other test. */
export async function setup({ provide }: TestProject): Promise<void> {
  if (RABBITMQ_UNAVAILABLE === undefined) broker = await RabbitMq.make();
  provide('broker', broker && { folder: broker.folder, amqp: broker.ports.amqp, amqps: broker.ports.amqps });
}

export async function teardown(): Promise<void> {
  await broker?.stop();
}
