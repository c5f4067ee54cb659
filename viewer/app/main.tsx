// The page: chooses an engine, then starts the app.

import { render } from 'preact';
import { Shell } from './shell.js';
import { engineFor, type Start } from './engines/choose.js';
import { applyTheme } from './model/theme.js';

const start = JSON.parse(document.getElementById('start')?.textContent ?? '{}') as Start;
const page = document.getElementById('app');

applyTheme();
if (page !== null) render(<Shell engine={engineFor(start)} saved={start.saved} />, page);
