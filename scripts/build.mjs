// Builds dist: the declarations and the code. `npm run build`.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync('node', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
execFileSync('node', ['scripts/prune-types.mjs'], { cwd: root, stdio: 'inherit' });
await bundle(join(root, 'dist'));
await import('./write-man-pages.mjs');
