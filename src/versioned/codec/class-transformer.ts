/**
 * class-transformer, with what it needs. In Node.js the package has `class-transformer-in-node.ts`
 * in place of this file: see `imports` in package.json.
 */
import 'reflect-metadata/lite';
import { Exclude, Expose, instanceToPlain, plainToInstance, Transform, Type } from 'class-transformer';

/** The functions of class-transformer that make the plain form. */
export type ClassTransformer = Pick<
  typeof import('class-transformer'),
  'Exclude' | 'Expose' | 'instanceToPlain' | 'plainToInstance' | 'Transform' | 'Type'
>;

/** The copy of class-transformer that this package shares with the program. */
export function classTransformer(): ClassTransformer {
  return { Exclude, Expose, instanceToPlain, plainToInstance, Transform, Type };
}
