/** A certificate authority of a test's own, made by openssl in a temporary folder. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export class PrivateCa {
  readonly folder = mkdtempSync(join(tmpdir(), 'ca-'));
  /** Path of the authority's own certificate. */
  readonly cert = join(this.folder, 'ca.pem');
  readonly #key = join(this.folder, 'ca.key');

  constructor(name: string) {
    this.#openssl('req', '-x509', ...newKey(this.#key), '-subj', `/CN=${name}`, '-days', '2', '-out', this.cert);
  }

  /** Paths of a new key and of its certificate, signed by this authority; `days` below 0 makes one that has expired. */
  issue(name: string): Identity {
    const [key, cert, request] = ['key', 'pem', 'csr'].map((extension) => join(this.folder, `${name}.${extension}`));
    if (!key || !cert || !request) throw new Error('unreachable');
    this.#openssl('req', '-new', ...newKey(key), '-subj', `/CN=${name}`, '-out', request);
    this.#openssl(
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      this.cert,
      '-CAkey',
      this.#key,
      '-CAcreateserial',
      '-days',
      '2',
      '-out',
      cert,
    );
    return { key, cert };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'ignore', cwd: this.folder });
  }
}

/** Reads what `OvsdbTlsOptions` takes. */
export function tlsOptions(authority: PrivateCa, identity?: Identity) {
  const ca = readFileSync(authority.cert);
  return identity ? { ca, key: readFileSync(identity.key), cert: readFileSync(identity.cert) } : { ca };
}

function newKey(path: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path];
}
