/** What the sources say of classes, interfaces and their members: the descriptions of the schemas. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The docstring of a declaration, and those of its members by name. */
export interface Docs {
  readonly text: string;
  readonly members: ReadonlyMap<string, string>;
}

/** By name, of every class and interface in some source files. */
export function docstringsOf(files: readonly URL[]): Map<string, Docs> {
  const found = new Map<string, Docs>();
  for (const file of files) {
    const source = ts.createSourceFile(file.pathname, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    for (const statement of source.statements) {
      if (!ts.isClassDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) continue;
      const members = [...statement.members].flatMap((member): [string, string][] =>
        member.name === undefined ? [] : [[nameOf(member.name), docstringOf(member)]],
      );
      const told = members.filter(([, text]) => text !== '');
      found.set(statement.name?.text ?? '', { text: docstringOf(statement), members: new Map(told) });
    }
  }
  return found;
}

function nameOf(name: ts.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : name.getText();
}

function docstringOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' ');
  return text
    .replaceAll(/\{@link ([^}]+)\}/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
