#!/usr/bin/env node
/** The command `os-vif`. Exports nothing. */

// Node opens its inspector on SIGUSR1, to every process of the same user, until a program listens to that signal. The helper
// listens before it loads anything else. See WITHOUT_INSPECTOR in src/host/linux/confinement.ts for the time before this line.
if (process.argv[2] === 'helper') process.on('SIGUSR1', () => {});
const { run } = await import('../cli/program.ts');
await run(process.argv);
