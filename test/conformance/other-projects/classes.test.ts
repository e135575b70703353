/** Every class of other OpenStack projects, declared from its Python declaration, beside what Python wrote. */
import { describe } from 'vitest';
import type { ObjectClass } from '../../../src/entries/index.ts';
import { declareProject } from './declare-class.ts';
import { EXCEPT, HISTORIES } from './histories.ts';
import { replay } from './replay.ts';
import { PROJECTS, rowsOf } from './rows.ts';

describe.each(PROJECTS)('%s', (name) => {
  const project = rowsOf(name);
  const classOf = declareProject(project, HISTORIES);
  const declared = (row: { readonly class: string }): ObjectClass => {
    const found = classOf(row.class);
    if (found === undefined) throw new Error(`${row.class} is not declared`);
    return found;
  };

  describe.each(project.classes.map((row) => ({ name: row.class, row })))('$name', ({ row }) => {
    replay(row, () => declared(row), EXCEPT[`${name}.${row.class}`]);
  });
});
