export async function prepareModules(names) {
  if (names.length) throw new Error('later');
  return [];
}
