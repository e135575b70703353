import { expect, onTestFinished, test } from 'vitest';
import { RpcClient, RpcTimeoutError, UndeliverableError } from '../../../src/entries/oslo-messaging.ts';
import { newTopic, serverWith, transportFor, until, untilAnswered, urlFor } from './on-broker.ts';
import { isUp, RABBITMQ_UNAVAILABLE, RabbitMq } from './rabbitmq.ts';

test.skipIf(RABBITMQ_UNAVAILABLE)(
  'after a crash of the broker the server makes its queues again, and each call has run at most once',
  async () => {
    const own = await RabbitMq.make();
    onTestFinished(() => own.stop());
    await isUp(own.ports.amqp);
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown) => void rejections.push(reason);
    process.on('unhandledRejection', onRejection);
    onTestFinished(() => void process.off('unhandledRejection', onRejection));
    const runs = new Map<unknown, number>();
    const run = ({ id }: Readonly<Record<string, unknown>>) => void runs.set(id, (runs.get(id) ?? 0) + 1);
    const place = { hosts: urlFor(own.ports.amqp), queues: 'transient' } as const;
    const topic = newTopic();
    await serverWith({ run, ping: () => 'pong' }, { transport: (await transportFor(place)).transport, topic });
    const { transport } = await transportFor(place);
    const client = new RpcClient({ transport, topic, server: 'host1', timeout: 2_000 });
    const outcomes: unknown[] = [];
    let isOver = false;
    const callers = Array.from({ length: 4 }, async (_, caller) => {
      for (let n = 0; !isOver; n++) {
        outcomes.push(await client.call('run', { id: `${caller}-${n}` }).catch((error: unknown) => error));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    await until(() => outcomes.length > 50, 'some calls');
    await own.kill();
    await until(() => outcomes.some((outcome) => outcome instanceof Error), 'a call that fails');
    own.start();
    expect(await untilAnswered(client, 'ping')).toBe('pong');
    isOver = true;
    await Promise.all(callers);
    for (const outcome of outcomes)
      if (outcome !== null && !(outcome instanceof UndeliverableError)) expect(outcome).toBeInstanceOf(RpcTimeoutError);
    expect([...runs.values()].filter((count) => count > 1)).toEqual([]);
    expect(rejections).toEqual([]);
  },
  300_000,
);
