'use strict';

// Which functions the suites try: those of every run, or the larger number that `SUITE=more` asks for.

module.exports =
  process.env.SUITE === 'more'
    ? { leaky: require('./more-leaky.js'), harmless: require('./more-harmless.js') }
    : { leaky: require('./leaky.js'), harmless: require('./harmless.js') };
