/**
 * Debian packages of any suite, without installing them. apt runs with a state folder for each suite, so the sources and lists of the
 * machine stay as they are. apt checks the signature of the suite and the hash of each package.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.mjs';

/** From the package debian-archive-keyring. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** Packages of a suite are looked up anew after this time, in ms. */
const LISTS_ARE_FRESH = 7 * 24 * 3_600_000;

/**
 * Opens the suites as one: the newest version of a package counts. `context` has the cache folder, the signal and `say`.
 * @returns {Promise<{ dependencies(name: string): Promise<string[]>, unpack(names: string[], folder: string): Promise<void> }>}
 */
export async function openSuites(suites, context) {
  const root = join(context.cache, 'apt', suites.join('+'));
  const apt = aptWith(root, context);
  await configure(root, suites, context);
  await update(root, suites, apt, context);
  return {
    /** The packages that a package depends on, without alternatives. */
    dependencies: (name) => dependencies(name, suites, apt),
    /** Unpacks packages into a folder. The folder is there only when all of them are in it. */
    unpack: (names, folder) => unpack(names, folder, suites, apt, context),
  };
}

function aptWith(root, { signal }) {
  const options = Object.entries({
    'Dir::Etc': join(root, 'etc'),
    'Dir::State': join(root, 'state'),
    'Dir::State::status': join(root, 'state/status'),
    'Dir::Cache': join(root, 'cache'),
    // The user _apt may not be allowed to read the home folder that the cache is in.
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '3',
  }).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  return (tool, args, settings) => run(tool, [...options, ...args], { signal, ...settings });
}

async function configure(root, suites, context) {
  if (!existsSync(KEYRING)) throw new Error(`${KEYRING} is missing: install the package debian-archive-keyring`);
  for (const folder of ['etc/preferences.d', 'etc/apt.conf.d', 'state/lists/partial', 'cache/archives/partial'])
    await mkdir(join(root, folder), { recursive: true });
  const mirror = await debianMirror(context);
  const sources = suites.map((suite) => `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`);
  await writeFile(join(root, 'etc/sources.list'), sources.join(''));
  // Otherwise apt prefers any other suite to experimental and to backports.
  await writeFile(join(root, 'etc/preferences'), 'Package: *\nPin: release o=*Debian*\nPin-Priority: 500\n');
  await writeFile(join(root, 'state/status'), '', { flag: 'a' });
}

/** The mirror that the machine takes its own release from. It has the other suites too. */
async function debianMirror({ signal }) {
  const targets = await run('apt-get', ['indextargets', '--format', '$(SITE) $(RELEASE)', 'Created-By: Packages'], {
    signal,
  });
  const sites = targets.split('\n').map((line) => line.split(' '));
  // bookworm, but not bookworm-updates or bookworm-security: the latter have mirrors of their own.
  const own = sites.find(([site, release]) => /debian\/?$/.test(site) && /^[a-z]+$/.test(release));
  if (own === undefined)
    throw new Error("apt's sources name no mirror of Debian: the guests need Debian's packages, so run on Debian");
  return own[0];
}

async function update(root, suites, apt, { say }) {
  const stamp = join(root, 'updated');
  const age = await stat(stamp).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
  if (age < LISTS_ARE_FRESH) return;
  say(`packages of ${suites.join(' and ')}: apt-get update`);
  await apt('apt-get', ['update', '--error-on=any']);
  await writeFile(stamp, '');
}

async function dependencies(name, suites, apt) {
  const text = await apt('apt-cache', ['depends', '--important', name]).catch(() => undefined);
  if (text === undefined) throw new Error(`Debian has no package ${name} in ${suites.join(' and ')}`);
  // Those in angle brackets are of other suites.
  return [...text.matchAll(/^ {2}Depends: ([^\s<>]+)$/gm)].map(([, found]) => found);
}

async function unpack(names, folder, suites, apt, { say, signal }) {
  if (existsSync(folder)) return;
  await mkdir(join(folder, '..'), { recursive: true });
  const part = await mkdtemp(`${folder}.part-`);
  try {
    const debs = join(part, '.debs');
    await mkdir(debs);
    say(`packages of ${suites.join(' and ')}: ${names.join(', ')}`);
    await apt('apt-get', ['download', ...names], { cwd: debs }).catch((error) => {
      throw new Error(`packages of ${suites.join(' and ')} are missing (${names.join(', ')}): ${error.message}`);
    });
    for (const deb of await readdir(debs)) await run('dpkg-deb', ['-x', join(debs, deb), part], { signal });
    await rm(debs, { recursive: true });
    await rename(part, folder);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
