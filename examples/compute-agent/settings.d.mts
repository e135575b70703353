export interface Settings {
  readonly listen: { readonly host: string; readonly port: number } | { readonly path: string };
  /** The directory of the files of the ports. */
  readonly stateDirectory: string;
  /** A network namespace for a LinuxHost. */
  readonly netns: string | undefined;
  /** The address of the database of Open vSwitch. */
  readonly ovsdb: string | undefined;
  /** The socket of a helper. Without one, the agent itself needs CAP_NET_ADMIN. */
  readonly helper: string | undefined;
  /** Whether the start removes what belongs to no port of the agent. */
  readonly collectGarbage: boolean;
  readonly logLevel: string;
  /** Milliseconds that requests under way get after SIGTERM. */
  readonly stopTimeout: number;
}

/** A setting is missing or wrong. */
export class SettingsError extends Error {}

/** @throws SettingsError which names the variable, its value, and what is expected */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings;
