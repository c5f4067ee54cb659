// A reporter for node:test: one line of JSON for each test.

export default async function* reporter(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // Files count as tests in some versions.
    if (data.name.endsWith('.mjs') || data.details?.type === 'suite') continue;
    const error = data.details?.error;
    const message = (error?.cause?.message ?? error?.message ?? '').toString();
    yield `${JSON.stringify({ name: data.name, passed: type === 'test:pass', message })}\n`;
  }
}
