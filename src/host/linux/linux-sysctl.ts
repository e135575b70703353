/** The files under /proc/sys of a network namespace. */

import { closeSync, openSync, readFileSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { PermissionError, SystemCallError } from '../../errors/host.ts';
import type { Sysctl } from '../../wiring/host.ts';
import { errnoText } from './libc.ts';
import { NEEDS_NET_ADMIN } from './netlink/socket.ts';
import type { NetworkNamespace } from './network-namespace.ts';

const writeTo = promisify(write);

export class LinuxSysctl implements Sysctl {
  readonly #namespace: NetworkNamespace;

  constructor(namespace: NetworkNamespace) {
    this.#namespace = namespace;
  }

  async get(key: string): Promise<string | undefined> {
    try {
      return this.#namespace.run(() => readFileSync(pathOf(key), 'utf8')).trim();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async set(key: string, value: string): Promise<void> {
    try {
      // The namespace is the one in which the file was opened; writing waits for the kernel's RTNL lock, so not on this thread.
      const fd = this.#namespace.run(() => openSync(pathOf(key), 'w'));
      try {
        await writeTo(fd, value);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      throw refusal(`setting ${key} to ${value}`, error);
    }
  }
}

const NEEDS_WRITABLE =
  '/proc/sys is mounted read-only, as in most containers: have it writable (docs/least-privilege.md)';

function pathOf(key: string): string {
  return `/proc/sys/${key}`;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function refusal(what: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'EROFS') return new PermissionError(what, code, errnoText(code), NEEDS_WRITABLE);
  if (code === 'EACCES' || code === 'EPERM') return new PermissionError(what, code, errnoText(code), NEEDS_NET_ADMIN);
  return code === '' ? error : new SystemCallError(what, code, errnoText(code));
}
