/** The plain form of classes that are declared within a test: what a declaration tells class-transformer. */
import { Exclude, instanceToPlain, plainToInstance, Transform } from 'class-transformer';
import { describe, expect, test } from 'vitest';
import {
  dateTime,
  type FieldOptions,
  type FieldType,
  FieldValueError,
  field,
  integer,
  listOf,
  type ObjectClass,
  objectOf,
  string,
  UnknownFieldError,
  VersionedObject,
  VIFBridge,
  versionedObject,
} from '../../../src/entries/index.ts';
import { Folder, UntypedList, UntypedObject } from '../own-classes.ts';

type Fields = Record<string, [type: FieldType<unknown>, options?: FieldOptions<unknown>]>;

/** Declares the fields of a class, and the class. */
function declare(
  objectClass: ObjectClass,
  name: string,
  fields: Fields = {},
  version = '1.0',
  namespace = 'acme-plain',
) {
  for (const [key, [type, options = {}]] of Object.entries(fields))
    Reflect.apply(field(type, options), undefined, [objectClass.prototype, key]);
  versionedObject({ name, namespace, version })(objectClass);
}

const held = (object: object, name: string): unknown => Reflect.get(object, name);
const show = (object: object) => instanceToPlain(object, { exposeUnsetFields: false });

describe('decorators of class-transformer in a class of versioned objects', () => {
  class Port extends UntypedObject {
    @Transform(({ value }) => `vlan ${value}`, { toPlainOnly: true })
    @Transform(({ value }) => value + 1000, { toClassOnly: true })
    @field(integer())
    declare vlanId?: number;

    @Exclude({ toPlainOnly: true })
    @field(string())
    declare secret?: string;
  }
  declare(Port, 'Port');
  class Switch extends UntypedObject {
    @field(listOf(objectOf(Port)))
    declare ports?: readonly Port[];
  }
  declare(Switch, 'Switch');

  test('change what toPlain returns, also in objects of a list', () => {
    const port = new Port({ vlanId: 7, secret: 'x' });
    const plain = { type: 'Port', vlan_id: 'vlan 7' };
    expect(port.toPlain()).toEqual(plain);
    expect(new Switch({ ports: [port] }).toPlain()).toEqual({ type: 'Switch', ports: [plain] });
  });

  test('change what fromPlain stores', () => {
    expect(Port.fromPlain({ vlan_id: 7 }).vlanId).toBe(1007);
    expect(Switch.fromPlain({ ports: [{ vlan_id: 8 }] }).ports?.[0]?.vlanId).toBe(1008);
  });
});

test('class-transformer knows a class that is declared after it was used, without a call of the library', () => {
  expect(new VIFBridge({ vifName: 'tap0' }).toPlain()).toEqual({ type: 'VIFBridge', vif_name: 'tap0' });
  class Late extends UntypedObject {}
  declare(Late, 'Late', { hostName: [string()] });
  expect(instanceToPlain(Object.assign(new Late(), { hostName: 'a' }))).toEqual({ type: 'Late', host_name: 'a' });
  expect(held(plainToInstance(Late, { host_name: 'b' }), 'hostName')).toBe('b');
});

describe('a field', () => {
  test('goes by its wire name, and `type` along with it, which reading passes over', () => {
    class Item extends UntypedObject {}
    declare(Item, 'Item', { vifName: [string()], size: [integer(), { nullable: true }] });
    const item = new Item({ vifName: 'a', size: null });
    expect(item.toPlain()).toEqual({ type: 'Item', vif_name: 'a', size: null });
    expect(show(item)).toEqual(item.toPlain());
    for (const plain of [item.toPlain(), { vif_name: 'a', size: null }, { ...item.toPlain(), type: 'Item' }]) {
      expect(Item.fromPlain(plain).equals(item)).toBe(true);
      expect(plainToInstance(Item, plain).equals(item)).toBe(true);
    }
    expect(Item.fromPlain({ vif_name: undefined }).toPlain()).toEqual({ type: 'Item' });
  });

  test('that came later is shown from its version on, also in a subclass, which may have it earlier', () => {
    class Base extends UntypedObject {}
    declare(Base, 'Base', { first: [string()], second: [string(), { since: '1.10' }] }, '1.10');
    class Derived extends Base {}
    versionedObject({
      name: 'Derived',
      namespace: 'acme-plain',
      version: '1.3',
      baseVersions: { '1.0': '1.0', '1.3': '1.10' },
    })(Derived);
    class Early extends Base {}
    versionedObject({ name: 'Early', namespace: 'acme-plain', version: '1.0', baseVersions: { '1.0': '1.10' } })(Early);
    const values = { first: 'a', second: 'b' };
    const shown = (object: VersionedObject, version: string) => Object.keys(object.toPlain({ version })).sort();
    expect(shown(new Base(values), '1.0')).toEqual(['first', 'type']);
    expect(shown(new Base(values), '1.2')).toEqual(['first', 'type']);
    expect(shown(new Base(values), '1.10')).toEqual(['first', 'second', 'type']);
    expect(shown(new Derived(values), '1.2')).toEqual(['first', 'type']);
    expect(shown(new Derived(values), '1.3')).toEqual(['first', 'second', 'type']);
    expect(shown(new Early(values), '1.0')).toEqual(['first', 'second', 'type']);
  });

  test('that JSON has no value for goes as on the wire, null as null', () => {
    class Dated extends UntypedObject {}
    declare(Dated, 'Dated', { madeAt: [dateTime(), { nullable: true }], times: [listOf(dateTime())] });
    const dated = new Dated({ madeAt: new Date(0), times: [new Date(1000)] });
    const plain = { type: 'Dated', made_at: '1970-01-01T00:00:00Z', times: ['1970-01-01T00:00:01Z'] };
    expect(dated.toPlain()).toEqual(plain);
    expect(Dated.fromPlain(plain).equals(dated)).toBe(true);
    expect(plainToInstance(Dated, plain).equals(dated)).toBe(true);
    expect(new Dated({ madeAt: null }).toPlain()).toEqual({ type: 'Dated', made_at: null });
    expect(Dated.fromPlain({ made_at: null }).equals(new Dated({ madeAt: null }))).toBe(true);
    expect(Dated.fromPlain({}).equals(new Dated())).toBe(true);
  });
});

describe('objects that a field holds', () => {
  test('are made of the class that `type` names, else of the one that the field was declared with', () => {
    class Animal extends UntypedObject {}
    declare(Animal, 'Animal', { name: [string()] });
    class Cat extends Animal {}
    declare(Cat, 'Cat', { lives: [integer()] });
    class Zoo extends UntypedObject {}
    const any = objectOf(Animal, { subclasses: true });
    declare(Zoo, 'Zoo', { first: [any], all: [listOf(any)], only: [objectOf(Animal), { nullable: true }] });
    const cat = new Cat({ name: 'tom', lives: 9 });
    const zoo = new Zoo({ first: cat, all: [cat, new Animal({ name: 'x' })], only: null });
    const plain = {
      type: 'Zoo',
      first: { type: 'Cat', name: 'tom', lives: 9 },
      all: [
        { type: 'Cat', name: 'tom', lives: 9 },
        { type: 'Animal', name: 'x' },
      ],
      only: null,
    };
    expect(zoo.toPlain()).toEqual(plain);
    for (const read of [Zoo.fromPlain(plain), plainToInstance(Zoo, plain)]) {
      expect(read.equals(zoo)).toBe(true);
      expect(held(read, 'first')).toBeInstanceOf(Cat);
    }
    expect(held(Zoo.fromPlain({ first: { name: 'x' } }), 'first')).toEqual(new Animal({ name: 'x' }));
    expect(() => Zoo.fromPlain({ only: plain.first })).toThrow('Zoo.only: expected Animal, found "Cat"');
    expect(() => Zoo.fromPlain({ all: plain.first })).toThrow('Zoo.all: expected an array, found');
    expect(() => Zoo.fromPlain({ all: [{ name: 5 }] })).toThrow('Zoo.all[0].name: expected a string, found 5');
  });

  test('are of the newest class of a name, and of the namespace of the field before any other', () => {
    const declareThing = (version: string, namespace: string) => {
      class Thing extends UntypedObject {}
      declare(Thing, 'Thing', { name: [string()] }, version, namespace);
      return Thing;
    };
    declareThing('1.9', 'acme-elsewhere');
    const newest = declareThing('1.4', 'acme-things');
    const older = declareThing('1.2', 'acme-things');
    class Box extends UntypedObject {}
    declare(Box, 'Box', { thing: [objectOf(older)] });
    const plain = { thing: { type: 'Thing', name: 'a' } };
    expect(held(Box.fromPlain(plain), 'thing')).toBeInstanceOf(newest);
    expect(held(plainToInstance(Box, plain), 'thing')).toBeInstanceOf(newest);
  });
});

describe('a list object', () => {
  test('is an array, within another object too, with elements of subclasses where these are taken', () => {
    class Page extends UntypedObject {}
    declare(Page, 'Page', { text: [string()] });
    class Cover extends Page {}
    declare(Cover, 'Cover', { colour: [string()] });
    class Pages extends UntypedList {}
    declare(Pages, 'Pages', { objects: [listOf(objectOf(Page, { subclasses: true }))] });
    class Plain extends UntypedList {}
    declare(Plain, 'PlainPages', { objects: [listOf(objectOf(Page))] });
    class Book extends UntypedObject {}
    declare(Book, 'Book', { pages: [objectOf(Pages)], plain: [objectOf(Plain)] });
    const pages = new Pages({ objects: [new Cover({ text: 'a', colour: 'red' }), new Page({ text: 'b' })] });
    const array = [
      { type: 'Cover', text: 'a', colour: 'red' },
      { type: 'Page', text: 'b' },
    ];
    expect(pages.toPlain()).toEqual(array);
    expect(Pages.fromPlain(array).equals(pages)).toBe(true);
    expect(Pages.fromPlain([{ text: 'b' }]).equals(new Pages({ objects: [new Page({ text: 'b' })] }))).toBe(true);
    const book = new Book({ pages });
    expect(book.toPlain()).toEqual({ type: 'Book', pages: array });
    expect(Book.fromPlain({ pages: array }).equals(book)).toBe(true);
    expect(plainToInstance(Book, { pages: array }).equals(book)).toBe(true);
    expect(new Pages().toPlain()).toEqual([]);
    expect(() => Book.fromPlain({ plain: array })).toThrow('Book.plain[0]: expected Page, found "Cover"');
    expect(() => Book.fromPlain({ pages: { text: 'b' } })).toThrow('Book.pages: expected Pages in its plain form');
    expect(() => Pages.fromPlain({})).toThrow('expected Pages in its plain form');
  });
});

describe('what is no plain form is refused', () => {
  test('by what was expected', () => {
    expect(() => VIFBridge.fromPlain([])).toThrow('expected VIFBridge in its plain form, found an empty array');
    expect(() => VersionedObject.fromPlain('x')).toThrow('expected an object in its plain form, found "x"');
    expect(() => VersionedObject.fromPlain({ vif_name: 'a' })).toThrow('type: expected the name of an object, found');
    expect(() => VIFBridge.fromPlain({ type: 5 })).toThrow('VIFBridge.type: expected the name of an object, found 5');
    expect(() => VIFBridge.fromPlain({ vif_nam: 'a' })).toThrow('did you mean vif_name? it has id, ');
    expect(() => VIFBridge.fromPlain({ nope: undefined })).toThrow(UnknownFieldError);
  });

  test('where objects are more than 64 deep, in lists as well', () => {
    const nested = (levels: number): object => (levels === 0 ? { name: 'x' } : { folders: [nested(levels - 1)] });
    expect(Folder.fromPlain(nested(64))).toBeInstanceOf(Folder);
    expect(() => Folder.fromPlain(nested(65))).toThrow(FieldValueError);
    expect(() => Folder.fromPlain(nested(65))).toThrow('expected at most 64 objects within one another, found');
  });
});

test('for an older version the plain form is what that had, all the way down, and the object stays as it is', () => {
  const folder = new Folder({ name: 'a', owner: 'o', trash: new Folder({ name: 't', owner: 'p' }) });
  expect(folder.toPlain({ version: '1.0' })).toEqual({
    type: 'Folder',
    name: 'a',
    trash: { type: 'Folder', name: 't' },
  });
  expect(folder.toPlain({ versionManifest: { Folder: '1.0' } })).toEqual(folder.toPlain({ version: '1.0' }));
  expect(folder.toPlain({})).toEqual(folder.toPlain());
  expect(folder.owner).toBe('o');
});
