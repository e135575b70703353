import { afterAll, describe, expect, test } from 'vitest';
import { VIFNestedDPDK } from '../../src/entries/index.ts';
import { toInterfaceXml } from '../../src/libvirt/interface-xml.ts';
import { objectClasses } from '../../src/versioned/object-class.ts';
import { models } from '../../src/versioned/registry.ts';
import { blocksOf, PAGES, SampleFolder, textOf } from './pages.ts';
import { pictureOf, plugged } from './pictures.ts';

const pages = PAGES.flatMap((page) => /^docs\/vif-types\/(.+)\.md$/.exec(page)?.[1] ?? []);

const folder = new SampleFolder();
afterAll(() => folder.remove());

describe.each(pages)('the page %s', (name) => {
  const page = `docs/vif-types/${name}.md`;

  test('shows the picture of the VIF that its sample plugs (`npm run pictures` draws it anew)', async () => {
    const graph = await pictureOf(page, folder);
    expect(textOf(page)).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\(\\.\\./pictures/${name}\\.svg\\)`));
    expect(graph.nodes.filter(({ state }) => state !== undefined)).toEqual([]);
  });

  test('says what libvirt is told of it', async () => {
    const { vif } = await plugged(page, folder);
    const told = vif instanceof VIFNestedDPDK ? [] : [toInterfaceXml(vif, { virtType: 'kvm' })];
    expect(blocksOf(page, 'xml').map(unindented)).toEqual(told);
  });

  test("lists every field that its class adds to every VIF's", async () => {
    const { vif } = await plugged(page, folder);
    for (const field of fieldsOf(vif.type)) {
      if (!fieldsOf('VIFBase').includes(field)) expect(textOf(page)).toContain(`| \`${field}\` |`);
    }
  });
});

test('every class of VIF has a page, and the page of all lists each, and the fields of every VIF', () => {
  const overview = textOf('docs/vif-types.md');
  const classes = [...objectClasses('os_vif').keys()].filter((name) => /^VIF(?!PortProfile|Base)/.test(name));
  for (const name of classes)
    expect(pages.some((page) => textOf(`docs/vif-types/${page}.md`).includes(`new ${name}(`))).toBe(true);
  for (const page of pages) {
    expect(overview).toContain(`(vif-types/${page}.md)`);
    expect(overview).toContain(`- ./vif-types/${page}.md\n`);
  }
  for (const field of fieldsOf('VIFBase')) expect(overview).toContain(`| \`${field}\` |`);
});

function fieldsOf(objectName: string): string[] {
  const model = models('os_vif').find(({ name }) => name === objectName);
  return (model?.fields ?? []).map((field) => field.name);
}

function unindented(xml: string): string {
  return xml.replaceAll(/^ +|\n/gm, '');
}
