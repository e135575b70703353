import type { FastifyInstance } from 'fastify';
import type { Host } from 'os-vif/host';
import type { Settings } from './settings.mjs';

export interface Agent {
  /** The Fastify application, not yet listening. */
  readonly app: FastifyInstance;
  /** Plugs the ports of the state directory, and starts the watch. `onEnd` gets the error that ended the watch. */
  start(onEnd: (error: Error) => void): Promise<void>;
  /** Waits for the requests under way, ends the watch, and closes the host. The VIFs stay plugged. */
  stop(): Promise<void>;
}

/** Opens the agent on a host, which it closes at its end. */
export function openAgent(
  host: Host,
  settings: Pick<Settings, 'stateDirectory' | 'collectGarbage' | 'logLevel' | 'stopTimeout'>,
): Promise<Agent>;
