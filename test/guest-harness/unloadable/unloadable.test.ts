import { test } from 'vitest';

if (process.env.HOME !== undefined) throw new Error('this file can not be loaded');

test('no test of the file runs', () => {});
