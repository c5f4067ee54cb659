'use strict';

// The functions that the suites try, by what `SUITE` may say: those of every run, or five times as many. Only those
// asked for are loaded: the others would make the heap larger.

module.exports = {
  get few() {
    return { leaky: require('./leaky.js'), harmless: require('./harmless.js') };
  },
  get more() {
    return { leaky: require('./more-leaky.js'), harmless: require('./more-harmless.js') };
  },
};
