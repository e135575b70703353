/** Kinds of elements of plugins: how they are defined, and what the engine does with their elements. */

import { describe, expect, test } from 'vitest';
import { dryRunHost } from '../../../src/cli/dry-run.ts';
import {
  type CustomElement,
  defineElement,
  type Element,
  type ElementData,
  type ElementDefinition,
  LinkValueError,
  MemoryHost,
} from '../../../src/entries/host.ts';
import { graphOf, toText } from '../../../src/entries/picture.ts';
import { apply } from '../../../src/wiring/apply.ts';
import { check, plan } from '../../../src/wiring/check.ts';
import { remove } from '../../../src/wiring/remove.ts';

/** A note of another program, for example an entry in the database of a switch. */
interface NoteElement extends CustomElement {
  readonly kind: 'test:note';
  readonly text: string;
}

const notes = new Map<string, string>();

const note = defineElement<NoteElement>({
  kind: 'test:note',
  validate({ name, text }) {
    if (text === '') throw new LinkValueError(`note ${name}: the text is empty`);
  },
  async ensure({ name, text }, { undoable }) {
    const before = notes.get(name);
    if (before === text) return;
    notes.set(name, text);
    undoable(async () => void (before === undefined ? notes.delete(name) : notes.set(name, before)));
  },
  async remove({ name, shared }) {
    if (!shared) notes.delete(name);
  },
  async inspect({ name, text }) {
    const have = notes.get(name);
    if (have === undefined) return [{ type: 'missing', on: name }];
    return have === text ? [] : [{ type: 'differs', on: name, property: 'text', want: text, have }];
  },
});

const TAP: Element = { kind: 'tap', name: 'tap0' };

function given() {
  notes.clear();
  const host = new MemoryHost();
  return { host, context: { host, owner: 'vif-1' } };
}

describe('an element of a plugin', () => {
  test('is plain data with its kind', () => {
    const made = note.element({ name: 'n0', text: 'hello' });
    expect(made).toEqual({ kind: 'test:note', name: 'n0', text: 'hello' });
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  test('is planned, plugged, checked and unplugged', async () => {
    const { host, context } = given();
    const wiring = [note.element({ name: 'n0', text: 'hello' }), TAP];
    expect(await plan(wiring, context)).toMatchObject([
      { element: 'test:note n0', action: 'create' },
      { element: 'tap tap0', action: 'create' },
    ]);
    await apply(wiring, context);
    expect(notes.get('n0')).toBe('hello');
    expect(await check(wiring, context)).toEqual([]);
    notes.set('n0', 'other');
    expect(await plan(wiring, context)).toEqual([
      { element: 'test:note n0', on: 'n0', action: 'change', property: 'text', from: 'other', to: 'hello' },
    ]);
    await remove(wiring, context);
    expect([notes.size, await host.links.get('tap0')]).toEqual([0, undefined]);
  });

  test('is rolled back to what it was when a later element fails', async () => {
    const { host, context } = given();
    notes.set('n0', 'before');
    await host.links.create({ kind: 'bridge', name: 'tap0' });
    const wiring = [note.element({ name: 'n0', text: 'hello' }), note.element({ name: 'n1', text: 'new' }), TAP];
    await expect(apply(wiring, context)).rejects.toMatchObject({ element: 'tap tap0', left: [] });
    expect([...notes]).toEqual([['n0', 'before']]);
  });

  test('is refused by its own rules before anything is changed', async () => {
    const { host, context } = given();
    await expect(apply([TAP, note.element({ name: 'n0', text: '' })], context)).rejects.toMatchObject({
      element: 'test:note n0',
      cause: { code: 'ERR_OSVIF_LINK_VALUE' },
    });
    expect(await host.links.get('tap0')).toBeUndefined();
  });

  test('without a drawing of its own is a box with its label, and has its drifts', async () => {
    const { context } = given();
    const wiring = [note.element({ name: 'n0', text: 'hello' })];
    const { nodes } = graphOf(wiring, { drifts: await check(wiring, context) });
    expect(nodes).toContainEqual(
      expect.objectContaining({ kind: 'element', name: 'test:note n0', group: 'own', state: 'missing' }),
    );
    expect(toText(graphOf(wiring))).toContain('element of a plugin');
  });
});

test('the kind of an element still tells TypeScript which built-in element it is', () => {
  const vlanOf = (element: Element): number | string =>
    element.kind === 'vlan' ? element.id : element.kind === 'ovs-port' ? element.bridge : element.kind;
  const vlan: Element = { kind: 'vlan', name: 'eth0.5', id: 5, lower: 'eth0' };
  expect([vlan, note.element({ name: 'n0', text: 'a' })].map(vlanOf)).toEqual([5, 'test:note']);
  // @ts-expect-error a kind of a plugin has a prefix
  const withoutPrefix: Element = { kind: 'note', name: 'n0' };
  expect(vlanOf(withoutPrefix)).toBe('note');
});

test('a plug waits for another plug that shares an element of a plugin', async () => {
  const { context } = given();
  const events: string[] = [];
  const slow = defineElement<CustomElement>({
    ...inert('test:slow'),
    async ensure() {
      events.push('start');
      await new Promise((resolve) => setImmediate(resolve));
      events.push('end');
    },
  });
  const plug = (name: string, shared: boolean) => apply([slow.element({ name, shared })], context);
  await Promise.all([plug('same', true), plug('same', true)]);
  expect(events).toEqual(['start', 'end', 'start', 'end']);
  events.length = 0;
  await Promise.all([plug('same', false), plug('same', false)]);
  expect(events).toEqual(['start', 'start', 'end', 'end']);
});

test('a dry run of an unplug notes the device of an element of a plugin, and deletes nothing', async () => {
  const { host, context } = given();
  const device = defineElement<CustomElement>({
    ...inert('test:device'),
    async remove({ name }, { host: { links } }) {
      const link = await links.get(name);
      if (link !== undefined) await links.delete(link.index);
    },
  });
  await host.links.create({ kind: 'bridge', name: 'br0' });
  const removed: unknown[] = [];
  const dry = dryRunHost(host, (removal) => removed.push(removal));
  await remove([device.element({ name: 'br0' })], { ...context, host: dry });
  expect(removed).toEqual([{ kind: 'bridge', name: 'br0' }]);
  expect(await host.links.get('br0')).toBeDefined();
});

describe('an element of a kind that nobody has defined', () => {
  const unknown: Element = { kind: 'test:nothing', name: 'x0' };

  test('fails a plug before anything is changed, and check and plan', async () => {
    const { host, context } = given();
    await expect(apply([TAP, unknown], context)).rejects.toMatchObject({
      element: 'test:nothing x0',
      cause: {
        code: 'ERR_OSVIF_UNKNOWN_ELEMENT',
        message: expect.stringContaining('the module that defines the kind must be imported first'),
      },
    });
    expect(await host.links.get('tap0')).toBeUndefined();
    await expect(check([unknown], context)).rejects.toMatchObject({ code: 'ERR_OSVIF_UNKNOWN_ELEMENT' });
    await expect(plan([unknown], context)).rejects.toMatchObject({ code: 'ERR_OSVIF_UNKNOWN_ELEMENT' });
  });

  test('stays at an unplug, which removes the others', async () => {
    const { host, context } = given();
    await apply([TAP], context);
    await expect(remove([TAP, unknown], context)).rejects.toMatchObject({
      left: ['test:nothing x0'],
      cause: { code: 'ERR_OSVIF_UNKNOWN_ELEMENT' },
    });
    expect(await host.links.get('tap0')).toBeUndefined();
  });

  test('is drawn as a box', () => {
    expect(graphOf([unknown]).nodes).toContainEqual(expect.objectContaining({ name: 'test:nothing x0' }));
  });
});

describe('a definition is refused', () => {
  test('of a kind that is defined already', () => {
    defineElement(inert('test:once'));
    expect(() => defineElement(inert('test:once'))).toThrow(expect.objectContaining({ code: KIND_DEFINITION }));
  });

  test.each(['tap', 'existing-link'] as const)('of the built-in kind %s', (kind) => {
    expect(() => defineElement<ElementData>({ ...inert('test:own'), kind })).toThrow(
      expect.objectContaining({ code: KIND_DEFINITION, message: expect.stringContaining('already defined') }),
    );
  });

  test.each(['ovs-port', 'vxlan', ':vxlan', 'test:', 'te st:x', 'test:x y', ''])(
    'of a kind without a prefix: %j',
    (kind) => {
      const definition = { ...inert('test:own'), kind };
      expect(() => Reflect.apply(defineElement, undefined, [definition])).toThrow(
        expect.objectContaining({ code: KIND_DEFINITION, message: expect.stringContaining('such as example:vxlan') }),
      );
    },
  );
});

const KIND_DEFINITION = 'ERR_OSVIF_KIND_DEFINITION';

/** A kind that does nothing. */
function inert(kind: CustomElement['kind']): ElementDefinition<CustomElement> {
  return { kind, validate: () => {}, ensure: async () => {}, remove: async () => {}, inspect: async () => [] };
}
