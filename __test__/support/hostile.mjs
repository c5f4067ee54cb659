// A heap full of markup: in names, classes, properties, scripts and contents.

import { buildSnapshot, object, property, shortcut, string, synthetic } from './build-snapshot.mjs';

export const MARKUP = '<img src=x onerror="window.wasRun=1">';
export const BREAKOUT = '</script><script>window.wasRun=1</script><!--';

export const HOSTILE = buildSnapshot({
  root: synthetic('', { references: [shortcut('global')] }),
  global: object('global', 40, { references: [property(MARKUP, 'evil'), property('b', 'breakout'), property('s', 'one'), property('t', 'two')] }),
  evil: object(MARKUP, 5000, { at: [`/app/${MARKUP}.js`, 1, 1] }),
  breakout: object(BREAKOUT, 4000),
  one: string(MARKUP, 300),
  two: string(MARKUP, 300),
});
