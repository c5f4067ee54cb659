import { defineConfig } from '@playwright/test';

const { CHROMIUM: executablePath, PAGES: baseURL } = process.env;

export default defineConfig({
  testMatch: 'pages.spec.ts',
  workers: 1,
  reporter: 'json',
  use: { baseURL, launchOptions: { executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] } },
});
