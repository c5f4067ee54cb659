// The browser's worker: see serve.mjs.

import { serve } from './serve.mjs';

serve(globalThis);
