const { leaky, harmless } = require('./functions.js')[process.env.SUITE ?? 'few'];

test.each(harmless)('harmless: %s', async (_, fn) => {
  await expect(fn).not.toLeak();
});

test.each(leaky)('leak: %s', async (_, fn) => {
  await expect(fn).not.toLeak();
});
