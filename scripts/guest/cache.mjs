/** Packages, kernels and built modules are kept in this folder between runs. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'os-vif-guest');
