/** The files under /proc/sys of a network namespace. */

import { closeSync, openSync, readFileSync, write } from 'node:fs';
import { OsVifError } from '../../errors/base.ts';
import { PermissionError, SystemCallError } from '../../errors/kernel.ts';
import { requireExpectedLinks } from '../../host-contract/expected-links.ts';
import type { Sysctl } from '../../host-contract/host.ts';
import type { ExpectedLink, Link, Links } from '../../host-contract/links.ts';
import { openFilesErrorOf } from '../open-files.ts';
import { errnoText } from './errno.ts';
import { NEEDS_NET_ADMIN } from './netlink/request.ts';
import type { NetworkNamespace } from './network-namespace.ts';

export class LinuxSysctl implements Sysctl {
  readonly #namespace: NetworkNamespace;
  readonly #links: Links;

  constructor(namespace: NetworkNamespace, links: Links) {
    this.#namespace = namespace;
    this.#links = links;
  }

  async get(key: string): Promise<string | undefined> {
    try {
      return this.#namespace.run(() => readFileSync(pathOf(key), 'utf8')).trim();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw refusal(`reading of ${key}`, error);
    }
  }

  async set(key: string, value: string, expected: readonly ExpectedLink[] = []): Promise<void> {
    const what = `setting ${key} to ${value}`;
    try {
      // The setting belongs to the namespace in which the file was opened.
      const fd = this.#namespace.run(() => openSync(pathOf(key), 'w'));
      try {
        // The open file belongs to one device, also if another device takes the name later.
        requireExpectedLinks(what, expected, await this.#find(expected));
        // A write waits for the RTNL lock of the kernel, so it runs on a worker thread.
        await writeTo(fd, value);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      throw refusal(what, error);
    }
  }

  async #find(expected: readonly ExpectedLink[]): Promise<Link[]> {
    const found = await Promise.all(expected.map(({ index }) => this.#links.get(index)));
    return found.filter((link) => link !== undefined);
  }
}

const NEEDS_WRITABLE =
  '/proc/sys is mounted read-only, as in most containers: make it writable (docs/least-privilege.md)';

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
  if (error instanceof OsVifError) return error;
  const code = codeOf(error);
  const outOfFiles = openFilesErrorOf(what, error);
  if (outOfFiles !== undefined) return outOfFiles;
  if (code === 'EROFS') return new PermissionError(what, code, errnoText(code), NEEDS_WRITABLE);
  if (code === 'EACCES' || code === 'EPERM') return new PermissionError(what, code, errnoText(code), NEEDS_NET_ADMIN);
  return code === '' ? error : new SystemCallError(what, code, errnoText(code));
}

function writeTo(fd: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    write(fd, text, (error) => (error === null ? resolve() : reject(error)));
  });
}
