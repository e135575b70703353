#!/usr/bin/env node
/** The command `os-vif`. Exports nothing. */

// On SIGUSR1, Node opens its inspector to all processes of the same user, unless the program listens to the
// signal. The helper listens before it loads other modules. WITHOUT_INSPECTOR in
// src/host/linux/confinement.ts covers the time before.
if (process.argv[2] === 'helper') process.on('SIGUSR1', () => {});
const { run } = await import('../cli/program.ts');
await run(process.argv);
