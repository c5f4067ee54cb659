// LEAK: following a price returns no function that unfollows it, so what a closed tab followed is followed for ever.

import { startDashboard } from './dashboard.jsx';

class PriceStore {
  followers = new Set();

  priceOf(symbol) {
    return symbol.length;
  }

  follow(symbol, onPrice) {
    this.followers.add({ symbol, onPrice });
  }
}

startDashboard(new PriceStore());
