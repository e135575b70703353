export function summary(results) {
  return results.map((r) => `${r.group} ${r.kernel} ${r.steps.length} ${r.seconds} ${r.fault ?? ''}`).join('\n');
}
export async function writeResults() {}
