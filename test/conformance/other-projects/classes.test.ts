/** Every class of other OpenStack projects, declared from its Python declaration, beside what Python wrote. */
import { describe } from 'vitest';
import { declareProject } from './declare-class.ts';
import { EXCEPT, HISTORIES } from './histories.ts';
import { replay } from './replay.ts';
import { PROJECTS, rowsOf } from './rows.ts';

describe.each(PROJECTS)('%s', (name) => {
  const project = rowsOf(name);
  const classOf = declareProject(project, HISTORIES);
  describe.each(project.classes.map((row) => ({ name: row.class, row })))('$name', ({ row }) => {
    replay(row, () => classOf(row.class), EXCEPT[`${name}.${row.class}`]);
  });
});
