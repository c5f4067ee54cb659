import * as heapray from 'heapray/vitest';
import { expect, test, vi } from 'vitest';
import matchers from './matchers.js';

matchers({ test, expect, timers: vi, spyOn: vi.spyOn, heapray, runner: 'Vitest' });
