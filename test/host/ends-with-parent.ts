/** Programs of tests that end with the process of the tests, also if that process is killed. */

/** Returns the words of a command that ends with its parent. Other systems than Linux have no such signal. */
export function endsWithParent(command: string, args: readonly string[]): [command: string, args: string[]] {
  if (process.platform !== 'linux') return [command, [...args]];
  return ['setpriv', ['--pdeathsig', 'KILL', '--', command, ...args]];
}
