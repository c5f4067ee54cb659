'use strict';

// The functions of the suites, by the value of `SUITE`: those of every run, or five times as many. Only these are
// loaded, since the others would make the heap larger.

module.exports = {
  get few() {
    return { leaky: require('./leaky.js'), harmless: require('./harmless.js') };
  },
  get more() {
    return { leaky: require('./more-leaky.js'), harmless: require('./more-harmless.js') };
  },
};
